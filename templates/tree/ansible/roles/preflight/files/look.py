"""Report, as JSON, facts about a host that matter before it changes: look.py QUESTION, where QUESTION is JSON.

Changes nothing. To measure etcd's disk, it writes to an unnamed file there, which disappears when it is closed. A host with etcd data is
not measured. fold.py interprets the reports.
"""
import concurrent.futures
import ctypes
import glob
import ipaddress
import json
import os
import re
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

LEDGER = "/var/lib/k8splan/owned.json"
# Hosts built by a release without a ledger have one of these, and so do hosts of an unfinished run.
MARKS = [LEDGER, "/etc/k8splan/plan.json", "/etc/kubernetes/kubeadm.yaml", "/etc/kubernetes/.k8splan-unfinished", "/etc/etcd/.k8splan-beginning"]
# Other distributions of Kubernetes, by their files on a host.
OTHERS = {"k3s": "/var/lib/rancher/k3s", "RKE2": "/var/lib/rancher/rke2", "k0s": "/var/lib/k0s", "MicroK8s": "/var/snap/microk8s/common",
          "Talos": "/system/state"}
APT_LOCKS = ["/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock", "/var/lib/apt/lists/lock", "/var/cache/apt/archives/lock"]


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            return f.read()
    except OSError:
        return ""


def run(*argv):
    try:
        return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, universal_newlines=True, check=False, timeout=10).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


def parsed(text, otherwise):
    try:
        return json.loads(text)
    except ValueError:
        return otherwise


# ---- the host ----
def state():
    """returns marked (one of the playbooks has run here) and joined (the host is part of a cluster now)."""
    marked = any(os.path.exists(path) for path in MARKS)
    joined = os.path.exists("/etc/kubernetes/kubelet.conf") and not os.path.exists("/etc/kubernetes/.k8splan-unfinished")
    return {"marked": marked, "joined": joined, "noted": joined or os.path.exists("/etc/k8splan/plan.json")}


def processes():
    """maps PID → name of every process, without kernel threads."""
    found = {}
    for path in glob.glob("/proc/[0-9]*/comm"):
        number = path.split("/")[2]
        name = read(path).strip()
        if name and read("/proc/%s/cmdline" % number):
            found[number] = name
    return found


def container():
    return run("systemd-detect-virt", "--container").strip() not in ("", "none")


def memory():
    found = re.search(r"(?m)^MemTotal:\s+(\d+) kB", read("/proc/meminfo"))
    return int(found.group(1)) * 1024 if found else 0


def space(path):
    """returns size and free space in bytes of the file system that holds or will hold a directory."""
    while not os.path.isdir(path):
        path = os.path.dirname(path)
    try:
        found = os.statvfs(path)
    except OSError:
        return {}
    return {"bytes": found.f_frsize * found.f_blocks, "free": found.f_frsize * found.f_bavail, "device": os.stat(path).st_dev}


def read_only(directory):
    while not os.path.isdir(directory):
        directory = os.path.dirname(directory)
    return bool(os.statvfs(directory).f_flag & os.ST_RDONLY)


class Timex(ctypes.Structure):
    _fields_ = [("modes", ctypes.c_uint), ("rest", ctypes.c_long * 60)]


def synchronized():
    """returns whether a program synchronizes the kernel's clock; None if unknown. adjtimex(2) with mode 0 changes nothing."""
    try:
        state = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(Timex()))
    except (AttributeError, OSError):
        return None
    return None if state < 0 else state != 5  # TIME_ERROR


def cgroups():
    if os.path.exists("/sys/fs/cgroup/cgroup.controllers"):
        return {"version": 2, "controllers": read("/sys/fs/cgroup/cgroup.controllers").split()}
    lines = [line.split() for line in read("/proc/cgroups").splitlines() if not line.startswith("#")]
    return {"version": 1, "controllers": [f[0] for f in lines if len(f) == 4 and f[3] == "1"]}


def unloadable(modules):
    """returns modules that are not loaded and cannot be loaded. Unknown in a container without module files: it shares its host's modules."""
    if not shutil.which("modprobe") or container() and not os.path.isdir("/lib/modules/" + os.uname().release):
        return []
    absent = [name for name in modules if not os.path.isdir("/sys/module/" + name)]
    return [name for name in absent if subprocess.run(["modprobe", "--dry-run", "--quiet", name], check=False).returncode]


