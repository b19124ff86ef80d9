"""Move this node's containers to another container runtime: replace.py QUESTION, where QUESTION is JSON, {"to": name, "patience": seconds}.

The new runtime already runs. The kubelet stops, the containers of the old runtime end, and the kubelet starts again with the new one. If
the static pods do not start there, they go back to the old runtime, even if the playbook has ended by then. The program can be interrupted
at any point and run again.
"""
import glob
import json
import os
import re
import subprocess
import sys
import time

HOME = "/var/lib/k8splan"
LEDGER = HOME + "/owned.json"
# By name in the topology: the socket for kubelets, and the units in stop order.
RUNTIMES = {
    "containerd": ("unix:///run/containerd/containerd.sock", ["containerd.service"]),
    "cri-o": ("unix:///var/run/crio/crio.sock", ["crio.service"]),
    "docker": ("unix:///run/cri-dockerd.sock", ["cri-docker.socket", "cri-docker.service", "docker.socket", "docker.service"]),
}
KUBELET = "/var/lib/kubelet/"
# Kubernetes before 1.34 has it in the flags, later releases in the files.
ENDPOINTS = [(KUBELET + "kubeadm-flags.env", r"(--container-runtime-endpoint=)[^\s\"]*"),
             (KUBELET + "instance-config.yaml", r"(?m)^(containerRuntimeEndpoint: ).*$"),
             (KUBELET + "config.yaml", r"(?m)^(containerRuntimeEndpoint: ).*$")]


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            return f.read()
    except OSError:
        return ""


def write(path, text):
    found = os.stat(path)
    with open(path + ".new", "w", encoding="utf-8") as f:
        os.chmod(path + ".new", found.st_mode & 0o777)
        os.chown(path + ".new", found.st_uid, found.st_gid)
        f.write(text)
        f.flush()
        os.fsync(f.fileno())
    os.replace(path + ".new", path)


def run(*argv):
    return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, check=False)


def crictl(socket, *argv):
    return run("crictl", "--runtime-endpoint", socket, "--image-endpoint", socket, *argv)


def active(units):
    return [unit for unit in units if run("systemctl", "is-active", "--quiet", unit).returncode == 0]


def stop(units):
    """stops the given units that exist, and disables them at boot."""
    there = [unit for unit in units if run("systemctl", "cat", unit).returncode == 0]
    if there:
        run("systemctl", "disable", "--quiet", *there)
        run("systemctl", "stop", *there)
    left = active(there)
    if left:
        raise RuntimeError("%s does not stop" % ", ".join(left))


def start(units):
    for unit in reversed(units):
        if unit.endswith(".service") and run("systemctl", "cat", unit).returncode == 0:
            run("systemctl", "enable", "--quiet", unit)
            run("systemctl", "start", unit)


def lead(socket):
    """configures the kubelet to use a runtime."""
    for path, pattern in ENDPOINTS:
        text = read(path)
        led = re.sub(pattern, lambda found: found.group(1) + socket, text)
        if led != text:
            write(path, led)


def empty(socket):
    """ends the containers and pods of a runtime."""
    running = crictl(socket, "ps", "--quiet").stdout.split()
    if running:
        crictl(socket, "stop", "--timeout", "10", *running)
    for _ in range(4):
        ended = crictl(socket, "rmp", "--force", "--all")
        if ended.returncode == 0 and not crictl(socket, "pods", "--quiet").stdout.split():
            return
        time.sleep(1)
    raise RuntimeError("its containers do not end: " + (ended.stderr or ended.stdout).strip()[-500:])


def missing(socket):
    """returns the static pods that a runtime does not run."""
    names = [os.path.basename(path)[:-len(".yaml")] for path in glob.glob("/etc/kubernetes/manifests/*.yaml")]
    return [name for name in sorted(names) if not crictl(socket, "ps", "--quiet", "--name", "^%s$" % name).stdout.split()]


def served(socket, patience):
    """waits until a runtime runs the kubelet's static pods, for at most this many seconds."""
    late = []
    for _ in range(patience):
        late = missing(socket) if active(["kubelet.service"]) else ["the kubelet"]
        if not late and crictl(socket, "info").returncode == 0:
            return
        time.sleep(1)
    raise RuntimeError("%s did not start within %d s" % (", ".join(late) or "the runtime", patience))


def uses(socket):
    """returns whether this node's kubelet uses a runtime; /var/run is /run."""
    return any(re.search(pattern, text) and socket.replace("/var/run/", "/run/") in text.replace("/var/run/", "/run/")
               for path, pattern in ENDPOINTS for text in [read(path)])


def switch(to, patience):
    socket, own = RUNTIMES[to]
    ours = json.loads(read(LEDGER) or "{}").get("units", {})
    wanted = run("systemctl", "show", "--property=Wants,Requires", "--value", own[-1]).stdout.split()  # Docker's packages run containerd by its unit
    led, here, stops = uses(socket), [], {}
    for name, (where, units) in RUNTIMES.items():
        stops[name] = [unit for unit in units if unit not in wanted]
        if name != to and active(stops[name] if led else units) and (uses(where) or any(unit[:-len(".service")] in ours for unit in units)):
            here.append(name)
    if led and not here:
        return False
    run("systemctl", "stop", "kubelet")
    lead(socket)
    try:
        for name in here:
            empty(RUNTIMES[name][0])
            stop(stops[name])
        run("systemctl", "start", "kubelet")
        served(socket, patience)
    except RuntimeError as why:
        words = run("journalctl", "--unit", own[-1], "--unit", "kubelet", "--lines", "15", "--no-pager", "--output", "cat").stdout
        run("systemctl", "stop", "kubelet")
        for end in (lambda: empty(socket), lambda: stop([unit for unit in own if not any(unit in RUNTIMES[name][1] for name in here)])):
            try:
                end()
            except RuntimeError as left:
                words += "%s\n" % left
        for name in here:
            start(RUNTIMES[name][1])
            lead(RUNTIMES[name][0])
        run("systemctl", "start", "kubelet")
        sys.exit("%s\nThe node has its old runtime back. Last log lines:\n%s" % (why, words))
    return True


def main():
    question = json.loads(sys.argv[1])
    if switch(question["to"], question["patience"]):
        print("switched")


main()
