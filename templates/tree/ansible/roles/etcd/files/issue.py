"""Issue the certificates of all external etcd members on the first member, with kubeadm's own phases.

    issue.py FIRST MEMBER…

Prints JSON with archives for the other hosts: for each member, the content of /etc/etcd/pki; under "client", the etcd files in
/etc/kubernetes/pki of the control planes. kubeadm keeps existing certificates. If a member's kubeadm configuration changed (another
address or name), its certificates are recreated. Lines that do not affect the certificates, or take effect when they are renewed, do not count.

Every member has a copy of the authority's key, authority.key, that only root can read. So the cluster can lose its first member. root on
a member can already read and write everything that the cluster stores.
"""
import base64
import concurrent.futures
import hashlib
import io
import json
import os
import re
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


# As etcd_unrelated in vars/main.yml.
UNRELATED = re.compile(r"(?m)^ *(criSocket|kubernetesVersion|dataDir|encryptionAlgorithm|certificateValidityPeriod|caCertificateValidityPeriod): .*\n")


def digests(member):
    """returns the digest of the lines that count, and that of all lines, which earlier releases recorded."""
    with open(CONFIG % member, encoding="utf-8") as f:
        text = f.read()
    return [hashlib.sha256(form.encode("utf-8")).hexdigest() for form in (UNRELATED.sub("", text), text)]


def issue(member):
    directory = os.path.join(ISSUED, member, "etcd")
    mark = os.path.join(ISSUED, member, "config.sha256")
    known = open(mark, encoding="ascii").read().strip() if os.path.exists(mark) else ""
    if known not in digests(member):
        for name in ("server", "peer", "healthcheck-client"):
            for kind in (".crt", ".key"):
                if os.path.exists(os.path.join(directory, name + kind)):
                    os.unlink(os.path.join(directory, name + kind))
    for phase in ("etcd-server", "etcd-peer", "etcd-healthcheck-client"):
        kubeadm(phase, member)
    with open(mark, "w", encoding="ascii") as f:
        f.write(digests(member)[0] + "\n")


def archive(files, group):
    """returns a gzipped tar of {name: (path or text, mode)} in base64. root owns the files; a group is set if others may read them."""
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
        "config.sha256": (digests(member)[0] + "\n", 0o644),
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
