"""Store every object again with the current key, or unencrypted, and check in etcd that none has the old form.

    rewrite.py --server HOST:PORT    on a control plane whose encryption.yaml names the key to write with

An API server writes an unchanged object only if its key changed. Prints the number of values of each resource.
https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/#ensure-all-secrets-are-encrypted
"""
import argparse
import base64
import http.client
import json
import re
import ssl
import subprocess
import sys
import urllib.parse

PKI = "/etc/kubernetes/pki/"
FILE = PKI + "encryption.yaml"
BATCH = 100


def wanted():
    """returns {resource: the prefix of its values, "" if they are plain}."""
    out = {}
    with open(FILE, encoding="utf-8") as f:
        entries = json.load(f)["resources"]
    for entry in entries:
        (kind, settings), = entry["providers"][0].items()
        for resource in entry["resources"]:
            out[resource] = "" if kind == "identity" else "k8s:enc:%s:v1:%s:" % (kind, settings["keys"][0]["name"])
    return out


class Store:
    """etcd, as this host's API server reaches it."""

    def __init__(self):
        with open("/etc/kubernetes/manifests/kube-apiserver.yaml", encoding="utf-8") as f:
            flags = dict(re.findall(r"(?m)^\s*- --(etcd-[a-z]+)=(.*)$", f.read()))
        self.servers = flags["etcd-servers"].split(",")
        self.trust = ssl.create_default_context(cafile=flags["etcd-cafile"])
        self.trust.load_cert_chain(flags["etcd-certfile"], flags["etcd-keyfile"])
        self.prefix = flags.get("etcd-prefix", "/registry")

    def ask(self, question):
        problem = ""
        for server in self.servers:
            at = urllib.parse.urlsplit(server)
            try:
                to = http.client.HTTPSConnection(at.hostname, at.port, timeout=30, context=self.trust)
                to.request("POST", "/v3/kv/range", json.dumps(question))
                reply = to.getresponse()
                answer = json.loads(reply.read().decode("utf-8"))
                if reply.status == 200:
                    return answer
                problem = str(answer)
            except (OSError, ValueError, http.client.HTTPException) as e:
                problem = str(e)
        sys.exit("etcd does not answer: " + problem)

    def beginnings(self, resource):
        """returns the first bytes of each value of a resource."""
        name, _, group = resource.partition(".")
        for place in ["%s/%s/" % (self.prefix, name)] + (["%s/%s/%s/" % (self.prefix, group, name)] if group else []):
            key, end = place.encode("utf-8"), (place[:-1] + chr(ord("/") + 1)).encode("utf-8")
            while True:
                answer = self.ask({"key": base64.b64encode(key).decode("ascii"), "range_end": base64.b64encode(end).decode("ascii"), "limit": BATCH})
                found = answer.get("kvs", [])
                for item in found:
                    yield base64.b64decode(item["value"])[:80].decode("latin-1")
                if len(found) < BATCH:
                    break
                key = base64.b64decode(found[-1]["key"]) + b"\0"


def left(store, resource, begins):
    """returns how many values there are, and how many still have the old form."""
    all_of_them = list(store.beginnings(resource))
    old = [b for b in all_of_them if (not b.startswith(begins) if begins else b.startswith("k8s:enc:"))]
    return len(all_of_them), len(old)


def write(resource, server):
    kubectl = ["kubectl", "--kubeconfig=/etc/kubernetes/admin.conf", "--server=https://" + server]
    listed = subprocess.run(kubectl + ["get", resource, "--all-namespaces", "--output=json", "--chunk-size=500"], stdout=subprocess.PIPE, check=True)
    items = json.loads(listed.stdout.decode("utf-8"))["items"]
    for at in range(0, len(items), BATCH):
        some = {"apiVersion": "v1", "kind": "List", "items": items[at:at + BATCH]}
        # One changed or deleted by others in the meantime is already rewritten, or gone.
        subprocess.run(kubectl + ["replace", "--filename=-"], input=json.dumps(some).encode("utf-8"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       check=False)


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--server", required=True)
    asked = args.parse_args()
    store = Store()
    for resource, begins in sorted(wanted().items()):
        total, old = left(store, resource, begins)
        for _ in range(5):
            if not old:
                break
            write(resource, asked.server)
            total, old = left(store, resource, begins)
        if old:
            sys.exit("%d of %d values of %s are still stored with the old encryption, although all were rewritten" % (old, total, resource))
        print("%s: %d" % (resource, total))


main()
