"""Recreate the API server's certificate with the names in kubeadm's configuration (standard input), and check that it is served.

    certificate.py --address ADDRESS --port PORT

The API server reloads the file by itself. If it does not serve the new certificate, or a name is missing, the old one is restored.
https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-certs/
"""
import argparse
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time

PKI = "/etc/kubernetes/pki/"
FILES = ("apiserver.crt", "apiserver.key")


def serves(address, port, name, trust):
    """returns why a client that connects by this name rejects the certificate, "" if it accepts it."""
    try:
        with socket.create_connection((address, port), timeout=5) as plain, trust.wrap_socket(plain, server_hostname=name):
            return ""
    except (OSError, ssl.CertificateError) as e:
        return str(e)


def names(config):
    """returns apiServer.certSANs, one per line, as the playbook writes YAML."""
    found = re.search(r"(?m)^( *)certSANs:\n((?:\1 *- .*\n)+)", config)
    endpoint = re.findall(r"(?m)^controlPlaneEndpoint: [\"']?(.*):[0-9]+[\"']?$", config)
    return ([line.strip()[2:].strip("'\"") for line in found.group(2).splitlines()] if found else []) + [e.strip("[]") for e in endpoint]


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--address", required=True)
    args.add_argument("--port", type=int, required=True)
    asked = args.parse_args()
    config = sys.stdin.read()
    trust = ssl.create_default_context(cafile=PKI + "ca.crt")
    for name in FILES:
        shutil.copy2(PKI + name, PKI + name + ".before")
        os.unlink(PKI + name)
    handle, path = tempfile.mkstemp(dir="/run", prefix="k8splan-", suffix=".yaml")
    with os.fdopen(handle, "w", encoding="utf-8") as f:
        f.write(config)
    problem = ""
    done = subprocess.run(["kubeadm", "init", "phase", "certs", "apiserver", "--config", path],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True, check=False)
    os.unlink(path)
    if done.returncode:
        problem = done.stdout[-2000:]
    wanted, until = names(config) + [asked.address], time.monotonic() + 120
    while not problem or time.monotonic() < until:
        if done.returncode:
            break
        bad = [(name, why) for name in wanted for why in [serves(asked.address, asked.port, name, trust)] if why]
        if not bad:
            for name in FILES:
                os.unlink(PKI + name + ".before")
            return
        problem = "%s: %s" % bad[0]
        time.sleep(2)
    for name in FILES:
        os.replace(PKI + name + ".before", PKI + name)
    sys.exit("the API server does not serve a certificate with its new names, and has its old one back: " + problem)


main()