def locked():
    """returns the holder of a lock of the package manager: {"file", "process"}, None if it is free."""
    held = {}
    for line in read("/proc/locks").splitlines():
        fields = line.split()
        if "->" not in fields and len(fields) > 5:
            held[fields[5].rpartition(":")[2]] = fields[4]
    for path in APT_LOCKS:
        try:
            number = held.get(str(os.stat(path).st_ino))
        except OSError:
            continue
        if number:
            return {"file": path, "process": read("/proc/%s/comm" % number).strip() or "process " + number}
    return None


# ---- its network ----
def links():
    """maps name → {"mac", "mtu", "addresses"} of every interface."""
    found = {}
    for link in parsed(run("ip", "-json", "address", "show"), []):
        found[link.get("ifname", "")] = {"mac": link.get("address", ""), "mtu": link.get("mtu", 0),
                                         "addresses": [a.get("local", "") for a in link.get("addr_info", [])]}
    return found


def default_route(six):
    return bool(run("ip", "-6" if six else "-4", "route", "show", "default").strip())


def listeners():
    """maps (protocol, port) → inodes of listening sockets. A socket on 127.0.0.1 also conflicts with one on all addresses."""
    found = {}
    for name in ("tcp", "tcp6", "udp", "udp6"):
        for line in read("/proc/net/" + name).splitlines()[1:]:
            fields = line.split()
            if fields[3] == ("0A" if name.startswith("tcp") else "07"):
                found.setdefault((name[:3], int(fields[1].rpartition(":")[2], 16)), set()).add(fields[9])
    return found


def ports(wanted, names):
    """returns the requested ports that are in use: {"port", "protocol", "component", "process"}."""
    heard = listeners()
    taken = [w for w in wanted if (w["protocol"], w["port"]) in heard]
    owners = {}
    if taken:
        for number, name in names.items():
            for path in glob.glob("/proc/%s/fd/*" % number):
                try:
                    link = os.readlink(path)
                except OSError:
                    continue
                if link.startswith("socket:["):
                    owners[link[8:-1]] = name
    return [dict(w, process=next((owners[i] for i in heard[(w["protocol"], w["port"])] if i in owners), "the kernel")) for w in taken]


def forwarding(managed):
    """returns rules that drop forwarded packets, as readable text; nothing if the rules cannot be read."""
    found = []
    ufw = managed and "ENABLED=yes" in read("/etc/ufw/ufw.conf")
    for line in [] if ufw else run("iptables", "--wait", "5", "--list-rules", "FORWARD").splitlines():
        if line == "-P FORWARD DROP":
            found.append({"rule": "policy of iptables' chain FORWARD is DROP", "last": False})
        elif re.match(r"-A FORWARD -j (REJECT|DROP)\b", line):
            found.append({"rule": "iptables " + line, "last": True})
    hooked = parsed(run("nft", "--json", "list", "chains"), {}).get("nftables", [])
    for item in hooked:
        chain = item.get("chain", {})
        ours = chain.get("table", "") in ("filter", "nat", "mangle", "raw", "k8splan")  # iptables-nft's, seen above, and the playbook's own
        ours = ours or managed and chain.get("table") == "firewalld"
        if chain.get("hook") == "forward" and chain.get("policy") == "drop" and not ours:
            found.append({"rule": "nftables: table %s %s, chain %s drops every packet that no rule accepts" % (
                chain.get("family"), chain.get("table"), chain.get("name")), "last": True})
    return found


def shut(managed):
    """returns firewalls that block connections, as readable text. firewalld, ufw, and the playbook's own rules are left out."""
    found = []
    ufw = managed and "ENABLED=yes" in read("/etc/ufw/ufw.conf")
    rules = [] if ufw else run("iptables", "--wait", "5", "--list-rules", "INPUT").splitlines()
    if "-P INPUT DROP" in rules or any(re.match(r"-A INPUT -j (REJECT|DROP)\b", line) for line in rules):
        found.append("iptables' chain INPUT accepts only what its rules allow")
    for item in parsed(run("nft", "--json", "list", "chains"), {}).get("nftables", []):
        chain = item.get("chain", {})
        if chain.get("hook") == "input" and chain.get("policy") == "drop" and chain.get("table") not in ("filter", "firewalld", "k8splan"):
            found.append("nftables: table %s %s, chain %s accepts only what its rules allow" % (
                chain.get("family"), chain.get("table"), chain.get("name")))
    return found


