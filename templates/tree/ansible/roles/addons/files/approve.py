"""Approve the serving certificates of the inventory's kubelets.

--nodes is a JSON object, {"worker-1": ["10.0.0.41"], …}. A request is approved if the kubelet of such a node sent it, and every name and
address in it belongs to that node: its name, the listed addresses and, with --trust-status, what the cloud controller manager wrote to the
node's status. A person decides about all other requests. Waits until every kubelet has a serving certificate. Prints the names of the
nodes whose requests were approved, one per line.
"""
import argparse
import base64
import ipaddress
import json
import subprocess
import sys
import time

KUBECTL = ["kubectl", "--kubeconfig=/etc/kubernetes/admin.conf"]
SIGNER = "kubernetes.io/kubelet-serving"
ALTERNATIVE_NAMES = bytes.fromhex("0603551d11")  # an object identifier in DER: 2.5.29.17
DNS, IP = 0x82, 0x87
SECONDS = 120


def kubectl(*args):
    return subprocess.run(KUBECTL + list(args), stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, check=False)


def element(der, at):
    """returns (tag, content, offset of the next one) of the DER element at an offset. X.690, sections 8.1.2 and 8.1.3"""
    tag, length, at = der[at], der[at + 1], at + 2
    if length & 0x80:
        size = length & 0x7F
        length, at = int.from_bytes(der[at:at + size], "big"), at + size
    if at + length > len(der):
        raise ValueError("a length that leads out of the request")
    return tag, der[at:at + length], at + length


def alternative_names(pem):
    """returns the names and addresses in a PKCS#10 request as text. Other kinds of names are "?"."""
    der = base64.b64decode("".join(line for line in pem.splitlines() if not line.startswith("-----")))
    if der.count(ALTERNATIVE_NAMES) != 1:
        raise ValueError("not exactly one list of names")
    at = der.index(ALTERNATIVE_NAMES) + len(ALTERNATIVE_NAMES)
    tag, content, after = element(der, at)
    if tag == 0x01:  # "critical"
        tag, content, after = element(der, after)
    if tag != 0x04:
        raise ValueError("no list of names")
    _, content, _ = element(content, 0)
    names, at = [], 0
    while at < len(content):
        tag, value, at = element(content, at)
        names.append(value.decode("ascii", "replace") if tag == DNS else str(ipaddress.ip_address(value)) if tag == IP else "?")
    return names


def acceptable(request, nodes):
    """returns the node whose kubelet sent the request; "" if a person must decide."""
    spec = request["spec"]
    node = spec.get("username", "").rpartition("system:node:")[2]
    if spec.get("username") != "system:node:" + node or node not in nodes or "system:nodes" not in spec.get("groups", []):
        return ""
    try:
        asked = alternative_names(base64.b64decode(spec["request"]).decode("ascii"))
    except (ValueError, IndexError) as e:
        print("%s: %s" % (request["metadata"]["name"], e), file=sys.stderr)
        return ""
    own = {node} | {canonical(address) for address in nodes[node]}
    return node if asked and set(asked) <= own else ""


def with_status(nodes):
    """returns the nodes with all addresses and names from their status added."""
    listed = kubectl("get", "nodes", "--output=json")
    for item in json.loads(listed.stdout)["items"] if listed.returncode == 0 else []:
        name = item["metadata"]["name"]
        if name in nodes:
            nodes[name] = nodes[name] + [a["address"] for a in item.get("status", {}).get("addresses", [])]
    return nodes


def canonical(name):
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        return name


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--nodes", type=json.loads, required=True)
    args.add_argument("--trust-status", action="store_true")
    asked = args.parse_args()
    nodes = asked.nodes
    until = time.monotonic() + SECONDS
    waiting = set(nodes)
    while True:
        if asked.trust_status:
            nodes = with_status(dict(asked.nodes))
        listed = kubectl("get", "certificatesigningrequests", "--output=json")
        for request in json.loads(listed.stdout)["items"] if listed.returncode == 0 else []:
            if request["spec"]["signerName"] != SIGNER or request.get("status", {}).get("conditions"):
                continue
            node = acceptable(request, nodes)
            if node and kubectl("certificate", "approve", request["metadata"]["name"]).returncode == 0:
                print(node, flush=True)
        # Through the API server, like logs and metrics: a kubelet without a certificate aborts the handshake.
        waiting = {node for node in waiting if kubectl("get", "--raw", "/api/v1/nodes/%s/proxy/healthz" % node).returncode}
        if not waiting:
            return
        if time.monotonic() > until:
            sys.exit("These kubelets have no certificate to serve with: %s. kubectl get certificatesigningrequests shows what they asked for." % ", ".join(sorted(waiting)))
        time.sleep(2)


main()
