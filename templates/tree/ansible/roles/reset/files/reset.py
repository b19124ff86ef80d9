"""Remove from a host what site.yml put there, except programs, and restore what was there before.

    reset.py QUESTION    QUESTION is JSON

The ledger, /var/lib/k8splan/owned.json, lists what the cluster owns and what was there before. A host that an older release built has no
ledger; there, the files that such a release wrote are removed. A host without k8splan's mark is not touched. On a node, kubeadm reset has
run before. That leaves the pod network, the rules of Services, external etcd, and load balancers, so this program removes them.
"""
import glob
import ipaddress
import json
import os
import re
import shutil
import subprocess
import sys

HOME = "/var/lib/k8splan"
LEDGER = HOME + "/owned.json"
# Written only by kubeadm, kubelets, pod networks, and this playbook.
OURS = ["/etc/k8splan", "/etc/kubernetes", "/var/lib/kubelet", "/var/lib/cni", "/etc/kube-vip", "/var/log/kubeadm-init.log", "/var/log/kubeadm-join.log",
        "/etc/static-routes.conf", "/usr/local/sbin/static-routes", "/etc/systemd/system/static-routes.service", "/var/log/containers", "/var/log/pods",
        # flannel, Calico, and Cilium: the names in their documentation, manifests, and uninstallers
        "/run/flannel", "/run/calico", "/var/lib/calico", "/var/log/calico", "/etc/calico", "/run/cilium", "/var/lib/cilium", "/sys/fs/bpf/cilium",
        "/opt/cni/bin/calico", "/opt/cni/bin/calico-ipam", "/opt/cni/bin/cilium-cni", "/opt/cni/bin/flannel"]
OURS_BY_NAME = ["/sys/fs/bpf/tc/globals/cilium_*", "/sys/fs/bpf/calico*"]
# Data of container runtimes, mostly images. It is the cluster's if the runtimes are.
KEPT = ("/var/lib/containerd", "/var/lib/containers", "/var/lib/crio", "/var/lib/docker", "/var/lib/cri-dockerd", "/opt/containerd", "/root/.kube/cache")
LINKS = re.compile(r"cni0|flannel(-v6)?\.\d+|flannel-wg(-v6)?|flannel-v6|kube-ipvs0|nodelocaldns|cali[0-9a-f]{11}|vxlan(-v6)?\.calico|wireguard\.cali|wg-v6\.cali|"
                   r"bpf(in|out)\.cali|cilium_(host|net|vxlan|geneve|wg0)|cilium-.*|lxc[0-9a-f]{12}|lxc_health")
TABLES = re.compile(r"kube-proxy|flannel-ipv[46]|calico")
RULES = re.compile(r"\b(OLD_)?(KUBE|CNI|FLANNEL|CILIUM)[-_]|flanneld|\bcali(-|:|[0-9a-f]{11}\b)|cilium")
# If Docker Engine was installed with the cluster.
DOCKER_TABLES = re.compile(r"docker-bridges")
DOCKER_RULES = re.compile(r"\bDOCKER\b|\bdocker0\b")
SETS = re.compile(r"(KUBE-|cali|cilium).*")


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            return f.read()
    except OSError:
        return ""


def run(*argv, text=None):
    try:
        return subprocess.run(argv, input=text, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, universal_newlines=True, check=False)
    except OSError:
        return subprocess.CompletedProcess(argv, 127, "", "")


def parsed(text):
    try:
        return json.loads(text)
    except ValueError:
        return []


def complain(text):
    print(text, file=sys.stderr)


def remove(path):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path, ignore_errors=True)
    elif os.path.lexists(path):
        os.remove(path)


def unmount():
    """unmounts what kubelets, pod networks, and container runtimes have mounted, the innermost first."""
    places = [line.split()[1] for line in read("/proc/mounts").splitlines()]
    for place in sorted(places, reverse=True):
        if place.startswith(("/var/lib/kubelet/", "/run/cilium/", "/run/calico/", "/run/netns/cni-", "/var/run/netns/cni-")):
            run("umount", "--lazy", place)


def stop(units):
    for unit in units:
        if run("systemctl", "cat", unit + ".service").returncode == 0 and run("systemctl", "disable", "--quiet", "--now", unit + ".service").returncode:
            complain("could not stop " + unit)