def nameservers(path):
    return [line.split()[1] for line in read(path).splitlines() if line.startswith("nameserver") and len(line.split()) > 1]


def resolver():
    """returns the name servers that pods will use: kubeadm takes systemd-resolved's list if that service runs."""
    own = "/run/systemd/resolve/resolv.conf"
    return nameservers(own if run("systemctl", "is-active", "systemd-resolved").strip() == "active" and os.path.exists(own) else "/etc/resolv.conf")


def resolves(name):
    try:
        return sorted({a[4][0] for a in socket.getaddrinfo(name, None)})
    except OSError:
        return []


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def ping(address, size, tries=2):
    """returns whether an address answers a packet of this size with fragmentation forbidden; None if that cannot be tested."""
    six = ":" in address
    load = os.urandom(max(0, size - (48 if six else 28)) // 2 * 2)
    try:
        s = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMPV6 if six else socket.IPPROTO_ICMP)
    except OSError:
        return None
    with s:
        s.setsockopt(41 if six else 0, 23 if six else 10, 3)  # IPV6_MTU_DISCOVER, IP_MTU_DISCOVER: PROBE
        for attempt in range(tries):
            identity, number = os.getpid() & 0xFFFF, (int(time.monotonic() * 1000) + attempt) & 0xFFFF
            head = struct.pack("!BBHHH", 128 if six else 8, 0, 0, identity, number)
            if not six:  # for ICMPv6, the kernel computes the checksum
                head = struct.pack("!BBHHH", 8, 0, checksum(head + load), identity, number)
            try:
                s.sendto(head + load, (address, 0))
            except OSError:  # longer than the interface's MTU
                return False
            end = time.monotonic() + 1
            while time.monotonic() < end:
                s.settimeout(max(0.01, end - time.monotonic()))
                try:
                    answer, whence = s.recvfrom(65536)
                except OSError:
                    break
                body = answer if six else answer[(answer[0] & 15) * 4:]
                if whence[0] == address and body[:1] == (b"\x81" if six else b"\x00") and body[4:] == head[4:] + load:
                    return True
    return False


def path(peer, mtu):
    """returns which packet sizes reach an address: {"peer", "answers", "whole", "largest"}."""
    name, address = peer
    small = ping(address, 128)
    whole = small and ping(address, mtu)
    largest = 0
    if small and whole is False:
        low, high = 576, mtu
        while high - low > 8:
            middle = (low + high) // 2
            low, high = (middle, high) if ping(address, middle, 1) else (low, middle)
        largest = low
    return {"peer": name, "answers": small, "whole": whole, "largest": largest}


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args, **kwargs):
        return None


def fetch(place, login):
    """returns why an address does not answer; "" if it answers, with any status. The environment names the proxy, if there is one. If the
    proxy needs a login, the host does not have it yet, so what the proxy reaches is unknown."""
    try:
        opener = urllib.request.build_opener(NoRedirect())
        opener.open(urllib.request.Request(place, method="HEAD", headers={"User-Agent": "k8splan-preflight"}), timeout=8).close()
    except urllib.error.HTTPError as e:
        refused = (502, 503, 504) if login else (407, 502, 503, 504)
        return "the proxy answers %s %s" % (e.code, e.reason) if e.code in refused and urllib.request.getproxies() else ""
    except (OSError, ValueError, ssl.SSLError) as e:
        why = str(getattr(e, "reason", e))
        return "" if login and "407" in why else why
    return ""


# ---- its disk ----
def fsync(directory):
    """returns the 99th percentile of the time to write and sync 2300 bytes, as etcd does, in milliseconds; 0 if unknown.
    https://etcd.io/docs/v3.6/op-guide/hardware/#disks"""
    while not os.path.isdir(directory):
        directory = os.path.dirname(directory)
    try:
        with tempfile.TemporaryFile(dir=directory, buffering=0) as f:
            took, end = [], time.monotonic() + 2
            while len(took) < 200 and time.monotonic() < end:
                begun = time.monotonic()
                f.write(b"x" * 2300)
                os.fdatasync(f.fileno())
                took.append(time.monotonic() - begun)
    except OSError:
        return 0
    return round(sorted(took)[int(len(took) * 0.99)] * 1000, 1) if len(took) >= 20 else 0


