"""Render a control plane's static pods again, and restore the old ones if the new ones do not work.

    render.py --address ADDRESS --port PORT --components kube-apiserver,…    reads kubeadm's configuration from standard input
              --data OLD=NEW    moves the etcd member's data to another directory
              --reads kube-scheduler=/etc/kubernetes/scheduler-config.yaml --content BASE64    a file that the component reads at start
              --staged FILE     a file with that content, if it has secrets

kubeadm writes the manifests, and the kubelet restarts a pod when its manifest changes. If only the file of --reads changed, this program
stops the container, and the kubelet starts a new one. Prints the names of the restarted pods, one per line.

A pod counts as started when a new container runs and answers for some seconds. For the controller manager and the scheduler, the leading
instance must answer for as long. For etcd, the API server of this host must, too: it is the member's client, and may have restarted.

The old files stay in BEFORE until the new ones work. If a run was interrupted before that, the next run first checks what the interrupted
one wrote. Only one run works on a host at a time: a run that lost its connection is waited for.
"""
import argparse
import base64
import fcntl
import http.client
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time

MANIFESTS = "/etc/kubernetes/manifests/"
ASIDE = "/etc/kubernetes/etcd.before.yaml"  # the manifest of a member whose data is being moved
BEFORE = "/etc/kubernetes/before-settings/"    # manifests and files from before the settings that are being applied
PATCHES = "/etc/kubernetes/patches"            # kubeadm fails if its configuration names a missing directory
LOCK = "/run/k8splan-render.lock"
PORTS = {"kube-controller-manager": 10257, "kube-scheduler": 10259}
HEALTH = 2381  # of a stacked etcd member, as kubeadm writes it
PATIENCE = 180  # seconds for a pod to start
STEADY = 8      # seconds for which it must answer


def run(*argv):
    return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True, check=False)


def manifest(component):
    with open(MANIFESTS + component + ".yaml", encoding="utf-8") as f:
        return f.read()


def put(path, text):
    handle, name = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".")  # the kubelet ignores names that begin with a dot
    with os.fdopen(handle, "w", encoding="utf-8") as f:
        f.write(text)
    os.rename(name, path)


def restore(component, text):
    put(MANIFESTS + component + ".yaml", text)


def read(path):
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as f:
        return f.read()


def saved(name):
    """returns what an interrupted run saved here; None if there was none."""
    return read(BEFORE + name)


def save(name, text):
    os.makedirs(BEFORE, mode=0o700, exist_ok=True)
    put(BEFORE + name, text)


def judged(names):
    for name in names:
        if os.path.exists(BEFORE + name):
            os.unlink(BEFORE + name)
    if os.path.isdir(BEFORE) and not os.listdir(BEFORE):
        os.rmdir(BEFORE)


def lasting(text):
    """returns what is never reverted: the version, and an etcd member's data directory."""
    return re.findall(r"(--data-dir=\S+|image: \S+)", text)


def earlier(component):
    """returns the manifest from before an interrupted run's settings, else the current one."""
    text, now = saved(component + ".yaml"), manifest(component)
    return now if text is None or lasting(text) != lasting(now) else text


def alone():
    """waits for an earlier run that lost its connection while its program still runs here."""
    lock = open(LOCK, "w", encoding="ascii")  # pylint: disable=consider-using-with
    fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def stop(component):
    for container in containers(component):
        run("crictl", "stop", "--timeout=10", container)


def containers(component):
    return set(run("crictl", "ps", "--quiet", "--state", "Running", "--name", "^%s$" % component).stdout.split())


def ended(component):
    return set(run("crictl", "ps", "--all", "--quiet", "--state", "Exited", "--name", "^%s$" % component).stdout.split())


def answers(component, address, port):
    """returns whether the component answers at the host's own address. The endpoint could lead to any control plane."""
    if component == "kube-apiserver":
        server = "https://%s:%d" % ("[%s]" % address if ":" in address else address, port)
        return run("kubectl", "--kubeconfig=/etc/kubernetes/admin.conf", "--server=" + server, "--request-timeout=5s", "get", "--raw=/readyz").returncode == 0
    if component == "etcd":
        return any(healthy(host) for host in ("127.0.0.1", "::1"))
    trust = ssl.create_default_context()
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE  # a self-signed certificate of this host
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


def lead(component, address, port):
    """returns the leader among a component's instances, and since when; ("", "") if unknown. A waiting instance reports that it is healthy,
    but its new settings may stop it when it starts to lead."""
    server = "https://%s:%d" % ("[%s]" % address if ":" in address else address, port)
    said = run("kubectl", "--kubeconfig=/etc/kubernetes/admin.conf", "--server=" + server, "--request-timeout=5s", "--namespace=kube-system", "get", "lease",
               component, "--output=jsonpath={.spec.holderIdentity} {.spec.renewTime}")
    words = said.stdout.split() if said.returncode == 0 else []
    return tuple(words) if len(words) == 2 else ("", "")


def phase(component):
    """returns the name of the kubeadm phase that writes a manifest. etcd's manifest then lists this host only, which a member with data ignores."""
    return ["etcd", "local"] if component == "etcd" else ["control-plane", component.replace("kube-", "")]


