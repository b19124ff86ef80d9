"""Render a control plane's static pods anew, and put the old ones back where the new ones do not answer.

    render.py --address ADDRESS --port PORT --components kube-apiserver,…    with kubeadm's configuration on standard input

kubeadm writes the manifests, and the kubelet starts a pod again whose manifest has changed. Prints the names of those, one a line. A pod
counts as up when it runs in another container than before, and that one answers for some seconds.
"""
import argparse
import http.client
import os
import ssl
import subprocess
import sys
import tempfile
import time

MANIFESTS = "/etc/kubernetes/manifests/"
PORTS = {"kube-controller-manager": 10257, "kube-scheduler": 10259}
HEALTH = 2381  # of a member of stacked etcd, as kubeadm writes it
PATIENCE = 180  # seconds for a pod to come up
STEADY = 8      # seconds that it has to answer


def run(*argv):
    return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True, check=False)


def manifest(component):
    with open(MANIFESTS + component + ".yaml", encoding="utf-8") as f:
        return f.read()


def restore(component, text):
    handle, name = tempfile.mkstemp(dir=MANIFESTS, prefix=".")  # the kubelet does not look at names that begin with a dot
    with os.fdopen(handle, "w", encoding="utf-8") as f:
        f.write(text)
    os.rename(name, MANIFESTS + component + ".yaml")


def containers(component):
    return set(run("crictl", "ps", "--quiet", "--state", "Running", "--name", "^%s$" % component).stdout.split())


def ended(component):
    return set(run("crictl", "ps", "--all", "--quiet", "--state", "Exited", "--name", "^%s$" % component).stdout.split())


def answers(component, address, port):
    """by the host's own address, and not by whichever control plane the endpoint leads to."""
    if component == "kube-apiserver":
        server = "https://%s:%d" % ("[%s]" % address if ":" in address else address, port)
        return run("kubectl", "--kubeconfig=/etc/kubernetes/admin.conf", "--server=" + server, "--request-timeout=5s", "get", "--raw=/readyz").returncode == 0
    if component == "etcd":
        return any(healthy(host) for host in ("127.0.0.1", "::1"))
    trust = ssl.create_default_context()
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE  # a certificate that it made for itself, on this host
    for host in ("127.0.0.1", "::1"):
        try:
            to = http.client.HTTPSConnection(host, PORTS[component], timeout=5, context=trust)
            to.request("GET", "/healthz")
            return to.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            pass
    return False


def healthy(host):
    try:
        to = http.client.HTTPConnection(host, HEALTH, timeout=5)
        to.request("GET", "/health")
        return to.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False


def phase(component):
    """kubeadm's name for what writes a manifest. etcd's names only this host then, which a member with data does not look at."""
    return ["etcd", "local"] if component == "etcd" else ["control-plane", component.replace("kube-", "")]


def comes_up(component, before, asked):
    """waits for another container than the ones before that answers for a while. Two that came and went are enough to give up."""
    until, since, steady, gone = time.monotonic() + PATIENCE, 0.0, set(), ended(component) | before
    while time.monotonic() < until and len(ended(component) - gone) < 2:
        now = containers(component)
        if now and not now & before and answers(component, asked.address, asked.port):
            if now != steady:
                since, steady = time.monotonic(), now
            if time.monotonic() - since >= STEADY:
                return True
        else:
            steady = set()
        time.sleep(1)
    return False


def words(component):
    last = run("crictl", "ps", "--all", "--latest", "--quiet", "--name", "^%s$" % component).stdout.split()
    return run("crictl", "logs", "--tail", "8", last[0]).stdout if last else ""


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--address", required=True)
    args.add_argument("--port", type=int, required=True)
    args.add_argument("--components", type=lambda s: s.split(","), required=True)
    asked = args.parse_args()
    old = {c: manifest(c) for c in asked.components}
    was = {c: containers(c) for c in asked.components}
    handle, config = tempfile.mkstemp(dir="/run", prefix="k8splan-", suffix=".yaml")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as f:
            f.write(sys.stdin.read())
        for component in asked.components:
            done = run("kubeadm", "init", "phase", *phase(component), "--config", config)
            if done.returncode:
                for name, text in old.items():
                    if manifest(name) != text:
                        restore(name, text)
                sys.exit("kubeadm could not render %s, and the old files are in place: %s" % (component, done.stdout[-2000:]))
    finally:
        os.unlink(config)
    changed = [c for c in asked.components if manifest(c) != old[c]]
    for component in changed:
        if comes_up(component, was[component], asked):
            print(component, flush=True)
            continue
        said = words(component)
        now = {c: containers(c) for c in changed}
        for name in changed:
            restore(name, old[name])
        back = [c for c in changed if not comes_up(c, now[c] if now[c] - was[c] else set(), asked)]
        sys.exit("%s did not come up with its new settings, and the old ones are back%s. Its last words: %s"
                 % (component, "; " + ", ".join(back) + " does not answer with them either" if back else "", said))


main()
