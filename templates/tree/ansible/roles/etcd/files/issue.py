"""Issue the certificates of every external etcd member, on the first member, with kubeadm's own phases.

    issue.py FIRST MEMBER…

Prints, as JSON, archives for the other hosts: for each member what goes to /etc/etcd/pki, and
"client" with what goes to /etc/kubernetes/pki of the control planes. kubeadm keeps certificates that are there; those of a member whose
kubeadm configuration has changed (another address, another name) are recreated.

Every member keeps a copy of the authority's key, authority.key, that only root can read: a cluster outlives its first member. It adds nothing
to what root on a member can do, who reads and writes all that the cluster stores.
"""
import base64
import concurrent.futures
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile

ISSUED = "/etc/etcd/issued"
CONFIG = "/etc/etcd/kubeadm/%s.yaml"


def kubeadm(phase, member):
    """runs kubeadm init phase certs …, which reports errors on standard error."""
    made = subprocess.run(["kubeadm", "init", "phase", "certs", phase, "--config", CONFIG % member],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, universal_newlines=True, check=False)
    if made.returncode:
        sys.exit("kubeadm init phase certs %s for %s: %s" % (phase, member, made.stderr.strip()))


def link(first, member):
    directory = os.path.join(ISSUED, member, "etcd")
    os.makedirs(directory, mode=0o700, exist_ok=True)
    for name in ("ca.crt", "ca.key"):
        path = os.path.join(directory, name)
        if not os.path.islink(path):
            os.symlink("../../%s/etcd/%s" % (first, name), path)


def config_digest(member):
    with open(CONFIG % member, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


def issue(member):
    directory = os.path.join(ISSUED, member, "etcd")
    mark = os.path.join(ISSUED, member, "config.sha256")
    digest = config_digest(member)
    known = open(mark, encoding="ascii").read().strip() if os.path.exists(mark) else ""
    if known != digest:
        for name in ("server", "peer", "healthcheck-client"):
            for kind in (".crt", ".key"):
                if os.path.exists(os.path.join(directory, name + kind)):
                    os.unlink(os.path.join(directory, name + kind))
    for phase in ("etcd-server", "etcd-peer", "etcd-healthcheck-client"):
        kubeadm(phase, member)
    with open(mark, "w", encoding="ascii") as f:
        f.write(digest + "\n")


def archive(files, group):
    """returns a gzipped tar of {name: (path or text, mode)} as base64, owned by root, with a group if others may read it."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, (content, mode) in sorted(files.items()):
            if content.startswith("/"):
                with open(content, encoding="ascii") as f:
                    content = f.read()
            info = tarfile.TarInfo(name)
            info.size, info.mode, info.uname, info.gname = len(content), mode, "root", group if mode & 0o077 else "root"
            tar.addfile(info, io.BytesIO(content.encode("ascii")))
    return base64.b64encode(out.getvalue()).decode("ascii")


def for_member(first, member):
    files = {
        "ca.crt": ("%s/%s/etcd/ca.crt" % (ISSUED, first), 0o644),
        "authority.key": ("%s/%s/etcd/ca.key" % (ISSUED, first), 0o600),
        "config.sha256": (config_digest(member) + "\n", 0o644),
    }
    for name in ("server", "peer", "healthcheck-client"):
        files[name + ".crt"] = ("%s/%s/etcd/%s.crt" % (ISSUED, member, name), 0o644)
        files[name + ".key"] = ("%s/%s/etcd/%s.key" % (ISSUED, member, name), 0o640)
    return archive(files, "etcd")


def main():
    os.umask(0o077)
    first, members = sys.argv[1], sys.argv[2:]
    os.makedirs(ISSUED, mode=0o700, exist_ok=True)
    for name in os.listdir(ISSUED):  # of members that are no longer in the topology
        if name not in members and os.path.isdir(os.path.join(ISSUED, name)):
            shutil.rmtree(os.path.join(ISSUED, name))
    kubeadm("etcd-ca", first)
    for member in members:
        if member != first:
            link(first, member)
    with concurrent.futures.ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(issue, members))
    kubeadm("apiserver-etcd-client", first)
    own = "%s/%s/" % (ISSUED, first)
    client = archive({
        "etcd/ca.crt": (own + "etcd/ca.crt", 0o644),
        "apiserver-etcd-client.crt": (own + "apiserver-etcd-client.crt", 0o644),
        "apiserver-etcd-client.key": (own + "apiserver-etcd-client.key", 0o600),
    }, "root")
    print(json.dumps({"members": {member: for_member(first, member) for member in members}, "client": client}))


main()
