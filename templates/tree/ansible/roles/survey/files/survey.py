"""Report, as JSON, what a host is and which parts of the cluster it has. Changes nothing.

One quick run per host replaces Ansible's fact gathering and many "does it exist?" tasks. A second run of the playbook skips what this
report lists as done.
"""
import argparse
import glob
import hashlib
import http.client
import ipaddress
import json
import os
import platform
import re
import shutil
import ssl
import subprocess
import time

# Files that the roles own. A file is rewritten when its mode or its content is wrong.
FILES = [
    "/etc/NetworkManager/conf.d/50-kubernetes.conf",
    "/etc/chrony/k8splan.conf",
    "/etc/cni/net.d/10-static-routes.conflist",
    "/etc/containerd/certs.d/*/hosts.toml",
    "/etc/containerd/conf.d/50-k8splan-credentials.toml",
    "/etc/containerd/config.toml",
    "/etc/containers/registries.conf.d/50-k8splan-*.conf",
    "/etc/crictl.yaml",
    "/etc/crio/crio.conf.d/50-k8splan.conf",
    "/etc/crio/k8splan-credentials.json",
    "/etc/crio/policy.json",
    "/etc/docker/daemon.json",
    "/etc/etcd/etcd.env",
    "/etc/etcd/kubeadm/*.yaml",
    "/etc/haproxy/haproxy.cfg",
    "/etc/k8splan/plan.json",
    "/etc/k8splan/proxy.env",
    "/etc/keepalived/*.conf",
    "/etc/kube-vip/config.yaml",
    "/etc/kubernetes/addons/*/*",
    "/etc/kubernetes/kubeadm.yaml",
    "/etc/kubernetes/manifests/kube-vip.yaml",
    "/etc/kubernetes/scheduler-config.yaml",
    "/etc/modules-load.d/kubernetes.conf",
    "/etc/static-routes.conf",
    "/etc/sysctl.d/99-kubernetes.conf",
    "/etc/systemd/system/containerd.service",
    "/etc/systemd/system/cri-docker.service",
    "/etc/systemd/system/cri-docker.socket",
    "/etc/systemd/system/crio.service",
    "/etc/systemd/system/docker.service",
    "/etc/systemd/system/etcd.service",
    "/etc/systemd/system/static-routes.service",
    "/etc/systemd/system/kubelet.service",
    "/etc/systemd/timesyncd.conf.d/50-k8splan.conf",
    "/etc/systemd/system/*.service.d/50-k8splan-proxy.conf",
    "/usr/libexec/keepalived/check-apiserver.sh",
    "/usr/local/sbin/static-routes",
]

# A service that has been running since before one of its files was written needs a restart. That also repairs a run that was
# killed after it wrote a file and before it restarted the service.
SERVICES = {
    "containerd": ["/usr/local/bin/containerd", "/usr/bin/containerd", "/etc/containerd/config.toml",
                   "/etc/containerd/conf.d/50-k8splan-credentials.toml",
                   "/etc/systemd/system/containerd.service", "/etc/systemd/system/containerd.service.d/*.conf",
                   "/etc/k8splan/proxy.env"],
    "crio": ["/usr/local/bin/crio", "/etc/crio/crio.conf.d/50-k8splan.conf", "/etc/systemd/system/crio.service",
             "/etc/containers/registries.conf.d/50-k8splan-*.conf", "/etc/systemd/system/crio.service.d/*.conf",
             "/etc/k8splan/proxy.env"],
    "docker": ["/usr/local/bin/dockerd", "/etc/docker/daemon.json", "/etc/systemd/system/docker.service", "/etc/systemd/system/docker.service.d/*.conf",
               "/etc/k8splan/proxy.env"],
    "cri-docker": ["/usr/local/bin/cri-dockerd", "/etc/systemd/system/cri-docker.service"],
    "etcd": ["/usr/local/bin/etcd", "/etc/etcd/etcd.env", "/etc/systemd/system/etcd.service", "/etc/etcd/pki/*"],
    "kubelet": ["/usr/local/bin/kubelet", "/usr/bin/kubelet", "/etc/systemd/system/kubelet.service", "/etc/systemd/system/kubelet.service.d/*.conf"],
    "haproxy": ["/etc/haproxy/haproxy.cfg"],
    "keepalived": ["/etc/keepalived/*.conf"],
    "static-routes": ["/etc/systemd/system/static-routes.service", "/etc/static-routes.conf", "/usr/local/sbin/static-routes"],
    "firewalld": [],
    "chrony": ["/etc/chrony/k8splan.conf"],  # chronyd in the Red Hat family
    "chronyd": ["/etc/chrony/k8splan.conf"],
    "systemd-timesyncd": ["/etc/systemd/timesyncd.conf.d/50-k8splan.conf"],
}

