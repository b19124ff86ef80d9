"""Read the cluster's state from its API, hold the playbook's lock, and record what was built.

    cluster.py read            prints the state as JSON
    cluster.py hold            takes the Lease kube-system/k8splan-run; if another run holds it, prints the holder
    cluster.py release         returns the Lease
    cluster.py note            writes the ConfigMap kube-system/k8splan; prints a word if that changed it
    cluster.py label           sets labels, annotations, and taints of nodes from standard input, {node: "JSON"}; prints those that changed.
                               With --drained, also sets taints that evict pods at once
    cluster.py configure       writes standard input to --key of the ConfigMap --name in kube-system; prints a word if that changed it

Uses the administrator's kubeconfig of a control plane, and the first of --servers that answers. Its own API server is first in that list.
"""
import argparse
import ast
import base64
import datetime
import gzip
import hashlib
import http.client
import io
import json
import os
import re
import ssl
import sys
import tempfile
import time
import urllib.parse

SYSTEM = "/api/v1/namespaces/kube-system/configmaps/"
LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"
LEASE = "k8splan-run"
DRAINED = "k8splan/drained"  # on a node that a playbook has cordoned, so that a run after an interrupted one uncordons it
RESTARTS = "k8splan/restart-pods"  # on a node whose pods still have the settings of the pod network from before
PATIENCE = 60  # seconds for an API server to answer
PASSING = (0, 429, 500, 502, 503, 504)  # no answer, or one that may be another soon
STALE = 3600  # seconds after which a Lease that was not renewed may be taken over
MOMENT = "%Y-%m-%dT%H:%M:%S.%fZ"


class Api:
    """A client of the API with the administrator's permissions."""

    def __init__(self, servers):
        with open("/etc/kubernetes/admin.conf", encoding="utf-8") as f:
            config = f.read()
        part = {key: base64.b64decode(value).decode("ascii") for key, value in re.findall(r"(?m)^ *([a-z-]+-data): (\S+)$", config)}
        self.trust = ssl.create_default_context(cadata=part["certificate-authority-data"])
        handle, name = tempfile.mkstemp(dir="/run", prefix="k8splan-")  # mode 0600
        try:
            with os.fdopen(handle, "w") as f:
                f.write(part["client-certificate-data"] + "\n" + part["client-key-data"])
            self.trust.load_cert_chain(name)
        finally:
            os.unlink(name)
        self.servers = servers
        self.server = None

    def once(self, server, method, path, body=None, kind="application/json"):
        at = urllib.parse.urlsplit(server)
        to = http.client.HTTPSConnection(at.hostname, at.port, timeout=15, context=self.trust)
        try:
            to.request(method, path, None if body is None else json.dumps(body), {"Content-Type": kind, "Accept": "application/json"})
            reply = to.getresponse()
            text = reply.read().decode("utf-8")
            # For a group that it does not serve, the API answers "404 page not found", without JSON.
            return reply.status, json.loads(text or "null") if reply.status != 404 or text.startswith("{") else None
        finally:
            to.close()

    def find(self, seconds):
        """finds the first server that is ready. Returns the reason if there is none."""
        until, problem = time.monotonic() + seconds, ""
        while True:
            for server in self.servers:
                try:
                    status, answer = self.once(server, "GET", "/version")
                    if status == 200:
                        self.server = server
                        return ""
                    problem = "%s: %s" % (server, answer)
                except (OSError, ValueError, http.client.HTTPException) as e:
                    problem = "%s: %s" % (server, e)
            if time.monotonic() > until:
                return problem
            time.sleep(2)

    def ask(self, method, path, body=None, kind="application/json"):
        """asks until a server answers: one may restart at any time, or lose its etcd for some seconds. A request whose answer was lost is
        sent again, so a caller finds what it wrote itself: 409 for a change, 404 for a removal."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                status, answer = self.once(self.server, method, path, body, kind)
                if status in (200, 201, 404, 409):
                    return status, answer
                problem = (answer or {}).get("message", status)
            except (OSError, ValueError, http.client.HTTPException) as e:
                status, problem = 0, e
            if status not in PASSING or time.monotonic() > until:
                sys.exit("%s %s: %s" % (method, path, problem))
            time.sleep(2)
            self.find(PATIENCE)

    def get(self, path):
        status, answer = self.ask("GET", path)
        return answer if status == 200 else None


def node(item):
    ready = [c["status"] for c in item["status"].get("conditions", []) if c["type"] == "Ready"]
    return {
        "version": item["status"]["nodeInfo"]["kubeletVersion"].lstrip("v"),
        "addresses": [a["address"] for a in item["status"].get("addresses", []) if a["type"] == "InternalIP"],
        "labels": {k: v for k, v in item["metadata"].get("labels", {}).items() if k in KUBELETS},
        "taints": [[t["key"], t["effect"], t.get("value", "")] for t in item["spec"].get("taints", [])],
        "control_plane": "node-role.kubernetes.io/control-plane" in item["metadata"].get("labels", {}),
        "ready": ready == ["True"],
        "unschedulable": item["spec"].get("unschedulable", False),
        "ours": DRAINED in item["metadata"].get("annotations", {}),
        "repods": RESTARTS in item["metadata"].get("annotations", {}),
    }


def brought(noted, argument):
    """returns the fields that the previous run's plan set in a configuration, as lists of keys."""
    packed = ((noted or {}).get("binaryData") or {}).get("plan.json.gz")
    if not packed:
        return []
    text = gzip.decompress(base64.b64decode(packed)).decode("utf-8")
    try:
        settings = json.loads(text).get("settings", {})
    except ValueError:  # ansible-core before 2.19 mistakes JSON for Python literals, and passes it on as such
        settings = ast.literal_eval(text).get("settings", {})
    return [[json.loads(key) for key in re.findall(r'\[("(?:[^"\\]|\\.)*")\]', path)] for path in sorted(settings) if path.startswith(argument + "[")]


