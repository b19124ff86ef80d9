"""Check or write a kubeconfig on the machine that runs Ansible.

    kubeconfig.py check FILE NAME TREE new|running
    kubeconfig.py write FILE NAME TREE SERVER   reads the output of `kubeadm kubeconfig user` from standard input

An existing file is replaced only if it belongs to this cluster: one cluster and one context, both named NAME, and the same certificate
authority. Nothing is merged. Only the owner can read the new file from its first byte on, and it appears complete or not at all.
"""
import os
import sys
import tempfile

import yaml


def refuse(text):
    sys.exit(text)


def read(file):
    """Returns the kubeconfig in a file, None if there is no file."""
    try:
        with open(file, encoding="utf-8") as stream:
            config = yaml.safe_load(stream)
    except FileNotFoundError:
        return None
    except (UnicodeDecodeError, yaml.YAMLError):
        return {}
    return config if isinstance(config, dict) else {}


def entry(config, kind, name):
    """Returns the only entry of a kind; {} if there is none, or more than one, or its name differs."""
    entries = config.get(kind)
    if not isinstance(entries, list) or len(entries) != 1 or not isinstance(entries[0], dict):
        return {}
    held = entries[0].get(kind[:-1])
    return held if entries[0].get("name") == name and isinstance(held, dict) else {}


def check(file, name, tree, state):
    if os.path.isdir(file):
        refuse("%s is a directory: name a file in it." % file)
    if (file + os.sep).startswith(tree + os.sep):
        refuse("%s is in this tree, which may be in version control. A kubeconfig is a key: name a file elsewhere." % file)
    config = read(file)
    if config is None:
        return
    if not entry(config, "clusters", name) or not entry(config, "contexts", name):
        refuse("%s exists and is not a kubeconfig of cluster %s alone. Files are never merged: name another one." % (file, name))
    if state == "new":
        refuse("%s exists, and cluster %s is not built yet: the file is from an earlier cluster. Move it away, or name another file." % (file, name))


def write(file, name, tree, server):
    check(file, name, tree, "running")
    made = yaml.safe_load(sys.stdin)
    authority = made["clusters"][0]["cluster"]["certificate-authority-data"]
    user = made["users"][0]
    old = read(file)
    if old is not None and entry(old, "clusters", name).get("certificate-authority-data") != authority:
        refuse("%s belongs to another cluster with the name %s: its certificate authority differs. Name another file." % (file, name))
    text = yaml.safe_dump({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {"certificate-authority-data": authority, "server": server}}],
        "users": [{"name": user["name"], "user": user["user"]}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": user["name"]}}],
        "current-context": name,
    }, sort_keys=False)
    directory = os.path.dirname(file)
    os.makedirs(directory, mode=0o700, exist_ok=True)
    handle, part = tempfile.mkstemp(dir=directory, prefix=".kubeconfig-")  # creates the file with mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.replace(part, file)
    except BaseException:
        os.unlink(part)
        raise


def main(mode, *arguments):
    try:
        {"check": check, "write": write}[mode](*arguments)
    except OSError as error:
        refuse("%s: %s." % (error.filename, error.strerror))


main(*sys.argv[1:])
