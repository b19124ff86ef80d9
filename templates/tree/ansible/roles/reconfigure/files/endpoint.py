"""Move a host, or the cluster's own records, from one endpoint of the API to another.

    endpoint.py answers --new HOST:PORT --ca FILE      wait until the new one answers, with a certificate of this cluster's that names it
    endpoint.py cluster --old HOST:PORT --new HOST:PORT    the ConfigMaps cluster-info and kube-proxy, on a control plane
    endpoint.py host    --old HOST:PORT --new HOST:PORT --own HOST:PORT    this host's kubeconfigs; prints the names of those that changed
    endpoint.py back                                   the kubeconfigs of before; "done" deletes them

A kubeconfig that dials another server than the old endpoint stays as it is: those of a control plane's own components dial its own API server,
and so may its kubelet. kubeadm never writes a worker's again: https://github.com/kubernetes/kubeadm/issues/1955
"""
import argparse
import http.client
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import time

ETC = "/etc/kubernetes/"
FILES = ("kubelet.conf", "admin.conf", "super-admin.conf")
KUBECTL = ["kubectl", "--kubeconfig=" + ETC + "admin.conf"]


def moved(text, old, new):
    """a kubeconfig without the old endpoint."""
    return re.sub(r"(?m)^(\s*server: )[\"']?https://%s[\"']?$" % re.escape(old), lambda m: m.group(1) + "https://" + new, text)


def answers(new, ca):
    trust = ssl.create_default_context(cafile=ca)
    host, port = new.rsplit(":", 1)
    until, problem = time.monotonic() + 90, ""
    while time.monotonic() < until:
        try:
            to = http.client.HTTPSConnection(host.strip("[]"), int(port), timeout=5, context=trust)
            to.request("GET", "/readyz")
            reply = to.getresponse()
            if reply.status == 200:
                return
            problem = "it answers %d" % reply.status
        except (OSError, http.client.HTTPException) as e:
            problem = str(e)
        time.sleep(1)
    sys.exit("the new endpoint %s does not answer this host: %s" % (new, problem))


def configmap(namespace, name, key, old, new):
    """whether it was another one."""
    found = json.loads(subprocess.run(KUBECTL + ["--namespace=" + namespace, "get", "configmap", name, "--ignore-not-found", "--output=json"],
                                      stdout=subprocess.PIPE, check=True).stdout or "null")
    if not found or key not in found["data"]:
        return False
    text = moved(found["data"][key], old, new)
    if text == found["data"][key]:
        return False
    patch = json.dumps({"data": {key: text}})
    subprocess.run(KUBECTL + ["--namespace=" + namespace, "patch", "configmap", name, "--type=merge", "--patch=" + patch], stdout=subprocess.DEVNULL, check=True)
    return True


def write(path, text):
    handle, name = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".k8splan-")  # mode 0600
    with os.fdopen(handle, "w", encoding="utf-8") as f:
        f.write(text)
    os.rename(name, path)


def host(old, new, own):
    for name in FILES:
        path = ETC + name
        if not os.path.exists(path):
            continue
        with open(path, encoding="utf-8") as f:
            before = f.read()
        after = before if name == "kubelet.conf" and old == own else moved(before, old, new)
        if after != before:
            shutil.copy2(path, path + ".before")
            write(path, after)
            print(name)


def back():
    for name in FILES:
        if os.path.exists(ETC + name + ".before"):
            os.replace(ETC + name + ".before", ETC + name)


def done():
    for name in FILES:
        if os.path.exists(ETC + name + ".before"):
            os.unlink(ETC + name + ".before")


def main():
    args = argparse.ArgumentParser()
    args.add_argument("work", choices=["answers", "cluster", "host", "back", "done"])
    args.add_argument("--old", default="")
    args.add_argument("--new", default="")
    args.add_argument("--own", default="")
    args.add_argument("--ca", default=ETC + "pki/ca.crt")
    asked = args.parse_args()
    if asked.work == "answers":
        answers(asked.new, asked.ca)
    elif asked.work == "cluster":
        if configmap("kube-public", "cluster-info", "kubeconfig", asked.old, asked.new):
            print("cluster-info")
        if configmap("kube-system", "kube-proxy", "kubeconfig.conf", asked.old, asked.new):
            print("kube-proxy")
    elif asked.work == "host":
        host(asked.old, asked.new, asked.own)
    elif asked.work == "back":
        back()
    else:
        done()


main()
