"""Write the API servers' encryption file for one phase of a key change.

    transit.py PHASE --provider NAME --resources R,… [--rotate]    PHASE is read, write, or final

An API server reads stored objects with any key in the file, and writes with the first one. A change therefore has three phases:

    read     add the new key after the old one, on every control plane
    write    move it to the front; then every object is written again
    final    remove the old key

Without --provider, objects are stored unencrypted. --rotate creates a new key. The key with the highest number is the newest one, and an
interrupted change continues with it. The phase's file has the name of the current file with the ending .next. If nothing is encrypted any
more, there is no such file. Prints a word if the two files differ.
https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/
"""
import argparse
import base64
import json
import os
import re
import sys

FILE = "/etc/kubernetes/pki/encryption.yaml"
PLAIN = ("identity", "", "")


def parsed(text):
    """returns {resource: [(provider, name of its key, secret)]} in the file's order."""
    out = {}
    for entry in json.loads(text)["resources"]:
        keys = []
        for provider in entry["providers"]:
            for kind, settings in provider.items():
                keys += [(kind, k["name"], k["secret"]) for k in (settings or {}).get("keys", [])] or [(kind, "", "")]
        for resource in entry["resources"]:
            out[resource] = keys
    return out


def count(key):
    found = re.search(r"([0-9]+)$", key[1])
    return int(found.group(1)) if found else 0


def chosen(have, provider, rotate):
    """returns the key for writing."""
    if not provider:
        return PLAIN
    keys = {k for keys in have.values() for k in keys if k[1]}
    fit = sorted((k for k in keys if k[0] == provider), key=count)
    if fit and not (rotate and len(keys) == 1):
        return fit[-1]
    name = "key%d" % (max([count(k) for k in keys], default=0) + 1)
    return (provider, name, base64.b64encode(os.urandom(32)).decode("ascii"))


def ordered(old, to, phase):
    """returns the providers of one resource."""
    rest = [k for k in old if k != to]
    keys = {"read": old if to in old else old + [to], "write": [to] + rest, "final": [to]}[phase]
    return keys if PLAIN in keys else keys + [PLAIN]


def staged(have, provider, resources, rotate, phase):
    """returns the text of the file, "" if none is needed."""
    to, out = chosen(have, provider, rotate), []
    for resource in resources + [r for r in have if r not in resources]:
        keys = ordered(have.get(resource, [PLAIN]), to if resource in resources else PLAIN, phase)
        if phase == "final" and keys == [PLAIN]:
            continue
        if out and out[-1][1] == keys:
            out[-1][0].append(resource)
        else:
            out.append(([resource], keys))
    entries = [{"resources": names, "providers": [{kind: {"keys": [{"name": name, "secret": secret}]} if name else {}} for kind, name, secret in keys]}
               for names, keys in out]
    document = {"apiVersion": "apiserver.config.k8s.io/v1", "kind": "EncryptionConfiguration", "resources": entries}
    return json.dumps(document, indent=1) + "\n" if entries else ""  # JSON is YAML


def main():
    args = argparse.ArgumentParser()
    args.add_argument("phase", choices=["read", "write", "final"])
    args.add_argument("--provider", default="")
    args.add_argument("--resources", type=lambda s: [r for r in s.split(",") if r], default=[])
    args.add_argument("--rotate", action="store_true")
    asked = args.parse_args()
    text = ""
    if os.path.exists(FILE):
        with open(FILE, encoding="utf-8") as f:
            text = f.read()
    try:
        have = parsed(text) if text else {}
    except (ValueError, KeyError, TypeError, AttributeError):
        sys.exit("%s was edited: it is not as this playbook writes it. RUNBOOK.md has the steps by hand: \"Change encryption at rest\"." % FILE)
    after = staged(have, asked.provider, asked.resources, asked.rotate, asked.phase)
    if not after:
        if os.path.exists(FILE + ".next"):
            os.unlink(FILE + ".next")
        return
    os.makedirs(os.path.dirname(FILE), mode=0o755, exist_ok=True)
    handle = os.open(FILE + ".next", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as f:
        f.write(after)
        f.flush()
        os.fsync(f.fileno())
    if after != text:
        print("staged")


main()
