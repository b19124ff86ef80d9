"""Move a host, or the cluster's records, to another endpoint of the API.

    endpoint.py answers --new HOST:PORT --ca FILE      waits until the new endpoint answers with a certificate of this cluster for its name
                        --at ADDRESS     connects to this address, whatever the name resolves to
                        --static NAME    also requires that this static pod of the host runs
    endpoint.py cluster --old HOST:PORT --new HOST:PORT    changes the ConfigMaps cluster-info and kube-proxy, on a control plane
    endpoint.py host    --old HOST:PORT --new HOST:PORT --own HOST:PORT    changes this host's kubeconfigs; prints those that changed
    endpoint.py back                                   restores the old kubeconfigs
    endpoint.py done                                   deletes the saved copies

A kubeconfig with a server other than the old endpoint stays as it is. Components of a control plane connect to their own API server, and
its kubelet may too. kubeadm never rewrites a worker's kubeconfig: https://github.com/kubernetes/kubeadm/issues/1955
"""
import argparse
import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time

ETC = "/etc/kubernetes/"
FILES = ("kubelet.conf", "admin.conf", "super-admin.conf")
KUBECTL = ["kubectl", "--kubeconfig=" + ETC + "admin.conf"]


def moved(text, old, new):
    """returns a kubeconfig with the new endpoint in place of the old one."""
    return re.sub(r"(?m)^(\s*server: )[\"']?https://%s[\"']?$" % re.escape(old), lambda m: m.group(1) + "https://" + new, text)


def there(host, port, at, trust):
    """returns what is wrong with the endpoint, "" if nothing is."""
    try:
        to = http.client.HTTPSConnection(host, port, timeout=5, context=trust)
        if at:
            to.sock = trust.wrap_socket(socket.create_connection((at, port), timeout=5), server_hostname=host)
        to.request("GET", "/readyz")
        status = to.getresponse().status
        return "" if status == 200 else "it answers %d" % status
    except (OSError, http.client.HTTPException) as e:
        return str(e)


def runs(name):
    """returns what is wrong with a static pod of this host, "" if it runs."""
    found = subprocess.run(["crictl", "ps", "--quiet", "--state", "Running", "--name", "^%s$" % name], stdout=subprocess.PIPE, check=False).stdout.split()
    return "" if found else name + " does not run"


def answers(new, ca, at, static):
    trust = ssl.create_default_context(cafile=ca)
    host, port = new.rsplit(":", 1)
    until, problem, well = time.monotonic() + 90, "", 0
    if static:
        time.sleep(5)  # the kubelet has seen the manifest, and started to apply it
    while time.monotonic() < until:
        problem = there(host.strip("[]"), int(port), at, trust) or (runs(static) if static else "")
        well = 0 if problem else well + 1
        if well > (5 if static else 0):
            return
        time.sleep(1)
    sys.exit("the new endpoint %s does not answer this host: %s" % (new, problem))


def configmap(namespace, name, key, old, new):
    """changes the ConfigMap, and returns whether its content changed."""
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
    args.add_argument("--at", default="")
    args.add_argument("--static", default="")
    args.add_argument("--ca", default=ETC + "pki/ca.crt")
    asked = args.parse_args()
    if asked.work == "answers":
        answers(asked.new, asked.ca, asked.at, asked.static)
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
