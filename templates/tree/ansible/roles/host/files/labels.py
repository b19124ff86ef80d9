"""Label the host directories that pods use, where SELinux enforces: labels.py LABELS, where LABELS is JSON, {directory: type}.

The rules survive restorecon and a relabeling at boot. /var/lib/k8splan/labels.json lists the rules that this program added. Later runs
remove those that are no longer asked for, and reset.yml removes all of them. The system's own rules do not change.
"""
import json
import os
import subprocess
import sys

KEPT = "/var/lib/k8splan/labels.json"
# Labeled by the containers' policy itself, once it is installed.
OF_CONTAINERS = ["/var/lib/kubelet", "/var/lib/containerd", "/var/lib/containers", "/var/lib/docker", "/var/lib/cni", "/etc/containerd", "/etc/crio",
                 "/etc/docker", "/usr/local/bin", "/var/log/pods", "/var/log/containers"]


def kept():
    try:
        with open(KEPT, encoding="utf-8") as f:
            return json.load(f)
    except (OSError, ValueError):
        return {}


def quiet(*argv):
    return subprocess.run(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode


def pattern(path):
    """returns a regular expression for a directory and everything in it."""
    return "".join("\\" + c if c in ".^$*+?{}[]()|\\" else c for c in path) + "(/.*)?"


def rule(path, kind):
    """adds or changes a rule: older releases of semanage refuse to add one that the policy already has, newer ones change it."""
    for verb in ("--add", "--modify"):
        if quiet("semanage", "fcontext", verb, "--type", kind, pattern(path)) == 0:
            return
    sys.exit("semanage could not label %s as %s" % (path, kind))


def restore(paths):
    there = [path for path in paths if os.path.exists(path)]
    if there and quiet("restorecon", "-R", *there):
        sys.exit("restorecon could not label " + ", ".join(there))


def main():
    wanted, ours = json.loads(sys.argv[1]), kept()
    os.makedirs(os.path.dirname(KEPT), exist_ok=True)
    for path in ours:
        if path not in wanted:
            quiet("semanage", "fcontext", "--delete", pattern(path))
    for path, kind in wanted.items():
        rule(path, kind)
        if not os.path.isdir(path):
            os.makedirs(path, mode=0o700 if path.startswith("/var/lib/") else 0o755)
    restore(list(wanted) + [path for path in ours if path not in wanted] + OF_CONTAINERS)
    # The system's certificates, which kubeadm mounts into the API server. Older policies let every pod read them.
    if os.path.exists("/sys/fs/selinux/booleans/container_read_certs"):
        quiet("setsebool", "-P", "container_read_certs", "1")
    with open(KEPT + ".new", "w", encoding="utf-8") as f:
        json.dump(wanted, f, sort_keys=True)
    os.replace(KEPT + ".new", KEPT)


main()