def behind(configuration, pods):
    """returns the nodes with a pod of kube-proxy that is older than the last change of its configuration. kube-proxy reads it once, and an
    interrupted run may have changed it without a restart. Both times are the API server's, to the second."""
    written = max((f["time"] for f in ((configuration or {}).get("metadata") or {}).get("managedFields", [])
                   if "time" in f and "f:data" in f.get("fieldsV1", {})), default="")
    return sorted({p["spec"]["nodeName"] for p in (pods or {}).get("items", [])
                   if p["metadata"]["creationTimestamp"] < written and "deletionTimestamp" not in p["metadata"] and p["spec"].get("nodeName")})


def images(workload):
    """returns the images of a DaemonSet's pods."""
    pod = ((workload or {}).get("spec") or {}).get("template", {}).get("spec", {})
    return sorted({c["image"] for c in pod.get("initContainers", []) + pod.get("containers", [])})


def calico(api):
    """returns the configuration and state of Calico's operator, None if there is no Calico. Settings may be in either API group."""
    found = api.get("/apis/operator.tigera.io/v1/installations/default")
    if not found:
        return None
    felix = api.get("/apis/projectcalico.org/v3/felixconfigurations/default") or api.get("/apis/crd.projectcalico.org/v1/felixconfigurations/default")
    return {"spec": found.get("spec", {}), "version": (found.get("status") or {}).get("calicoVersion", ""),
            "encrypted": bool(((felix or {}).get("spec") or {}).get("wireguardEnabled"))}


def read(api):
    """returns everything that the playbook needs to know about the cluster."""
    def text(path, key):
        found = api.get(path)
        return (found or {}).get("data", {}).get(key, "")

    versions = {}
    for server in api.servers:
        try:
            _, answer = api.once(server, "GET", "/version")
            versions[server] = answer["gitVersion"].lstrip("v")
        except (OSError, ValueError, KeyError, http.client.HTTPException):
            pass  # a node that is away has no version; whether that is allowed is decided elsewhere
    noted = api.get(SYSTEM + "k8splan")
    lease = api.get(LEASES + "/" + LEASE)
    addons = api.get(SYSTEM + "k8splan-addons")
    return {
        "addons": sorted(k for k in (addons or {}).get("data", {}) if not k.endswith(".objects")),
        "versions": versions,
        "cluster_configuration": text(SYSTEM + "kubeadm-config", "ClusterConfiguration"),
        "kubelet_configuration": text(SYSTEM + "kubelet-config", "kubelet"),
        "kube_proxy": text(SYSTEM + "kube-proxy", "config.conf"),
        "proxies_behind": behind(api.get(SYSTEM + "kube-proxy"), api.get("/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dkube-proxy")),
        "flannel": text("/api/v1/namespaces/kube-flannel/configmaps/kube-flannel-cfg", "net-conf.json"),
        "flannel_images": images(api.get("/apis/apps/v1/namespaces/kube-flannel/daemonsets/kube-flannel-ds")),
        "calico": calico(api),
        "nodes": {i["metadata"]["name"]: node(i) for i in api.get("/api/v1/nodes")["items"]},
        "noted": noted["data"] if noted else None,
        "brought": {"kubelet": brought(noted, "cluster.kubelet.config"), "kube-proxy": brought(noted, "network.kube_proxy.config")},
        "lease": lease["spec"] if lease else None,
    }