DIRECTORIES = ["/etc/NetworkManager/conf.d", "/etc/cni/net.d", "/etc/containerd", "/etc/containerd/certs.d/*", "/etc/containerd/conf.d", "/etc/containers", "/etc/containers/registries.conf.d",
               "/etc/crio", "/etc/crio/crio.conf.d", "/etc/docker", "/etc/kube-vip", "/etc/kubernetes/addons/*", "/etc/kubernetes/manifests", "/etc/kubernetes/network", "/etc/kubernetes/pki/etcd", "/etc/systemd/system/*.service.d",
               "/opt/cni/bin", "/usr/libexec/keepalived"]

SYSCTLS = ["kernel.keys.root_maxbytes", "kernel.keys.root_maxkeys", "kernel.panic", "kernel.panic_on_oops", "vm.overcommit_memory", "vm.panic_on_oom",
           "net.bridge.bridge-nf-call-ip6tables", "net.bridge.bridge-nf-call-iptables", "net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"]

COMMANDS = ["conntrack", "ebtables", "ethtool", "haproxy", "ip", "iptables", "keepalived", "kmod", "losetup", "mount", "nft", "socat", "tc"]


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            return f.read()
    except OSError:
        return ""


def run(*argv):
    try:
        return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, universal_newlines=True, check=False).stdout
    except OSError:
        return ""


def expand(patterns):
    return [path for pattern in patterns for path in sorted(glob.glob(pattern)) if os.path.isfile(path)]


