"""Create the API servers' key for encryption at rest, if there is none yet.

    encryption.py PROVIDER RESOURCE…

The file is in /etc/kubernetes/pki, next to kubeadm's files, and is copied to other control planes with the authorities' keys. Prints a word
if it created one. https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/
"""
import base64
import json
import os
import sys

FILE = "/etc/kubernetes/pki/encryption.yaml"


def main():
    provider, resources = sys.argv[1], sys.argv[2:]
    if os.path.exists(FILE):
        return
    key = {"name": "key1", "secret": base64.b64encode(os.urandom(32)).decode("ascii")}
    document = {
        "apiVersion": "apiserver.config.k8s.io/v1", "kind": "EncryptionConfiguration",
        "resources": [{"resources": resources, "providers": [{provider: {"keys": [key]}}, {"identity": {}}]}],
    }
    os.makedirs(os.path.dirname(FILE), mode=0o755, exist_ok=True)
    handle = os.open(FILE + ".new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as f:
        f.write(json.dumps(document, indent=1) + "\n")  # JSON is YAML
        f.flush()
        os.fsync(f.fileno())
    os.rename(FILE + ".new", FILE)
    print("made")


main()