def empty(directory):
    """empties a directory, but keeps it: it may be a mount point, or watched by a program."""
    for name in os.listdir(directory) if os.path.isdir(directory) else []:
        remove(os.path.join(directory, name))


def directories(made):
    """removes the given directories, which were not there before. A directory with foreign content stays."""
    for place in KEPT:
        if place in made or os.path.dirname(place) in made:
            for line in sorted(read("/proc/mounts").splitlines(), reverse=True):
                if line.split()[1].startswith(place + "/"):
                    run("umount", "--lazy", line.split()[1])
            remove(place)
    for path in sorted(made, reverse=True):
        for inner, _, _ in os.walk(path, topdown=False):
            try:
                os.rmdir(inner)
            except OSError:
                pass


def links(docker):
    for link in parsed(run("ip", "-json", "link", "show").stdout):
        if LINKS.fullmatch(link.get("ifname", "")) or docker and link.get("ifname") == "docker0":
            run("ip", "link", "delete", link["ifname"])
    if run("ip", "link", "show", "tunl0").returncode == 0:
        run("ip", "link", "set", "tunl0", "down")
        run("ip", "address", "flush", "dev", "tunl0")
    # Programs that Cilium attached to the host's interfaces; a foreign queueing discipline stays.
    for link in parsed(run("ip", "-json", "link", "show").stdout):
        for way in ("ingress", "egress"):
            for found in re.finditer(r"pref (\d+) .*?(cil_|cali_)", run("tc", "filter", "show", "dev", link.get("ifname", ""), way).stdout):
                run("tc", "filter", "delete", "dev", link["ifname"], way, "pref", found.group(1))


def routes(ranges):
    """removes routes to pods, the playbook's own routes (protocol 186), and the rules with which Calico and Cilium select tables."""
    for family in ("-4", "-6"):
        run("ip", family, "route", "flush", "proto", "186")
        run("ip", family, "route", "flush", "table", "2004")
        run("ip", family, "route", "flush", "table", "2005")
        for rule in parsed(run("ip", family, "-json", "rule", "show").stdout):
            if rule.get("fwmask") in ("0xf00", "0x100000") and rule.get("table") in ("2004", "2005", "1"):
                run("ip", family, "rule", "delete", "priority", str(rule["priority"]))
        for route in parsed(run("ip", family, "-json", "route", "show").stdout):
            try:
                to = ipaddress.ip_network(route["dst"])
            except (KeyError, ValueError):
                continue
            if any(to.version == r.version and to.subnet_of(r) for r in ranges) and route.get("protocol") != "kernel":
                run("ip", family, "route", "delete", route["dst"])


def rules(ipvs, docker):
    """removes tables, chains, and sets that have the names of Kubernetes or a pod network."""
    for table in parsed(run("nft", "--json", "list", "tables").stdout or "{}").get("nftables", []):
        table = table.get("table", {})
        if TABLES.fullmatch(table.get("name", "")) or docker and DOCKER_TABLES.fullmatch(table.get("name", "")):
            run("nft", "delete", "table", table["family"], table["name"])
    for family in ("iptables", "ip6tables"):
        for program in (family, family + "-legacy"):
            lines = run(program + "-save").stdout.splitlines()
            kept = [line for line in lines if not (RULES.search(line) or docker and DOCKER_RULES.search(line))]
            if kept != lines and run(program + "-restore", text="\n".join(kept) + "\n").returncode:
                complain("could not clear " + program)
    for name in run("ipset", "list", "--name").stdout.split():
        if SETS.fullmatch(name):
            run("ipset", "destroy", name)
    if ipvs and run("ipvsadm", "--clear").returncode:
        complain("virtual servers of IPVS stay until the next boot: there is no ipvsadm")


def tables(before):
    """removes iptables' tables that are empty now and were not there before."""
    for name in re.findall(r"(?m)^table (ip6? (?:filter|nat|mangle|raw|security))$", run("nft", "list", "tables").stdout):
        inside = parsed(run("nft", "--json", "list", "table", *name.split()).stdout or "{}").get("nftables", [])
        empty = all(kind in ("metainfo", "table") or kind == "chain" and what.get("policy") == "accept" for thing in inside for kind, what in thing.items())
        if empty and name not in before:
            run("nft", "delete", "table", *name.split())