def digest(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


def files():
    """returns mode and SHA-256 of each file that the roles own, such as "0644:9f86…"."""
    return {path: "%04o:%s" % (os.stat(path).st_mode & 0o7777, digest(path)) for path in expand(FILES)}


def system():
    release = {}
    for line in read("/etc/os-release").splitlines():
        key, _, value = line.partition("=")
        release[key] = value.strip("\"'")
    kin = [release.get("ID", "")] + release.get("ID_LIKE", "").split()
    family = "debian" if {"debian", "ubuntu"} & set(kin) else "redhat" if {"rhel", "fedora", "centos"} & set(kin) else ""
    if kin[0] == "flatcar" or os.path.exists("/run/ostree-booted"):  # an image-based system with a read-only /usr
        family = "image"
    machine = platform.machine()
    return {
        "id": release.get("ID", ""),
        "family": family,
        "name": release.get("PRETTY_NAME", ""),
        "version": release.get("VERSION_ID", ""),
        "codename": release.get("VERSION_CODENAME", ""),
        "arch": {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine),
        "kernel": platform.release(),
    }


def unloadable(modules):
    """returns the modules that this kernel has neither loaded, nor built in, nor available; none if unknown."""
    if not os.path.isdir("/lib/modules/" + os.uname().release):  # a container has none
        return []
    absent = [name for name in modules if not os.path.isdir("/sys/module/" + name)]
    try:
        return [name for name in absent if subprocess.run(["modprobe", "--dry-run", "--quiet", name], check=False).returncode]
    except OSError:
        return []


def services():
    """returns for each service whether it is enabled, whether it runs, and whether it started before one of its files was written."""
    asked = ["Id", "ActiveState", "UnitFileState", "StateChangeTimestampMonotonic"]
    states = {name: {"enabled": False, "running": False, "stale": False} for name in SERVICES}
    booted = time.time() - time.monotonic()
    for block in run("systemctl", "show", "--property=" + ",".join(asked), *[name + ".service" for name in SERVICES]).split("\n\n"):
        unit = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
        name = unit.get("Id", "").rpartition(".")[0]
        if name not in states:
            continue
        running = unit["ActiveState"] in ("active", "reloading")
        since = booted + int(unit["StateChangeTimestampMonotonic"]) / 1e6
        newest = max([os.stat(path).st_mtime for path in expand(SERVICES[name])], default=0)
        states[name] = {"enabled": unit["UnitFileState"] == "enabled", "running": running, "stale": running and newest > since}
    return states


def owned():
    """returns the cluster's files and units according to the ledger."""
    try:
        ledger = json.loads(read("/var/lib/k8splan/owned.json"))
    except ValueError:
        ledger = {}
    return {kind: sorted(ledger.get(kind, {})) for kind in ("files", "units")}


def artifacts():
    """returns what fetch.py installed, by name, if it is still in place unmodified."""
    try:
        installed = json.loads(read("/var/lib/k8splan/artifacts.json"))
    except ValueError:
        return {}

    def untouched(entry):
        for path, (size, mtime) in entry["files"].items():
            try:
                found = os.stat(path)
            except OSError:
                return False
            if [found.st_size, found.st_mtime_ns] != [size, mtime]:
                return False
        return True

    return {name: entry["path"] for name, entry in installed.items() if untouched(entry)}


def packaged(names, family):
    """maps name → version of the installed packages among these, without the epoch and the packaging revision."""
    if not names:
        return {}
    if family == "debian":
        lines = run("dpkg-query", "--show", "--showformat=${db:Status-Status} ${Package}=${Version}\n", *names).splitlines()
        installed = [line.partition(" ")[2] for line in lines if line.startswith("installed ")]
    else:
        installed = run("rpm", "--query", "--queryformat", "%{NAME}=%{VERSION}-%{RELEASE}\n", *names).splitlines()
    found = (line.partition("=") for line in installed)
    return {name: version.rpartition(":")[2].rpartition("-")[0].partition("-")[0] for name, _, version in found}


def flags(component):
    """maps flag → value of a component's static pod, as kubeadm writes it: one argument per line."""
    return dict(re.findall(r"(?m)^\s*- --([a-z0-9-]+)=(.*)$", read("/etc/kubernetes/manifests/%s.yaml" % component)))


def kubelet_flags():
    """returns name=value of the flags that kubeadm gave this host's kubelet when it joined. kubeadm never rewrites the file."""
    found = re.search(r'(?m)^KUBELET_KUBEADM_ARGS="?(.*?)"?$', read("/var/lib/kubelet/kubeadm-flags.env"))
    return [word[2:] for word in found.group(1).split() if word.startswith("--")] if found else []


def kubelet_configuration():
    """returns the file that kubeadm wrote from the cluster's configuration; "" if this node has fields of its own, which kubeadm writes over it."""
    own = set(re.findall(r"(?m)^([A-Za-z]+):", read("/var/lib/kubelet/instance-config.yaml"))) - {"containerRuntimeEndpoint"}
    return "" if own else read("/var/lib/kubelet/config.yaml")


def socket():
    """returns the kubelet's container runtime socket; "" if there is no kubelet. Kubernetes before 1.34 has it in the flags."""
    flags = [flag.partition("=")[2] for flag in kubelet_flags() if flag.startswith("container-runtime-endpoint=")]
    files = [found for name in ("instance-config.yaml", "config.yaml")
             for found in re.findall(r"(?m)^containerRuntimeEndpoint: [\"']?([^\"'\s]+)", read("/var/lib/kubelet/" + name))]
    return (flags + files + [""])[0]


def images():
    """returns the images of its static pods, by component."""
    found = {}
    for path in glob.glob("/etc/kubernetes/manifests/*.yaml"):
        named = re.findall(r"(?m)^\s*(?:- )?image: [\"']?([^\s\"']+)", read(path))
        if named:
            found[os.path.basename(path)[:-len(".yaml")]] = named[0]
    return found


def alternative_names(path):
    """returns the names and addresses in a certificate, as text."""
    try:
        found = ssl._ssl._test_decode_cert(path)["subjectAltName"]  # CPython's own parser: a host need not have openssl
    except (AttributeError, KeyError, OSError, ssl.SSLError):
        return []
    return [str(ipaddress.ip_address(value.strip())) if kind == "IP Address" else value for kind, value in found]


def node_name():
    """returns this host's node name in the cluster; "" if unknown."""
    try:
        subject = ssl._ssl._test_decode_cert("/var/lib/kubelet/pki/kubelet-client-current.pem")["subject"]
    except (AttributeError, KeyError, OSError, ssl.SSLError):
        return ""
    common = [value for part in subject for kind, value in part if kind == "commonName"]
    return common[0][len("system:node:"):] if common and common[0].startswith("system:node:") else ""


def policies():
    """returns the policy that each state file of the kubelet for processors and memory belongs to."""
    found = {}
    for name in ("cpu_manager_state", "memory_manager_state"):
        text = read("/var/lib/kubelet/" + name)
        if text:
            found[name] = (re.findall(r'"policyName":\s*"(\w+)"', text) or [""])[0]
    return found


def kubernetes():
    """returns which steps of kubeadm this host has completed."""
    etc = "/etc/kubernetes/"
    authority = etc + "pki/ca.crt"
    server, manager = flags("kube-apiserver"), flags("kube-controller-manager")
    unfinished = read(etc + ".k8splan-unfinished").strip()
    joined = os.path.exists(etc + "kubelet.conf") and not unfinished
    return {
        "unfinished": unfinished,
        "upgrading": read(etc + ".k8splan-upgrading").strip().lstrip("v"),  # the version that kubeadm was bringing when it was stopped
        "joined": joined,
        "node": node_name() if joined else "",
        "serving": joined and os.path.exists(etc + "admin.conf"),
        "authority": digest(authority) if joined and os.path.exists(authority) else "",
        "authority_key": os.path.exists(etc + "pki/ca.key"),
        "encryption": encryption(),
        "keys": keys(),
        "encrypts": server.get("encryption-provider-config", ""),  # the file with which its API server was started
        "etcd_client": os.path.exists(etc + "pki/apiserver-etcd-client.key"),
        # The arguments with which its API server was started, which outlive every edit of the topology.
        "etcd_servers": [url for url in server.get("etcd-servers", "").split(",") if url],
        "images": images(),
        "kubelet_flags": kubelet_flags(),
        "policies": policies(),
        "kubelet_configuration": kubelet_configuration() if joined else "",
        "socket": socket(),
        "pod_subnets": manager.get("cluster-cidr", ""),
        "service_subnets": server.get("service-cluster-ip-range", ""),
        "sans": alternative_names(etc + "pki/apiserver.crt"),
        "cni": sorted(os.path.basename(path) for path in glob.glob("/etc/cni/net.d/*.conf*")),
        "patches": read(etc + "patches.sha256").splitlines(),  # with which kubeadm wrote the current files
    }


def member():
    """returns what the etcd member on this host reports about itself and its cluster through its JSON gateway; None if it does not answer.

    Numbers are hexadecimal, as in etcdctl's output.
    https://etcd.io/docs/v3.6/dev-guide/api_grpc_gateway/"""
    for pki in ("/etc/kubernetes/pki/etcd/", "/etc/etcd/pki/"):
        paths = [pki + name for name in ("ca.crt", "healthcheck-client.crt", "healthcheck-client.key")]
        if not all(os.path.exists(path) for path in paths):
            continue
        trust = ssl.create_default_context(cafile=paths[0])
        trust.load_cert_chain(paths[1], paths[2])
        for host in ("127.0.0.1", "::1"):
            def ask(path, **question):
                to = http.client.HTTPSConnection(host, 2379, timeout=5, context=trust)
                to.request("POST", path, json.dumps(question))
                reply = to.getresponse()
                answer = json.loads(reply.read().decode("utf-8"))
                if reply.status != 200:
                    raise ValueError(str(answer))
                return answer

            try:
                status = ask("/v3/maintenance/status")
            except (OSError, ValueError, http.client.HTTPException):
                continue
            quorum, listed = False, {"members": []}  # a learner does not answer requests about members
            for linearizable in (True, False):
                try:
                    quorum, listed = linearizable, ask("/v3/cluster/member/list", linearizable=linearizable)
                    break
                except (OSError, ValueError, http.client.HTTPException):
                    pass
            return {
                "cluster": "%x" % int(status["header"]["cluster_id"]),
                "id": "%x" % int(status["header"]["member_id"]),
                "leader": "%x" % int(status.get("leader", 0)),
                "version": status.get("version", ""),
                "learner": status.get("isLearner", False),
                "alarms": status.get("errors", []),
                "quorum": quorum,  # it knows the list from a majority, not only from its own disk
                "members": [{"id": "%x" % int(m["ID"]), "name": m.get("name", ""), "peers": m.get("peerURLs", []),
                             "clients": m.get("clientURLs", []), "learner": m.get("isLearner", False)} for m in listed["members"]],
            }
    return None


def settings(environment):
    """returns a digest of the settings that an external etcd member reads at every start, without comments and first-start settings."""
    kept = [line for line in environment.splitlines() if line and not line.startswith(("#", "ETCD_INITIAL_"))]
    return hashlib.sha256("\n".join(kept).encode("utf-8")).hexdigest() if kept else ""


def etcd(data_dir):
    pki = "/etc/etcd/pki/"
    environment = read("/etc/etcd/etcd.env")
    used = flags("etcd").get("data-dir", "") or "".join(re.findall(r'(?m)^ETCD_DATA_DIR="(.*)"$', environment))
    return {
        # Its current data directory, "" before it was installed, and whether there is any data: there, or in the planned one.
        "data_dir": used,
        "data": any(path and os.path.isdir(path + "/member") for path in (used, data_dir)),
        "beginning": os.path.exists("/etc/etcd/.k8splan-beginning"),  # started by a run of the playbook that did not see it healthy
        "member": member(),
        "settings": settings(environment),
        "entering": os.path.exists("/etc/etcd/.k8splan-entering"),  # it was joining an existing cluster
        "entered": os.path.exists("/etc/etcd/enter.env"),
        "directories": all(os.path.isdir(path) for path in (pki, "/etc/etcd/kubeadm", data_dir)),
        "user": any(line.startswith("etcd:") for line in read("/etc/passwd").splitlines()),
        "issuer": bool(glob.glob("/etc/etcd/issued/*/etcd/ca.key")),
        "keeper": os.path.exists(pki + "authority.key"),
        "authority": digest(pki + "ca.crt") if os.path.exists(pki + "ca.crt") else "",
        "config": read(pki + "config.sha256").strip(),
    }


def encryption():
    """returns the provider that the API server encrypts stored objects with; "" if no file sets one."""
    text = read("/etc/kubernetes/pki/encryption.yaml")
    found = re.search(r"\b(identity|secretbox|aescbc|aesgcm|kms)\b", text.split("providers", 1)[-1]) if text else None
    return found.group(1) if found else ""


def balancer():
    """returns the load balancer parts on this host: haproxy's ports, keepalived's addresses and virtual router, kube-vip's address and the
    digest of its manifest, and the address of a second kube-vip, which holds it until the first one takes over. Reads only the playbook's files."""
    proxy, shared = read("/etc/haproxy/haproxy.cfg"), read("/etc/keepalived/keepalived.conf")
    if "one port before all API servers" not in proxy.partition("\n")[0]:
        proxy = shared = ""
    vip, second = read("/etc/kubernetes/manifests/kube-vip.yaml"), read("/etc/kubernetes/manifests/kube-vip-next.yaml") or read("/etc/kubernetes/kube-vip-next.before.yaml")
    router = re.search(r"(?m)^ *virtual_router_id (\d+)$", shared)
    address, following = (re.search(r"- name: address\n +value: [\"']?([^\s\"']+)", text) for text in (vip, second))
    return {
        "ports": sorted(set(re.findall(r"(?m)^ +bind (?:0\.0\.0\.0|\[::\]):(\d+)", proxy))),
        "addresses": sorted({a.partition("/")[0] for block in re.findall(r"virtual_ipaddress(?:_excluded)? \{([^}]*)\}", shared) for a in block.split()}),
        "router": router.group(1) if router else "",
        "kube_vip": address.group(1) if address else "",
        "kube_vip_next": following.group(1) if following else "",
        "kube_vip_bgp": "bgp_enable" in vip,
        "manifest": hashlib.sha256(vip.replace("super-admin.conf", "admin.conf").encode("utf-8")).hexdigest() if vip else "",
    }


def keys():
    """returns resource → its providers with the names of their keys, in order, from the API server's encryption file. None if there is no
    file, or a person wrote it. Contains no secret."""
    try:
        entries = json.loads(read("/etc/kubernetes/pki/encryption.yaml"))["resources"]
        return {resource: ["%s:%s" % (kind, key["name"]) if key else kind for provider in entry["providers"] for kind, of in provider.items()
                           for key in (of or {}).get("keys", []) or [None]] for entry in entries for resource in entry["resources"]}
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def swap():
    """returns swap that is on now, and fstab lines that would enable it at the next boot."""
    lines = [line.split() for line in read("/etc/fstab").splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return {"active": len(read("/proc/swaps").splitlines()) > 1, "fstab": any(len(f) > 2 and f[2] == "swap" for f in lines)}


def unnamed(name, address):
    """returns the files in which a name does not have its address: /etc/hosts, and cloud-init's templates for it, which it applies at every boot."""
    def leads(path):
        lines = [line.partition("#")[0].split() for line in read(path).splitlines()]
        return {fields[0] for fields in lines if name in fields[1:]} == {address}

    return [path for path in ["/etc/hosts"] + glob.glob("/etc/cloud/templates/hosts.*.tmpl") if not leads(path)] if name else []


def interface(address):
    """returns the name of the network interface with an address, "" if there is none."""
    fields = run("ip", "-oneline", "address", "show", "to", address).split() if address else []
    return fields[1] if len(fields) > 1 else ""


def advertised():
    """maps interface → accept_ra, for interfaces whose router announces the default IPv6 route. With 2, a forwarding host keeps the route.
    With 0, networkd or NetworkManager manages routes. https://docs.kernel.org/networking/ip-sysctl.html"""
    words = [line.split() for line in run("ip", "-6", "route", "show", "default", "proto", "ra").splitlines()]
    routed = {name for line in words for key, name in zip(line, line[1:]) if key == "dev"}
    found = {path.split("/")[6]: read(path).strip() for path in glob.glob("/proc/sys/net/ipv6/conf/*/accept_ra")}
    return {name: value for name, value in found.items() if name not in ("all", "default") and (value == "2" or value == "1" and name in routed)}


def sysctl(name):
    return read("/proc/sys/" + name.replace(".", "/")).strip()


def lets_in():
    """returns what firewall.py changed in the host's firewall."""
    try:
        return json.loads(run("/usr/bin/python3", "/var/lib/k8splan/firewall.py", "state") if os.path.exists("/var/lib/k8splan/firewall.py") else "")
    except ValueError:
        return {"program": "", "stamp": "", "holds": False}


def selinux():
    """returns whether SELinux enforces now and after the next boot, its programs and container policy, and the labels that labels.py set."""
    try:
        labels = json.loads(read("/var/lib/k8splan/labels.json"))
    except ValueError:
        labels = {}
    return {
        "haproxy": read("/sys/fs/selinux/booleans/haproxy_connect_any").startswith("1"),
        "enforcing": read("/sys/fs/selinux/enforce").strip() == "1",
        "configured": "\nSELINUX=enforcing" in "\n" + read("/etc/selinux/config"),
        "containers": os.path.exists("/sys/fs/selinux/booleans/container_manage_cgroup"),
        "semanage": bool(shutil.which("semanage")),
        "labels": labels,
    }


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--packages", default="")
    args.add_argument("--address", default="")
    args.add_argument("--shared", default="")
    args.add_argument("--endpoint", default="")  # name=address
    args.add_argument("--etcd-data-dir", default="/var/lib/etcd")
    asked = args.parse_args()
    this = system()
    units = services()
    leads = balancer()
    wanted = dict(package.partition("=")[::2] for package in asked.packages.split(",") if package)
    installed = packaged(sorted(wanted), this["family"])
    print(json.dumps({
        "system": this,
        "interface": interface(asked.address),
        "shares": any(interface(address) for address in [asked.shared] + leads["addresses"]),  # it has an address that balancers share
        "balancer": leads,
        "commands": {name: bool(shutil.which(name)) for name in COMMANDS},
        # Since release 10, Red Hat's family has it in a separate package, with most of what iptables needs.
        "unloadable": unloadable(["br_netfilter"]) if this["family"] == "redhat" else [],
        "packages": installed,
        "missing_packages": ["%s=%s" % item for item in wanted.items() if installed.get(item[0]) != item[1]],
        "files": files(),
        "directories": [path for pattern in DIRECTORIES for path in glob.glob(pattern) if os.path.isdir(path)],
        "services": units,
        "artifacts": artifacts(),
        "owned": owned(),
        "kubernetes": kubernetes(),
        "etcd": etcd(asked.etcd_data_dir),
        "swap": swap(),
        "unnamed": unnamed(*asked.endpoint.split("=")) if asked.endpoint else [],
        "renaming": os.path.exists("/etc/kubernetes/.k8splan-renaming"),
        "advertised": advertised(),
        "clock": "chrony" if os.path.exists("/usr/sbin/chronyd") else
                 "timesyncd" if os.path.exists("/usr/lib/systemd/systemd-timesyncd") or os.path.exists("/lib/systemd/systemd-timesyncd") else "",
        "kernel": {name: sysctl(name) for name in SYSCTLS},
        "firewall": "firewalld" if units["firewalld"]["running"] else "ufw" if "ENABLED=yes" in read("/etc/ufw/ufw.conf") else "",
        "lets_in": lets_in(),
        "selinux": selinux(),
    }))


main()
