"""Print the certificates that end soon, by kubeadm's own account of them, one path a line.

    due.py DAYS DIRECTORY…      each directory laid out as kubeadm lays out /etc/kubernetes/pki

Of a control plane, kubeadm's answer also covers the kubeconfig files beside that directory, which are printed by their names. kubeadm is not
left to ask the cluster for its configuration: that may be down, and with external etcd the certificate for etcd would be left out.
"""
import datetime
import json
import os
import subprocess
import sys
import tempfile


def kubeadm(*args):
    return subprocess.run(("kubeadm",) + args, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout.decode("utf-8")


def certificates(directory):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as config:
        config.write(json.dumps({
            "apiVersion": "kubeadm.k8s.io/v1beta4", "kind": "ClusterConfiguration",
            "kubernetesVersion": kubeadm("version", "--output", "short").strip(), "certificatesDir": directory,
        }))
        config.flush()
        return json.loads(kubeadm("certs", "check-expiration", "--config", config.name, "--output", "json"))["certificates"]


def due(directory, limit):
    for certificate in certificates(directory):
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