def labels():
    """removes the SELinux rules that labels.py added."""
    for path in parsed(read(HOME + "/labels.json")) or {}:
        pattern = "".join("\\" + c if c in ".^$*+?{}[]()|\\" else c for c in path) + "(/.*)?"
        run("semanage", "fcontext", "--delete", pattern)
        if os.path.exists(path):
            run("restorecon", "-R", path)
    remove(HOME + "/labels.json")


def virtual(address):
    if address:
        for link in parsed(run("ip", "-json", "address", "show", "to", address).stdout):
            for found in filter(None, link.get("addr_info", [])):
                run("ip", "address", "delete", "%s/%d" % (found["local"], found["prefixlen"]), "dev", link["ifname"])


def put_back(ledger):
    """restores files, units, and settings."""
    for path, entry in ledger.get("files", {}).items():
        remove(path)
        if entry.get("before") and os.path.isfile(HOME + "/before" + path):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            shutil.copy2(HOME + "/before" + path, path)
            found = os.stat(HOME + "/before" + path)
            os.chown(path, found.st_uid, found.st_gid)
    was = ledger.get("host", {})
    for name, value in was.get("sysctl", {}).items():
        if value and read("/proc/sys/" + name.replace(".", "/")).strip() != value:
            run("sysctl", "--quiet", "--write", "%s=%s" % (name, value))
    if was.get("swap"):
        run("systemctl", "unmask", "swap.target")
        text = read("/etc/fstab")
        if "# k8splan: " in text:
            with open("/etc/fstab", "w", encoding="utf-8") as f:
                f.write(text.replace("# k8splan: ", ""))
        run("swapon", "--all")
    if was.get("enforcing"):
        now = read("/etc/selinux/config")
        text = re.sub(r"(?m)^SELINUX=permissive$", "SELINUX=enforcing", now)
    if was.get("enforcing") and text != now:
        with open("/etc/selinux/config", "w", encoding="utf-8") as f:
            f.write(text)
        complain("SELinux enforces again after the next boot: setenforce 1")
    if was and not was.get("etcd_user") and "etcd" in ledger.get("units", {}):
        run("userdel", "etcd")
    directories(set(ledger.get("directories", [])))  # before a foreign runtime starts, which watches some of them
    run("systemctl", "daemon-reload")
    for unit, state in ledger.get("units", {}).items():
        if state.get("enabled"):
            run("systemctl", "enable", "--quiet", unit)
        if state.get("active"):
            run("systemctl", "restart", unit)


def main():
    question = json.loads(sys.argv[1])
    ledger = parsed(read(LEDGER)) or {"files": {path: {} for path in question["files"]}, "units": {unit: {} for unit in question["units"]}, "host": {}}
    stop(sorted(ledger["units"]))
    unmount()
    for path in OURS + [found for pattern in OURS_BY_NAME for found in glob.glob(pattern)]:
        remove(path)
    empty("/etc/cni/net.d")  # containerd watches the directory, and crashes when it is deleted
    if question["has_etcd"] or "etcd" in ledger["units"]:
        empty(question["etcd_data"])
    if "etcd" in ledger["units"]:
        for path in ("/etc/etcd", "/etc/systemd/system/etcd.service.d"):
            remove(path)
    docker = "docker" in ledger["units"] and not ledger["units"]["docker"].get("active") and not ledger["units"]["docker"].get("enabled")
    links(docker)
    ranges = [ipaddress.ip_network(r) for r in question["pods"]]
    routes(ranges)
    rules(question["ipvs"], docker)
    if "tables" in ledger.get("host", {}):
        tables(ledger["host"]["tables"])
    virtual(question["virtual_ip"])
    put_back(ledger)
    labels()
    if os.path.exists(HOME + "/firewall.py"):
        if run("/usr/bin/python3", HOME + "/firewall.py", "remove").returncode:
            complain("could not take away the rules of the firewall")
        remove(HOME + "/firewall.py")
    for path in (LEDGER, HOME + "/before", HOME + "/runtime.before", HOME + "/runtime.before.new", HOME + "/balancer.before"):
        remove(path)


main()