def moment():
    return datetime.datetime.now(datetime.timezone.utc)


def hold(api, holder, process, over):
    """takes the Lease, or returns its holder. --over is the process of a holder that has ended. "*" also takes an expired Lease, and any Lease of
    the same user and machine. "!" means that the cluster is new, so no other run can be active."""
    now = moment()
    wanted = {
        "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
        "metadata": {"name": LEASE, "namespace": "kube-system", "annotations": {"k8splan/process": process}},
        "spec": {"holderIdentity": holder, "leaseDurationSeconds": STALE, "acquireTime": now.strftime(MOMENT), "renewTime": now.strftime(MOMENT)},
    }
    while True:
        lease = api.get(LEASES + "/" + LEASE)
        if lease is None:
            status, _ = api.ask("POST", LEASES, wanted)
        else:
            theirs = (lease["spec"].get("holderIdentity", ""), lease["metadata"].get("annotations", {}).get("k8splan/process", ""))
            since = lease["spec"].get("renewTime") or now.strftime(MOMENT)
            age = (now - datetime.datetime.strptime(since, MOMENT).replace(tzinfo=datetime.timezone.utc)).total_seconds()
            mine = theirs == (holder, process)
            ended = theirs[0] == holder and theirs[1] == over != ""
            if theirs[0] and not (mine or ended or over == "!" or over == "*" and (age > STALE or theirs[0] == holder)):
                return {"holder": theirs[0], "process": theirs[1], "since": since[:16].replace("T", " ") + " UTC", "stale": age > STALE}
            wanted["metadata"]["resourceVersion"] = lease["metadata"]["resourceVersion"]
            if mine:
                wanted["spec"]["acquireTime"] = lease["spec"].get("acquireTime")
            status, _ = api.ask("PUT", LEASES + "/" + LEASE, wanted)
        if status in (200, 201):
            return None


def release(api, holder, process):
    lease = api.get(LEASES + "/" + LEASE)
    if lease and (lease["spec"].get("holderIdentity"), lease["metadata"].get("annotations", {}).get("k8splan/process", "")) == (holder, process):
        options = {"preconditions": {"resourceVersion": lease["metadata"]["resourceVersion"]}}
        api.ask("DELETE", LEASES + "/" + LEASE, {"apiVersion": "v1", "kind": "DeleteOptions", **options})


def put(api, name, change):
    """changes a ConfigMap of kube-system, and returns whether its content changed."""
    while True:
        found = api.get(SYSTEM + name)
        document = found or {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "kube-system"}}
        before = json.dumps(document, sort_keys=True)
        change(document)
        if json.dumps(document, sort_keys=True) == before:
            return False
        status, _ = api.ask("PUT", SYSTEM + name, document) if found else api.ask("POST", SYSTEM[:-1], document)
        if status in (200, 201):
            return True


# A kubelet restores these at each start: https://kubernetes.io/docs/reference/labels-annotations-taints/
KUBELETS = ("kubernetes.io/hostname", "kubernetes.io/os", "kubernetes.io/arch", "node.kubernetes.io/instance-type",
            "topology.kubernetes.io/zone", "topology.kubernetes.io/region")


def wished(live, planned, before):
    """returns the changes that add planned keys, and remove keys that an earlier run added and the plan no longer has."""
    out = {key: value for key, value in planned.items() if live.get(key) != value}
    out.update({key: None for key in before if key not in planned and key in live})
    return out


def tainted(live, planned, before, drained):
    """returns the taints that a node must have. Taints of others stay. NoExecute evicts pods at once, so it is only added, or gets another
    value, after a drain."""
    ours = {(t["key"], t["effect"]) for t in planned} | {tuple(pair) for pair in before}
    there = {(t["key"], t["effect"]): t for t in live}
    kept = [t for t in live if (t["key"], t["effect"]) not in ours]
    now = [dict(t) if t["effect"] != "NoExecute" or drained else there.get((t["key"], t["effect"])) for t in planned]
    return kept + [t for t in now if t]