# ---- other programs on the host ----
def packaged(path):
    """returns whether a file is unchanged since its package installed it."""
    if shutil.which("dpkg-query"):
        owner = run("dpkg-query", "--search", path).partition(":")[0]
        listed = run("dpkg-query", "--show", "--showformat=${Conffiles}\n", owner) if owner else ""
        sums = {line.split()[0]: line.split()[1] for line in listed.splitlines() if len(line.split()) > 1}
        return path in sums and run("md5sum", path).split(" ")[0] == sums[path]
    if shutil.which("rpm"):
        owner = run("rpm", "--query", "--file", path, "--queryformat", "%{NAME}\n").strip()
        return bool(owner) and " " not in owner and path not in run("rpm", "--verify", owner)
    return False


def others(question, names):
    found = {"files": [], "kubernetes": [], "programs": [], "containers": 0}
    owned = parsed(read(LEDGER), {}).get("files", {})
    here = state()
    if not here["noted"]:
        for item in question["owns"]:
            if item not in owned and os.path.isfile(item) and not packaged(item) and not re.search(question["signatures"], read(item)[:2000]):
                found["files"].append(item)
    if here["joined"]:
        return found
    found["kubernetes"] = [name for name, at in OTHERS.items() if os.path.isdir(at)]
    running = set(names.values())
    if not os.path.exists("/var/lib/kubelet/config.yaml"):
        running.discard("kubelet")  # in a node image: it has nothing to start with, and exits
    if not here["marked"]:
        found["programs"] = sorted(running & set(question["programs"]))
    found["containers"] = len([name for name in names.values() if name.startswith(("containerd-shim", "conmon"))])
    return found


def main():
    question = json.loads(sys.argv[1])
    here, names, interfaces = state(), processes(), links()
    holder = next((name for name, link in interfaces.items() if question["address"] in link["addresses"]), "")
    answer = {
        "clock": time.time() - float(question["now"]),
        "synchronized": synchronized(),
        "state": here,
        "interface": holder,
        "mac": interfaces.get(holder, {}).get("mac", ""),
        "mtu": interfaces.get(holder, {}).get("mtu", 0),
        "virtual": question["virtual_ip"] in [a for link in interfaces.values() for a in link["addresses"]],
        "machine_id": read("/etc/machine-id").strip(),
        "product_uuid": "" if container() else read("/sys/class/dmi/id/product_uuid").strip().lower(),
        "cpus": os.cpu_count() or 0,
        "memory": memory(),
        "space": {directory: space(directory) for directory in question["directories"]},
        "read_only": [d for d in question["programs_at"] if read_only(d)],
        "cgroup": cgroups(),
        "cgroup_v1_allowed": "--fail-cgroupv1=false" in read("/etc/default/kubelet") + read("/etc/sysconfig/kubelet"),
        "kernel": os.uname().release,
        "unloadable": unloadable(question["modules"]),
        "swap": [line.split()[0] for line in read("/proc/swaps").splitlines()[1:]],
        "lock": locked(),
        "forward": forwarding(question.get("managed")),
        "nameservers": resolver(),
        "ipv6_off": read("/proc/sys/net/ipv6/conf/all/disable_ipv6").strip() != "0",
        "others": others(question, names),
    }
    if not here["noted"]:
        address = ipaddress.ip_address(question["address"]) if question["address"] else None
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            paths = [pool.submit(path, peer, answer["mtu"]) for peer in question["peers"].items() if answer["mtu"]]
            reached = {place: pool.submit(fetch, place, question["login"]) for place in question["reach"]}
            virtual = pool.submit(ping, question["virtual_ip"], 128) if question["virtual_ip"] and not answer["virtual"] else None
            name = pool.submit(resolves, question["name"]) if question["name"] else None
            answer.update({
                "shut": shut(question.get("managed")),
                "route": default_route(bool(address and address.version == 6)),
                "ports": ports(question["ports"], names),
                "fsync": fsync(question["etcd"]) if question["etcd"] else 0,
                "paths": [p.result() for p in paths],
                "unreached": {place: why.result() for place, why in reached.items() if why.result()},
                "virtual_answers": bool(virtual and virtual.result()),
                "unresolved": question["name"] if name and not name.result() else "",
            })
    print(json.dumps(answer))


main()
