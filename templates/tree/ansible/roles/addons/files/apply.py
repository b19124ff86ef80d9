"""Apply addons to the cluster of this control plane, and wait until they run.

--addons is a JSON list in the order of application:

    {"name": "metrics-server",
     "manifests": [{"file": "metrics-server/00-metrics-server.yaml", "url": "", "checksum": ""}],
     "images": [{"source": "registry.k8s.io/…", "ref": "10.0.0.2:5000/…"}]}

A manifest with a URL is downloaded once to its file below --directory, and kept only if its checksum is right. In all manifests, image
sources are replaced by their refs.

The ConfigMap kube-system/k8splan-addons records the digest of each applied addon and, for remove.py, its objects. An addon is applied again
if its digest changed or one of its objects is missing. Otherwise manual changes stay. Prints the names of applied addons, one per line.
"""
import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

KUBECTL = ["kubectl", "--kubeconfig=/etc/kubernetes/admin.conf"]
MEMORY = ["--namespace=kube-system", "configmap", "k8splan-addons"]
WORKLOADS = ("Deployment", "DaemonSet", "StatefulSet")


def kubectl(*args, text=None):
    """returns (exit code, standard output, standard error)."""
    done = subprocess.run(KUBECTL + list(args), input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, check=False)
    return done.returncode, done.stdout, done.stderr.strip()


def digest(data):
    return hashlib.sha256(data).hexdigest()


def fetch(url, checksum, path):
    """returns the manifest's bytes, from the file if it exists."""
    algorithm, _, wanted = checksum.partition(":")
    if algorithm != "sha256":
        sys.exit("%s: no checksum of type sha256" % url)
    try:
        with open(path, "rb") as f:
            data = f.read()
        if digest(data) == wanted:
            return data
    except OSError:
        pass
    for left in (2, 1, 0):
        try:
            with urllib.request.urlopen(url, timeout=60) as response:
                data = response.read()
            break
        except (OSError, urllib.error.URLError) as e:
            if not left:
                sys.exit("%s: %s" % (url, e))
            time.sleep(2)
    if digest(data) != wanted:
        sys.exit("%s: the checksum is %s, expected %s" % (url, digest(data), wanted))
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".k8splan-")
    with os.fdopen(handle, "wb") as f:
        f.write(data)
    os.replace(temporary, path)
    return data


def read(manifest, directory):
    path = os.path.join(directory, manifest["file"])
    if manifest["url"]:
        return fetch(manifest["url"], manifest["checksum"], path)
    with open(path, "rb") as f:
        return f.read()


def text_of(addon, directory):
    """returns the manifests as they are applied, in order."""
    texts = []
    for manifest in addon["manifests"]:
        text = read(manifest, directory).decode("utf-8")
        # Longest first: one image's name may be a prefix of another's.
        for image in sorted(addon["images"], key=lambda i: -len(i["source"])):
            text = text.replace(image["source"], image["ref"])
        texts.append(text)
    return texts


def objects(text):
    """returns (kind, namespace, name) of each object in a manifest; None if one of them is not in the cluster."""
    code, out, _ = kubectl("get", "--filename=-", "--output=json", text=text)
    if code:
        return None
    found = json.loads(out)
    items = found["items"] if found.get("kind") == "List" else [found]
    return [(i["kind"], i["metadata"].get("namespace", ""), i["metadata"]["name"]) for i in items]


def parts(text):
    """returns [apiVersion, kind, namespace, name] of each, [] if one of them is not in the cluster."""
    code, out, _ = kubectl("get", "--filename=-", "--output=json", text=text)
    if code:
        return []
    found = json.loads(out)
    items = found["items"] if found.get("kind") == "List" else [found]
    return [[i["apiVersion"], i["kind"], i["metadata"].get("namespace", ""), i["metadata"]["name"]] for i in items]


def apply(name, text, until):
    """applies a manifest, with retries while the API does not know a kind, or an admission webhook is still starting."""
    while True:
        code, _, problem = kubectl("apply", "--server-side", "--force-conflicts", "--field-manager=k8splan", "--filename=-", text=text)
        if not code:
            return
        if time.monotonic() > until:
            sys.exit("%s could not be applied: %s" % (name, problem[-2000:]))
        time.sleep(2)


def settle(text):
    """waits until the API serves the kinds that a manifest defines."""
    kinds = [name for kind, _, name in objects(text) or [] if kind == "CustomResourceDefinition"]
    if kinds:
        kubectl("wait", "--for=condition=Established", "--timeout=60s", "customresourcedefinition", *kinds)


def remembered():
    code, out, problem = kubectl("get", *MEMORY, "--ignore-not-found", "--output=json")
    if code:
        sys.exit("the cluster does not answer: " + problem)
    return json.loads(out).get("data", {}) if out else {}


def remember(data):
    document = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "k8splan-addons", "namespace": "kube-system"}, "data": data}
    code, _, problem = kubectl("apply", "--server-side", "--force-conflicts", "--field-manager=k8splan", "--filename=-", text=json.dumps(document))
    if code:
        sys.exit("the record of what was applied could not be written (ConfigMap kube-system/k8splan-addons): " + problem)


def wait(name, texts, until):
    """waits until every workload of an addon has rolled out, and every API that it serves is available."""
    for text in texts:
        for kind, namespace, thing in objects(text) or []:
            left = "--timeout=%ds" % max(1, until - time.monotonic())
            if kind in WORKLOADS:
                code, _, problem = kubectl("--namespace=" + namespace, "rollout", "status", left, "%s/%s" % (kind.lower(), thing))
            elif kind == "APIService":
                code, _, problem = kubectl("wait", "--for=condition=Available", left, "apiservice/" + thing)
            else:
                continue
            if code:
                _, pods, _ = kubectl("--namespace=" + (namespace or "kube-system"), "get", "pods")
                sys.exit("%s: %s %s does not run: %s\n%s" % (name, kind, thing, problem, pods))


def main():
    os.umask(0o077)
    args = argparse.ArgumentParser()
    args.add_argument("--directory", required=True)
    args.add_argument("--addons", type=json.loads, required=True)
    args.add_argument("--wait", type=int, required=True, help="seconds; 0 waits for nothing")
    asked = args.parse_args()
    texts = {addon["name"]: text_of(addon, asked.directory) for addon in asked.addons}
    known = remembered()
    for addon in asked.addons:
        name = addon["name"]
        sum_of = digest("\n---\n".join(texts[name]).encode("utf-8"))
        if known.get(name) == sum_of and name + ".objects" in known and all(objects(text) is not None for text in texts[name]):
            continue
        for text in texts[name]:
            apply(name, text, time.monotonic() + 60)
            settle(text)
        known[name] = sum_of
        known[name + ".objects"] = json.dumps([part for text in texts[name] for part in parts(text)])
        remember(known)
        print(name, flush=True)
    if asked.wait:
        until = time.monotonic() + asked.wait
        for addon in asked.addons:
            wait(addon["name"], texts[addon["name"]], until)


main()