def labeling(item, want, had, drained):
    """returns the patch for a node, {} if it needs none."""
    patch = {}
    for kind in ("labels", "annotations"):
        change = wished(item["metadata"].get(kind, {}), want.get(kind, {}), had.get(kind, []))
        if change:
            patch.setdefault("metadata", {})[kind] = change
    live = [{k: v for k, v in t.items() if k != "timeAdded"} for t in item["spec"].get("taints", [])]
    after = tainted(live, want.get("taints", []), had.get("taints", []), drained)
    if sorted(str(sorted(t.items())) for t in after) != sorted(str(sorted(t.items())) for t in live):
        patch["spec"] = {"taints": after or None}
        patch.setdefault("metadata", {})["resourceVersion"] = item["metadata"]["resourceVersion"]
    return patch


def label(api, planned, drained):
    """labels nodes, and records what it added. Later runs remove only what is recorded."""
    found = api.get(SYSTEM + "k8splan-nodes")
    memory = json.loads(gzip.decompress(base64.b64decode(found["binaryData"]["nodes.json.gz"])).decode("utf-8")) if found else {}
    for item in api.get("/api/v1/nodes")["items"]:
        name = item["metadata"]["name"]
        if name not in planned:
            continue
        want, had = json.loads(planned[name]), memory.get(name, {})
        want["labels"] = {k: v for k, v in want.get("labels", {}).items() if k not in KUBELETS}
        patch = labeling(item, want, had, drained)
        while patch:  # its kubelet may write at the same time
            status, answer = api.ask("PATCH", "/api/v1/nodes/" + name, patch, "application/merge-patch+json")
            if status == 200:
                print(name, flush=True)
                break
            if status != 409:
                sys.exit("%s: %s" % (name, (answer or {}).get("message", status)))
            patch = labeling(api.get("/api/v1/nodes/" + name), want, had, drained)
        memory[name] = {"labels": sorted(want["labels"]), "annotations": sorted(want.get("annotations", {})),
                        "taints": sorted([t["key"], t["effect"]] for t in want.get("taints", []))}
    packed = pack(json.dumps(memory, sort_keys=True).encode("utf-8"))
    put(api, "k8splan-nodes", lambda document: document.update(binaryData={"nodes.json.gz": packed}))


def pack(data):
    """compresses a record: that of a large cluster can exceed a ConfigMap's size limit."""
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", mtime=0) as z:
        z.write(data)
    return base64.b64encode(out.getvalue()).decode("ascii")


def note(plan, data):
    """writes the record of what was built."""
    packed = pack(plan)

    def change(document):
        document["data"] = dict(data, **{"plan-digest": "sha256:" + hashlib.sha256(plan).hexdigest()})
        document["binaryData"] = {"plan.json.gz": packed}
    return change


def main():
    args = argparse.ArgumentParser()
    args.add_argument("work", choices=["read", "hold", "release", "note", "label", "configure"])
    args.add_argument("--servers", required=True, type=lambda s: s.split(","))
    args.add_argument("--wait", type=int, default=PATIENCE)
    args.add_argument("--holder", default="")
    args.add_argument("--process", default="")
    args.add_argument("--over", default="")
    args.add_argument("--name", default="")
    args.add_argument("--key", default="")
    args.add_argument("--data", type=json.loads, default={})
    args.add_argument("--drained", action="store_true")
    asked = args.parse_args()
    api = Api(asked.servers)
    problem = api.find(asked.wait)
    if problem:
        if asked.work != "read":
            sys.exit("no API server answers: " + problem)
        print(json.dumps({"silent": problem}))
    elif asked.work == "read":
        print(json.dumps(read(api)))
    elif asked.work == "hold":
        other = hold(api, asked.holder, asked.process, asked.over)
        if other:
            print(json.dumps(other))
    elif asked.work == "release":
        release(api, asked.holder, asked.process)
    elif asked.work == "note":
        plan = sys.stdin.buffer.read()
        if put(api, "k8splan", note(plan, asked.data)):
            print("noted")
    elif asked.work == "label":
        label(api, json.load(sys.stdin), asked.drained)
    else:
        text = sys.stdin.read()
        if put(api, asked.name, lambda document: document["data"].update({asked.key: text})):
            print("configured")


main()
