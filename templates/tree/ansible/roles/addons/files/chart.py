"""Render a Helm chart on the machine that runs Ansible, and print its objects as one manifest. Does not contact the cluster.

--chart is a JSON object

    {"addon": "traefik", "chart": "traefik", "repository": "https://…", "version": "37.1.0", "digest": "sha256:…", "namespace": "traefik"}

The archive is downloaded, and used only if its digest is right. Namespaced objects without a namespace get the chart's. The namespace
itself comes first.
"""
import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile

import yaml  # installed with Ansible

# Kubernetes' own cluster-scoped kinds. https://kubernetes.io/docs/reference/kubernetes-api/
CLUSTER = {
    "APIService", "CSIDriver", "CSINode", "CertificateSigningRequest", "ClusterRole", "ClusterRoleBinding", "ClusterTrustBundle",
    "CustomResourceDefinition", "DeviceClass", "FlowSchema", "IPAddress", "IngressClass", "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding", "MutatingWebhookConfiguration", "Namespace", "Node", "PersistentVolume", "PriorityClass",
    "PriorityLevelConfiguration", "ResourceSlice", "RuntimeClass", "ServiceCIDR", "StorageClass", "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration", "VolumeAttachment", "VolumeAttributesClass",
    "ClusterIssuer", "GatewayClass",
}


def helm(*args):
    try:
        done = subprocess.run(("helm",) + args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, check=False)
    except OSError as e:
        sys.exit("helm cannot be run here: %s. Install it: https://helm.sh/docs/intro/install/" % e)
    if done.returncode:
        sys.exit("helm %s: %s" % (args[0], done.stderr.strip()[-2000:]))
    return done.stdout


def archive(chart, directory):
    """returns the path of the chart's verified archive."""
    if chart["repository"].startswith("oci://"):
        which = [chart["repository"] + "/" + chart["chart"]]
    else:
        which = [chart["chart"], "--repo", chart["repository"]]
    helm("pull", *which, "--version", chart["version"], "--destination", directory)
    found = [os.path.join(directory, name) for name in os.listdir(directory) if name.endswith(".tgz")]
    if len(found) != 1:
        sys.exit("%s: helm pull left %d archives" % (chart["chart"], len(found)))
    with open(found[0], "rb") as f:
        digest = "sha256:" + hashlib.sha256(f.read()).hexdigest()
    if digest != chart["digest"]:
        sys.exit("%s %s: the digest is %s, expected %s" % (chart["chart"], chart["version"], digest, chart["digest"]))
    return found[0]


def placed(text, namespace):
    """returns the objects, each in its namespace."""
    objects = [o for o in yaml.safe_load_all(text) if o]
    scopes = {o["spec"]["names"]["kind"]: o["spec"]["scope"] for o in objects if o.get("kind") == "CustomResourceDefinition"}
    for o in objects:
        everywhere = o["kind"] in CLUSTER or scopes.get(o["kind"]) == "Cluster"
        if not everywhere and not o.setdefault("metadata", {}).get("namespace"):
            o["metadata"]["namespace"] = namespace
    if namespace not in ("default", "kube-system") and not any(
            o["kind"] == "Namespace" and o["metadata"]["name"] == namespace for o in objects):
        objects.insert(0, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    return yaml.safe_dump_all(objects, sort_keys=True)


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--chart", type=json.loads, required=True)
    args.add_argument("--kubernetes", required=True)
    args.add_argument("--values", default="")
    asked = args.parse_args()
    chart = asked.chart
    with tempfile.TemporaryDirectory(prefix="k8splan-chart-") as directory:
        text = helm("template", chart["addon"], archive(chart, directory), "--namespace", chart["namespace"], "--include-crds", "--skip-tests",
                    "--kube-version", asked.kubernetes, *(["--values", asked.values] if asked.values else []))
    sys.stdout.write(placed(text, chart["namespace"]))


main()
