"""Compare a node with its topology: node.py PROMISES SECONDS, where PROMISES is JSON (promises in group_vars/all.yml).

Prints a line for each difference, and nothing if there is none. Waits at most SECONDS for what pods still have to set up.
"""
import glob
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

# Calico's interfaces with the pods' MTU. flannel records it in a file: with WireGuard, its interface's MTU is different.
TUNNELS = ["vxlan.calico", "vxlan-v6.calico", "wireguard.cali", "wg-v6.cali", "tunl0"]
FLANNEL = "/run/flannel/subnet.env"


def run(*argv):
    try:
        return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, universal_newlines=True, check=False, timeout=10).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


def links():
    """maps name → the kernel's data on each interface."""
    try:
        return {link.get("ifname", ""): link for link in json.loads(run("ip", "-json", "-details", "address", "show"))}
    except ValueError:
        return {}


def proxy(wanted):
    """checks the mode that kube-proxy reports."""
    for address in wanted["addresses"]:
        try:
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            mode = opener.open("http://%s/proxyMode" % address, timeout=5).read().decode("utf-8").strip()
        except (OSError, ValueError, urllib.error.URLError):
            continue
        return [] if mode == wanted["mode"] else ["kube-proxy runs in mode %s, and the topology says %s" % (mode, wanted["mode"])]
    return ["kube-proxy does not say its mode at %s" % " or ".join(wanted["addresses"])]


def encrypted(names, found):
    """checks encryption: without its kernel module, a pod network continues unencrypted and reports that only in its log."""
    for name in names:
        link = found.get(name, {})
        if link.get("linkinfo", {}).get("info_kind") != "wireguard" or "UP" not in link.get("flags", []):
            return ["traffic between nodes is not encrypted: there is no interface %s of the kind wireguard that is up" % name]
    return []


def lengths(promised, address, found):
    """checks the pods' MTU. promised is 0 if the topology sets none."""
    below = [link.get("mtu", 0) for link in found.values() if address in [a.get("local", "") for a in link.get("addr_info", [])]]
    sizes = {name: found[name]["mtu"] for name in TUNNELS if "UP" in found.get(name, {}).get("flags", [])}
    if os.path.exists(FLANNEL):
        with open(FLANNEL, encoding="utf-8") as f:
            sizes.update({"flannel": int(mtu) for mtu in re.findall(r"(?m)^FLANNEL_MTU=(\d+)", f.read())})
    broken = []
    for name, mtu in sorted(sizes.items()):
        if promised and mtu != promised:
            broken.append("%s gives pods an MTU of %d, and the topology says %d" % (name, mtu, promised))
        elif below and mtu > below[0]:
            broken.append("%s gives pods an MTU of %d, and the interface below carries %d" % (name, mtu, below[0]))
    return broken


def cgroups(driver):
    """returns the cgroup driver of the running containers. systemd's cgroups end in .scope and are inside slices."""
    wrong = set()
    for path in glob.glob("/proc/[0-9]*/cgroup"):
        try:
            with open(path, encoding="utf-8") as f:
                text = f.read()
        except OSError:  # the process has ended
            continue
        for line in re.findall(r"kubepods\S*", text):
            if ":" in line:  # a runtime that mistakes systemd's notation for a directory
                wrong.add("the container runtime uses cgroupfs, and the kubelet systemd")
            elif line.startswith("kubepods/") and driver == "systemd":
                wrong.add("containers run in groups of cgroupfs, and the topology says systemd")
            elif line.startswith("kubepods.slice/") and driver == "cgroupfs":
                wrong.add("containers run in groups of systemd, and the topology says cgroupfs")
    return sorted(wrong)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=10)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(10)
        self.sock.connect(self.path)


def docker(mirrors):
    """checks the settings that Docker Engine reports. They may differ from its file."""
    try:
        to = UnixConnection("/var/run/docker.sock")
        to.request("GET", "/info")
        info = json.loads(to.getresponse().read().decode("utf-8"))
    except (OSError, ValueError, http.client.HTTPException) as e:
        return ["Docker Engine does not say what it runs with: %s" % e]
    used = [m.rstrip("/") for m in (info.get("RegistryConfig") or {}).get("Mirrors") or []]
    broken = ["Docker Engine does not use the mirror %s" % m for m in mirrors if m.rstrip("/") not in used]
    if not info.get("LiveRestoreEnabled"):
        broken.append("Docker Engine would stop all containers with itself: live-restore is off")
    return broken


def containerd(directory):
    """checks containerd's effective settings. Another imported file may override the playbook's."""
    path = next((p for p in ("/usr/local/bin/containerd", "/usr/bin/containerd") if os.path.exists(p)), "containerd")
    used = re.findall(r"(?m)^\s*config_path = ['\"]([^'\"]*)['\"]", run(path, "config", "dump"))
    if any(directory in value.split(":") for value in used):
        return []
    return ["containerd does not read mirrors from %s" % directory]


def firewall():
    """checks that the rules are those that the playbook wrote."""
    try:
        state = json.loads(run("/usr/bin/python3", "/var/lib/k8splan/firewall.py", "state"))
    except ValueError:
        state = {"holds": False}
    return [] if state["holds"] else ["the rules of the firewall are not as the playbook left them: site.yml loads them again"]


def enforcing():
    try:
        with open("/sys/fs/selinux/enforce", encoding="utf-8") as f:
            return [] if f.read().strip() == "1" else ["SELinux is permissive"]
    except OSError:
        return ["SELinux is off"]


def judge(promises):
    found, broken = links(), []
    if promises["proxy"]["mode"]:
        broken += proxy(promises["proxy"])
    broken += encrypted(promises["encrypted"], found)
    broken += lengths(promises["pod_mtu"], promises["address"], found)
    broken += cgroups(promises["cgroup_driver"])
    broken += firewall() if promises.get("firewall") else []
    broken += enforcing() if promises.get("enforcing") else []
    if promises["runtime"] == "docker":
        broken += docker(promises["mirrors"])
    elif promises["runtime"] == "containerd" and promises["mirrors"]:
        broken += containerd("/etc/containerd/certs.d")
    return broken


def main():
    promises, end = json.loads(sys.argv[1]), time.monotonic() + float(sys.argv[2])
    while True:
        broken = judge(promises)
        if not broken or time.monotonic() > end:
            print("\n".join(broken))
            return
        time.sleep(1)


main()
