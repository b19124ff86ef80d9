"""Record which files and units of a host will belong to the cluster, and keep what was there before.

    own.py QUESTION    QUESTION is JSON, {"files": [paths], "units": [names], "signatures": pattern}

The ledger is /var/lib/k8splan/owned.json. A file that k8splan did not write is copied below /var/lib/k8splan/before, and reset.yml restores
it. A host that an older release built has no ledger; there, all files and units count as the cluster's.
"""
import json
import os
import re
import shutil
import subprocess
import sys

HOME = "/var/lib/k8splan"
LEDGER = HOME + "/owned.json"
BUILT = ["/etc/k8splan/plan.json", "/etc/kubernetes/kubeadm.yaml"]
# Directories that programs of the cluster make: kubectl, kubelets, pod networks, container runtimes. What they keep there goes with the cluster
# where the directory came with it.
PLACES = ["/etc/cni/net.d", "/etc/containerd", "/etc/crio", "/etc/containers", "/etc/docker", "/etc/haproxy", "/etc/keepalived", "/etc/ssl/certs",
          "/opt/containerd", "/root/.kube", "/usr/libexec/kubernetes", "/usr/libexec/keepalived", "/var/lib/containerd", "/var/lib/containers",
          "/var/lib/crio", "/var/lib/docker", "/var/lib/cri-dockerd", "/var/lib/etcd"]
SYSCTLS = ["net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"]


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            return f.read()
    except OSError:
        return ""


def says(*argv):
    return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, universal_newlines=True, check=False).stdout.strip()


def keep(path):
    """copies a file to where reset.yml finds it, with owner, mode, and times."""
    copy = HOME + "/before" + path
    os.makedirs(os.path.dirname(copy), exist_ok=True)
    shutil.copy2(path, copy)
    found = os.stat(path)
    os.chown(copy, found.st_uid, found.st_gid)


def absent(paths):
    """returns the missing directories among these and their parents."""
    found = set()
    for path in paths:
        while path != "/":
            if not os.path.isdir(path):
                found.add(path)
            path = os.path.dirname(path)
    return found


def host():
    """returns the current state of everything else that site.yml changes on the host."""
    return {
        "sysctl": {name: read("/proc/sys/" + name.replace(".", "/")).strip() for name in SYSCTLS},
        "swap": len(read("/proc/swaps").splitlines()) > 1,
        "enforcing": "\nSELINUX=enforcing" in "\n" + read("/etc/selinux/config"),
        "tables": re.findall(r"(?m)^table (.*)$", says("sh", "-c", "nft list tables || true")),
        "etcd_user": any(line.startswith("etcd:") for line in read("/etc/passwd").splitlines()),
    }


def main():
    question = json.loads(sys.argv[1])
    ledger = json.loads(read(LEDGER) or "{}")
    built = not ledger and any(os.path.exists(path) for path in BUILT)
    files, units = ledger.setdefault("files", {}), ledger.setdefault("units", {})
    os.makedirs(HOME + "/before", exist_ok=True)
    os.chmod(HOME + "/before", 0o700)
    ledger.setdefault("host", {} if built else host())
    # In each run: what does not exist yet belongs to the cluster later. An earlier release recorded no previous state.
    ledger["directories"] = sorted(set(ledger.get("directories", [])) | (set() if built else absent(PLACES + [os.path.dirname(path) for path in question["files"]])))
    for path in question["files"]:
        if path not in files:
            theirs = not built and os.path.isfile(path) and not re.search(question["signatures"], read(path)[:2000])
            if theirs:
                keep(path)
            files[path] = {"before": theirs}
    for name in question["units"]:
        if name not in units:
            units[name] = {} if built else {"enabled": says("systemctl", "is-enabled", name) == "enabled",
                                            "active": says("systemctl", "is-active", name) == "active"}
    with open(LEDGER + ".new", "w", encoding="utf-8") as f:
        os.chmod(LEDGER + ".new", 0o600)
        json.dump(ledger, f, indent=2, sort_keys=True)
        f.flush()
        os.fsync(f.fileno())
    os.replace(LEDGER + ".new", LEDGER)


main()
