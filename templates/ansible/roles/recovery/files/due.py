"""Print the certificates that end soon, by kubeadm's own account of them, one path a line.

    due.py DAYS DIRECTORY…      each directory laid out as kubeadm lays out /etc/kubernetes/pki

Of a control plane, kubeadm's answer also covers the kubeconfig files beside that directory, which are printed by their names.
"""
import datetime
import json
import os
import subprocess
import sys


def due(directory, limit):
    answer = subprocess.run(["kubeadm", "certs", "check-expiration", "--cert-dir", directory, "--output", "json"],
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
    for certificate in json.loads(answer.decode("utf-8"))["certificates"]:
        if certificate["missing"]:
            continue
        ends = datetime.datetime.strptime(certificate["expirationDate"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc)
        if ends < limit:
            name = certificate["name"]
            if name.endswith(".conf"):
                yield name
            else:
                yield os.path.join(directory, ("etcd/" + name[len("etcd-"):] if name.startswith("etcd-") else name) + ".crt")


def main():
    limit = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=int(sys.argv[1]))
    for directory in sys.argv[2:]:
        for path in due(directory, limit):
            print(path)


main()