def take_along(old, new):
    """stops the member, and copies its data. After a power failure, its manifest is in ASIDE."""
    os.makedirs(new, mode=0o700, exist_ok=True)
    mark, member = os.path.join(new, ".k8splan-moving"), os.path.join(new, "member")
    if os.path.exists(member) and not os.path.exists(mark):
        sys.exit("%s already holds data, and not this member's. Name an empty data_dir, or move that data away" % new)
    need = sum(os.lstat(os.path.join(at, f)).st_size for at, _, found in os.walk(old) for f in found)
    if shutil.disk_usage(new).free < need:
        sys.exit("%s has %d bytes free, and the data needs %d" % (new, shutil.disk_usage(new).free, need))
    open(mark, "w", encoding="ascii").close()
    os.rename(MANIFESTS + "etcd.yaml", ASIDE)
    until = time.monotonic() + PATIENCE
    while containers("etcd"):
        if time.monotonic() > until:
            os.rename(ASIDE, MANIFESTS + "etcd.yaml")
            sys.exit("the kubelet has not stopped etcd in %d s" % PATIENCE)
        time.sleep(1)
    shutil.rmtree(member, ignore_errors=True)
    if run("cp", "--archive", os.path.join(old, "member"), member).returncode:
        os.rename(ASIDE, MANIFESTS + "etcd.yaml")
        sys.exit("etcd's data could not be copied to " + new)


def moved(old, new, well):
    """deletes the copy of the data that is no longer used."""
    shutil.rmtree(os.path.join(old if well else new, "member"), ignore_errors=True)
    for path in (os.path.join(new, ".k8splan-moving"), ASIDE):
        if os.path.exists(path):
            os.unlink(path)


def comes_up(component, before, asked, changed):
    """waits for a new container that answers for a while, and for a leader that does. Gives up after two containers that ended."""
    until, since, steady, gone = time.monotonic() + PATIENCE, 0.0, set(), ended(component) | before
    leader, renewed = "", set()
    names = [component] if component != "etcd" or "kube-apiserver" in changed else [component, "kube-apiserver"]
    leads = component in PORTS and not any(flag in manifest(component) for flag in ("--leader-elect=false", "--leader-elect-resource-name"))
    while time.monotonic() < until and len(ended(component) - gone) < 2:
        now = containers(component)
        if now and not now & before and all(answers(name, asked.address, asked.port) for name in names):
            holder, when = lead(component, asked.address, asked.port) if leads else ("", "")
            if now != steady or holder != leader:
                since, steady, leader, renewed = time.monotonic(), now, holder, set()
            renewed.add(when)
            if time.monotonic() - since >= STEADY and (not leads or leader and len(renewed) > 2):
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
    args.add_argument("--reads", type=lambda s: s.split("=", 1), default=["", ""])
    args.add_argument("--content", type=lambda s: base64.b64decode(s).decode("utf-8"), default="")
    args.add_argument("--staged", default="")
    args.add_argument("--data", type=lambda s: s.split("=", 1), default=None)
    asked = args.parse_args()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # finish the change, although the connection is lost
    lock = alone()
    if asked.data and os.path.exists(ASIDE) and not os.path.exists(MANIFESTS + "etcd.yaml"):
        os.rename(ASIDE, MANIFESTS + "etcd.yaml")
    reader, path = asked.reads
    if asked.staged:
        asked.content = read(asked.staged)
    file = os.path.basename(path)
    before = (read(path) if saved(file) is None else saved(file)) if reader else None
    found = {c: manifest(c) for c in asked.components}
    old = {c: earlier(c) for c in asked.components}
    was = {c: containers(c) for c in asked.components}
    kept = [c + ".yaml" for c in asked.components] + ([file] if before is not None else [])
    for component in asked.components:
        save(component + ".yaml", old[component])
    if reader:
        if before is not None:
            save(file, before)
        put(path, asked.content)
    handle, config = tempfile.mkstemp(dir="/run", prefix="k8splan-", suffix=".yaml")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as f:
            documents = sys.stdin.read()
            f.write(documents)
        if PATCHES in documents:
            os.makedirs(PATCHES, mode=0o700, exist_ok=True)
        if asked.data:
            try:
                take_along(*asked.data)
            except SystemExit:
                judged(kept)
                raise
        for component in asked.components:
            done = run("kubeadm", "init", "phase", *phase(component), "--config", config)
            if done.returncode:
                for name, text in old.items():
                    if read(MANIFESTS + name + ".yaml") != text:
                        restore(name, text)
                if asked.data:
                    moved(*asked.data, well=False)
                if before is not None:
                    put(path, before)
                elif reader:
                    os.unlink(path)
                judged(kept)
                sys.exit("kubeadm could not render %s, and the old files are in place: %s" % (component, done.stdout[-2000:]))
    finally:
        os.unlink(config)
    changed = [c for c in asked.components if manifest(c) != old[c] or c == reader and asked.content != before]
    for component in changed:  # an interrupted run wrote the same, and it may already be running
        if manifest(component) == found[component] and manifest(component) != old[component]:
            was[component] = set()
    if reader in changed and manifest(reader) == old[reader]:
        stop(reader)
    for component in changed:
        if comes_up(component, was[component], asked, changed):
            if asked.data and component == "etcd":
                moved(*asked.data, well=True)
            print(component, flush=True)
            continue
        said = words(component)
        now = {c: containers(c) for c in changed}
        if before is not None:
            put(path, before)
        elif reader:
            os.unlink(path)
        for name in changed:
            if manifest(name) == old[name]:
                stop(name)
            restore(name, old[name])
        back = [c for c in changed if not comes_up(c, now[c] if now[c] - was[c] else set(), asked, changed)]
        if asked.data:
            moved(*asked.data, well=False)
        judged(kept)
        sys.exit("%s did not come up with its new settings, and the old ones are back%s. Last log lines: %s"
                 % (component, "; " + ", ".join(back) + " does not answer with them either" if back else "", said))
    judged(kept)
    lock.close()


main()
