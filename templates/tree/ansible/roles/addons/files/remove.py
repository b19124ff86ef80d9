"""Delete the objects of addons that the topology no longer has, on a control plane.

    remove.py --names NAME,… --kept NAME,…

apply.py recorded the objects of each addon in the ConfigMap kube-system/k8splan-addons. These objects stay: those that another addon also
has, a CustomResourceDefinition that still has objects, and a namespace with objects of others. If a volume uses one of the addon's storage
classes, all of its objects stay. Prints a line for each deleted addon, and for each object that stays.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys

KUBECTL = ["kubectl", "--kubeconfig=/etc/kubernetes/admin.conf"]
MEMORY = ["--namespace=kube-system", "configmap", "k8splan-addons"]
DIRECTORY = "/etc/kubernetes/addons/"
# Objects that would block others go first: a webhook or an API without a backend would stop every write.
FIRST = ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "APIService")
KEEP = ("default", "kube-system", "kube-public", "kube-node-lease")
# A namespace counts as empty if it only has these; Kubernetes itself puts one of them into every namespace.
LIVING = "pods,services,persistentvolumeclaims,deployments,statefulsets,daemonsets,jobs,cronjobs,configmaps,secrets"
ALWAYS = "configmap/kube-root-ca.crt"


def kubectl(*args, text=None):
    """returns (exit code, standard output, standard error)."""
    done = subprocess.run(KUBECTL + list(args), input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, check=False)
    return done.returncode, done.stdout, done.stderr.strip()


def known():
    code, out, problem = kubectl("get", *MEMORY, "--ignore-not-found", "--output=json")
    if code:
        sys.exit("the cluster does not answer: " + problem)
    return json.loads(out).get("data", {}) if out else {}


def objects(data, name):
    """returns [apiVersion, kind, namespace, name] of an addon's objects."""
    if name not in data:
        sys.exit("%s was never applied to this cluster by site.yml; it applied %s" % (name, ", ".join(addons(data)) or "none"))
    if name + ".objects" not in data:
        sys.exit("an earlier release applied %s and recorded no objects. Put the addon back into the topology and run site.yml, which records them; then remove it again" % name)
    return [tuple(o) for o in json.loads(data[name + ".objects"])]


def addons(data):
    return sorted(k for k in data if not k.endswith(".objects"))


def used(classes):
    """returns the volumes that use these storage classes."""
    code, out, problem = kubectl("get", "persistentvolumes,persistentvolumeclaims", "--all-namespaces", "--output=json")
    if code:
        sys.exit(problem)
    return sorted("%s %s" % (i["kind"], i["metadata"]["name"]) for i in json.loads(out)["items"] if i["spec"].get("storageClassName") in classes)


def left(kind, name):
    """returns what prevents the deletion of an object, "" if nothing does."""
    if kind == "CustomResourceDefinition":
        _, out, _ = kubectl("get", name, "--all-namespaces", "--output=name")
    elif kind == "Namespace":
        if name in KEEP:
            return "Kubernetes itself"
        _, out, _ = kubectl("get", LIVING, "--namespace=" + name, "--output=name")
    else:
        return ""
    some = [line for line in out.split() if line != ALWAYS]
    return ", ".join(some[:3]) + (" and %d more" % (len(some) - 3) if len(some) > 3 else "")


def delete(found):
    api, kind, namespace, name = found
    document = {"apiVersion": api, "kind": kind, "metadata": dict({"name": name}, **({"namespace": namespace} if namespace else {}))}
    code, _, problem = kubectl("delete", "--ignore-not-found", "--timeout=120s", "--filename=-", text=json.dumps(document))
    if code and "no matches for kind" not in problem:  # its definition was deleted with another one
        sys.exit("%s %s could not be deleted, and what comes after it is still there: %s" % (kind, name, problem[-1000:]))


def rank(found):
    kind = found[1]
    return 0 if kind in FIRST else 2 if kind == "CustomResourceDefinition" else 3 if kind == "Namespace" else 1


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--names", required=True, type=lambda s: [n for n in s.split(",") if n])
    args.add_argument("--kept", required=True, type=lambda s: [n for n in s.split(",") if n])
    asked = args.parse_args()
    data = known()
    wanted = [n for n in asked.names if n in asked.kept]
    if wanted:
        sys.exit("%s is still in the topology: site.yml would apply it again" % ", ".join(wanted))
    all_of = {name: objects(data, name) for name in asked.names}
    shared = {tuple(o) for name in addons(data) if name not in asked.names for o in json.loads(data.get(name + ".objects", "[]"))}
    classes = {o[3] for found in all_of.values() for o in found if o[1] == "StorageClass" and o not in shared}
    volumes = used(classes) if classes else []
    if volumes:
        sys.exit("%s use%s a storage class of %s: without its driver they cannot be mounted or deleted. Move their data and delete them first" % (
            ", ".join(volumes[:5]), "s" if len(volumes) == 1 else "", ", ".join(asked.names)))
    for name, found in all_of.items():
        mine = sorted((o for o in reversed(found) if o not in shared), key=rank)
        for one in mine:
            keeps = left(one[1], one[3]) if one[1] in ("CustomResourceDefinition", "Namespace") else ""
            if keeps:
                print("%s %s stays: %s" % (one[1], one[3], keeps), flush=True)
            else:
                delete(one)
        patch = {"data": {name: None, name + ".objects": None}}
        code, _, problem = kubectl("patch", *MEMORY, "--type=merge", "--patch=" + json.dumps(patch))
        if code:
            sys.exit("the record that %s was removed could not be written: %s" % (name, problem))
        if os.path.isdir(DIRECTORY + name):
            shutil.rmtree(DIRECTORY + name)
        print("%s was deleted" % name, flush=True)


main()
