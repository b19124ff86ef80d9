"""Summarize the reports of look.py into findings, one for each kind. Reads JSON from standard input, and prints JSON.

Input: {"plan": …, "hosts": {"name": […], "answer": […], …} as parallel lists, "away": [names], "ignore": {kind: reason},
"only_looks": bool}. Output: {"problems": [line], "warnings": [line], "waived": [line]}. With a file as argument, everything is also
written there as JSON.
"""
import collections
import json
import os
import re
import statistics
import sys

ERROR, WARNING = "error", "warning"
GIB = 1 << 30

# kind → level, title, remedy. Details of hosts follow the hosts' names.
KINDS = {
    "unreachable": (WARNING, "cannot be reached", "They are skipped. To see why: ansible-playbook -vvv."),
    "python": (ERROR, "no Python 3 at /usr/bin/python3", "Install it: apt-get install python3, dnf install python3. Flatcar has none: "
               "provision = true in the topology prepares such hosts."),
    "sudo": (ERROR, "the login user cannot become root without a password", "Allow it in sudoers, or give the password: --ask-become-pass."),
    "look": (ERROR, "could not be checked", "Ansible's message above says why."),
    "survey": (ERROR, "refused", ""),
    "address": (ERROR, "the address of the topology is on no interface", "Configure it there, or correct the address in the topology."),
    "clocks": (ERROR, "the clock is wrong", "Certificates and etcd depend on it. Set it, and run chrony or systemd-timesyncd."),
    "clock-unsynchronized": (WARNING, "no time synchronization", "Clocks drift apart, and certificates and etcd depend on them. "
                             "Run chrony or systemd-timesyncd."),
    "machine-id": (ERROR, "same or no machine ID as another host", "They were cloned. On all but one: rm /etc/machine-id; "
                   "systemd-machine-id-setup; reboot. DHCP and logs tell hosts apart by it."),
    "product-uuid": (ERROR, "same product_uuid as another machine", "Give every virtual machine its own UUID: Kubernetes identifies machines "
                     "by it."),
    "mac": (ERROR, "same MAC address as another host", "Give every virtual machine its own MAC address. Otherwise packets are lost."),
    "cpus": (ERROR, "fewer than the 2 CPUs that kubeadm requires of a control plane", "Give it more."),
    "cpus-plan": (WARNING, "fewer CPUs than the topology says", "Give it more, or correct the topology."),
    "memory": (ERROR, "less than the 1700 MB of memory that kubeadm requires of a control plane", "Give it more."),
    "memory-plan": (WARNING, "less memory than the topology says", "Give it more, or correct the topology."),
    "disk": (WARNING, "little free disk space", "The kubelet evicts pods if less than 10 % is free, or 15 % below the images."),
    "disk-full": (ERROR, "no free disk space", "Less than 1 GiB is free. Programs, images, and etcd need more."),
    "fsync": (WARNING, "the disk of etcd is slow", "Members lose their leader if a write takes longer than 10 ms. Use a dedicated SSD."),
    "read-only": (ERROR, "programs would be installed on a read-only file system", "This system is one image. provision = true in the topology prepares "
                  "such hosts at their first boot; otherwise mount a writable directory there."),
    "ports": (ERROR, "ports of the cluster are taken", "Stop what listens there, or choose other ports in the topology."),
    "foreign-kubernetes": (ERROR, "another Kubernetes is on the host", "Uninstall it, or use another host."),
    "foreign-program": (ERROR, "a program that the cluster needs is already running, and not for this cluster", "Stop and disable it, or use another host."),
    "foreign-containers": (ERROR, "containers that do not belong to the cluster", "Their runtime would get another configuration and be restarted. "
                           "Move them to another host."),
    "foreign-file": (ERROR, "a file that k8splan did not write would be overwritten", "Move its content elsewhere. If you ignore this, it is "
                     "saved in /var/lib/k8splan/before, and reset.yml restores it."),
    "cgroup": (ERROR, "cgroup v1, on which the kubelet does not start", "Boot with cgroup v2: systemd.unified_cgroup_hierarchy=1 on the "
               "kernel's command line, or a newer system."),
    "cgroup-controllers": (ERROR, "controllers of cgroups are missing", "Turn them on: on a Raspberry Pi, cgroup_enable=memory in "
                           "/boot/firmware/cmdline.txt."),
    "kernel": (ERROR, "the kernel is too old", "Boot a newer one, or leave the feature out of the topology."),
    "kernel-warning": (WARNING, "the kernel is older than what is tested", "Boot a newer one."),
    "modules": (ERROR, "kernel modules are missing", "Install the package of the kernel's further modules: linux-modules-extra-…, "
                "kernel-modules-extra."),
    "swap": (WARNING, "swap is on", "site.yml turns it off, and keeps it off after a boot: the kubelet does not start with it. "
             "fail_swap_on = false in the topology leaves it on."),
    "forward": (ERROR, "forwarded packets are dropped", "Pods of different nodes do not reach each other. Accept what comes from and goes to "
                "the pod range before that rule."),
    "forward-policy": (WARNING, "forwarded packets are dropped unless a rule accepts them", "The pod network adds its own rules; another "
                       "firewall that is started later may take them away."),
    "firewall": (ERROR, "a firewall blocks connections", "Open the ports that README.md lists, then run again with "
                 "-e survey_firewall_is_open=true."),
    "resolver-loop": (ERROR, "the only nameserver is the host itself", "The cluster's DNS would ask itself and stop. Write another one into "
                      "/etc/resolv.conf, or run systemd-resolved."),
    "resolver": (WARNING, "no nameserver", "Pods cannot resolve names outside of the cluster. Write one into /etc/resolv.conf."),
    "ipv6-off": (ERROR, "IPv6 is off, and the topology has IPv6 ranges", "net.ipv6.conf.all.disable_ipv6 = 0."),
    "route": (ERROR, "no default route", "Without one, the host does not reach addresses of Services. A route to nowhere is enough: "
              "ip route add default dev INTERFACE."),
    "mtu": (ERROR, "large packets are lost between hosts", "Set the interface's MTU to that of the network, or allow ICMP."),
    "unreached": (ERROR, "a download address does not answer", "Check routes, firewall, DNS, proxy, and certificates between the host "
                  "and this address."),
    "name": (ERROR, "the name of the API endpoint does not resolve", "Add it to the DNS that the hosts use, or to /etc/hosts."),
    "virtual-ip": (ERROR, "another host already has the virtual address", "Two hosts with one address break both. Choose a free one."),
    "lock": (WARNING, "the package manager is in use", "The playbook waits for up to ten minutes."),
}
# Kinds that also stop a playbook that only inspects, or restores.
ALWAYS = ("python", "sudo", "look", "survey")
CONTROLLERS = ["cpu", "cpuset", "memory", "pids"]


def folded(names):
    """abbreviates names that differ only in their last number: w-[1-3,7], cp-1."""
    heads, rest = {}, []
    for name in names:
        found = re.match(r"^(.*?)(0|[1-9][0-9]*)$", name)
        if found:
            heads.setdefault(found.group(1), []).append(int(found.group(2)))
        else:
            rest.append(name)
    out = []
    for head, numbers in heads.items():
        spans, numbers = [], sorted(numbers)
        for n in numbers:
            if spans and spans[-1][1] == n - 1:
                spans[-1][1] = n
            else:
                spans.append([n, n])
        text = ",".join("%d" % a if a == b else "%d-%d" % (a, b) for a, b in spans)
        out.append("%s%s" % (head, text if len(numbers) == 1 else "[%s]" % text))
    return ", ".join(out + sorted(rest))


def size(n):
    return "%.1f GiB" % (n / GIB)


def twice(values):
    """returns (host, value) of hosts that have the same value."""
    seen = collections.Counter(values.values())
    return [(host, value) for host, value in values.items() if value and seen[value] > 1]


def number(release):
    return [int(n) for n in re.findall(r"\d+", release)[:2]]


class Findings:
    def __init__(self):
        self.found = {}

    def add(self, kind, host, detail=""):
        self.found.setdefault(kind, {}).setdefault(detail, []).append(host)

    def has(self, kind, host):
        return any(host in named for named in self.found.get(kind, {}).values())

    def line(self, kind):
        level, what, todo = KINDS[kind]
        details = self.found[kind]
        hosts = [host for named in details.values() for host in named]
        alike = {}  # hosts with the same details
        for detail, named in details.items():
            alike.setdefault(tuple(named), []).append(detail)
        parts = ["%s%s" % (folded(named), " (%s)" % "; ".join(said) if said != [""] else "") for named, said in alike.items()]
        if len(parts) > 8:
            rest = {host for named in list(alike)[8:] for host in named}
            parts = parts[:8] + ["and %d more, which -e report=FILE names" % len(rest)]
        count = len(set(hosts))
        return "%s: %s%s. %s [%s]" % (what, "%d hosts: " % count if count > 1 else "", "; ".join(parts), todo, kind)


def everywhere(plan, hosts, away, f):
    """returns findings about single hosts and about pairs of them, for serving and for new hosts."""
    for name in away:
        f.add("unreachable", name)
    answers = {}
    for name, host in hosts.items():
        said = host.get("failed", "")
        if said:
            kind = "python" if "python3" in said and ("not found" in said or "No such file" in said) else \
                "sudo" if re.search(r"sudo|password is required|become", said) else "look"
            f.add(kind, name, "" if kind != "look" else said[:200])
        for text in host.get("checks", []):
            f.add("survey", name, text.rstrip("."))
        if host.get("answer"):
            answers[name] = host["answer"]
    if not answers:
        return answers
    middle = statistics.median(a["clock"] for a in answers.values())
    for name, a in answers.items():
        apart = a["clock"] - middle
        if abs(apart) > plan["clock_tolerance"]:
            f.add("clocks", name, "%d s %s the others" % (abs(apart), "ahead of" if apart > 0 else "behind"))
        if a["synchronized"] is False:
            f.add("clock-unsynchronized", name)
        if not a["machine_id"]:
            f.add("machine-id", name, "none")
    # a machine that leaves under its old name and returns under another is a single machine
    stays = {host["address"] for host in hosts.values() if "leaving" not in host["groups"]}
    again = {n for n, host in hosts.items() if "leaving" in host["groups"] and host["address"] in stays}
    for kind, key in (("machine-id", "machine_id"), ("product-uuid", "product_uuid"), ("mac", "mac")):
        for name, value in twice({n: a[key] for n, a in answers.items() if n not in again}):
            f.add(kind, name, value)
    return answers


def host(plan, name, groups, wanted, a, f):
    kubelet, serves = "kubelet" in groups, a["state"]["noted"]
    free = {}
    for directory, found in a["space"].items():
        if found:
            free.setdefault(found["device"], (directory, found))
    for directory, found in free.values():
        if found["free"] < GIB:
            f.add("disk-full", name, "%s free below %s" % (size(found["free"]), directory))
        elif kubelet and found["free"] * 100 < 15 * found["bytes"]:
            f.add("disk", name, "%d %% free below %s" % (found["free"] * 100 // found["bytes"], directory))
    if a["lock"]:
        f.add("lock", name, "%s holds %s" % (a["lock"]["process"], a["lock"]["file"]))
    if a["swap"] and kubelet and not plan["swap_allowed"]:
        f.add("swap", name)
    for rule in a["forward"] if kubelet else []:
        # flannel and others append their rules: a rule that drops everything before them is fatal, a policy is not.
        f.add("forward" if rule["last"] or plan["cni"] == "static-routes" else "forward-policy", name, rule["rule"])
    if kubelet:
        if a["cgroup"]["version"] == 1 and plan["cgroup_v2"] and not a["cgroup_v1_allowed"]:
            f.add("cgroup", name)
        missing = [c for c in CONTROLLERS if c not in a["cgroup"]["controllers"]]
        if missing:
            f.add("cgroup-controllers", name, ", ".join(missing))
        for floor in plan["kernels"]:
            if number(a["kernel"]) < number(floor["least"]):
                f.add("kernel" if floor["refuses"] else "kernel-warning", name, "%s; %s needs %s" % (a["kernel"], floor["for"], floor["least"]))
        if a["unloadable"]:
            f.add("modules", name, ", ".join(a["unloadable"]))
        if plan["ipv6"] and a["ipv6_off"]:
            f.add("ipv6-off", name)
        if not a["nameservers"]:
            f.add("resolver", name)
        elif all(n.startswith("127.") or n == "::1" for n in a["nameservers"]):
            f.add("resolver-loop", name, ", ".join(a["nameservers"]))
    for kind, key in (("foreign-file", "files"), ("foreign-kubernetes", "kubernetes"), ("foreign-program", "programs")):
        for found in a["others"][key]:
            f.add(kind, name, found)
    if serves:
        return
    if not a["interface"] and wanted["address"]:
        f.add("address", name, wanted["address"])
    if "control_plane" in groups:
        if a["cpus"] < 2:
            f.add("cpus", name)
        if a["memory"] < 1700 << 20:
            f.add("memory", name, size(a["memory"]))
    if wanted["cpus"] and a["cpus"] < wanted["cpus"] and not f.has("cpus", name):
        f.add("cpus-plan", name, "%d of %d" % (a["cpus"], wanted["cpus"]))
    if wanted["memory"] and not f.has("memory", name) and a["memory"] < 0.9 * wanted["memory"]:  # the kernel reserves some
        f.add("memory-plan", name, "%s of %s" % (size(a["memory"]), size(wanted["memory"])))
    if a["fsync"] > 10:
        f.add("fsync", name, "%s ms" % a["fsync"])
    if a["read_only"]:
        f.add("read-only", name, ", ".join(a["read_only"]))
    for taken in a["ports"]:
        # An unfinished run may have left its own programs listening there.
        if not (a["state"]["marked"] and taken["process"][:15] in (taken["component"][:15], "the kernel", "systemd")):
            f.add("ports", name, "%s/%d is needed by %s and in use by %s" % (
                taken["protocol"], taken["port"], taken["component"], taken["process"]))
    if a["others"]["containers"] and not a["state"]["marked"]:
        f.add("foreign-containers", name, "%d" % a["others"]["containers"])
    for text in a["shut"] if not plan["firewall_is_open"] else []:
        f.add("firewall", name, text)
    if kubelet and not a["route"]:
        f.add("route", name)
    for way in a["paths"]:
        if way["answers"] and way["whole"] is False:
            f.add("mtu", name, "%d of %d bytes arrive at %s" % (way["largest"], a["mtu"], way["peer"]))
    for place, why in a["unreached"].items():
        f.add("unreached", name, "%s: %s" % (place, why))
    if a["unresolved"]:
        f.add("name", name, a["unresolved"])


def judge(case):
    f = Findings()
    plan, hosts = case["plan"], case["hosts"]
    answers = everywhere(plan, hosts, case["away"], f)
    for name, a in answers.items():
        host(plan, name, hosts[name]["groups"], hosts[name], a, f)
    holders = [name for name, a in answers.items() if a["virtual"]]
    begun = [name for name, a in answers.items() if a["state"]["noted"]]
    if plan["virtual_ip"] and not holders and not begun:
        for name, a in answers.items():
            if a.get("virtual_answers"):
                f.add("virtual-ip", name, plan["virtual_ip"])
    return f, answers


def hosts_of(columns):
    """maps names to what is known about each host. An answer is the JSON that look.py printed."""
    rows = [dict(zip(columns, values)) for values in zip(*columns.values())]
    for row in rows:
        row["answer"] = json.loads(row["answer"]) if row["answer"] and not row["failed"] else None
    return {row["name"]: row for row in rows}


def main():
    case = json.load(sys.stdin)
    case["hosts"] = hosts_of(case["hosts"])
    unknown = sorted(set(case["ignore"]) - set(KINDS))
    empty = sorted(kind for kind, reason in case["ignore"].items() if not str(reason or "").strip())
    f, answers = judge(case)
    out = {"problems": [], "warnings": [], "waived": []}
    if unknown:
        out["problems"].append("unknown kind in ignore: %s. Use one of %s" % (", ".join(unknown), ", ".join(KINDS)))
    if empty:
        out["problems"].append("ignore gives no reason for %s: -e '{\"ignore\": {\"%s\": \"the reason\"}}'" % (", ".join(empty), empty[0]))
    everything = []
    for kind in KINDS:
        if kind not in f.found:
            continue
        level = KINDS[kind][0] if not case["only_looks"] or kind in ALWAYS else WARNING
        reason = case["ignore"].get(kind, "")
        line = f.line(kind)
        if reason and kind not in empty:
            out["waived"].append("%s Ignored: %s" % (line, reason))
        else:
            out["problems" if level == ERROR else "warnings"].append(line)
        hosts = {}
        for detail, names in f.found[kind].items():
            for name in names:
                hosts.setdefault(name, []).append(detail)
        everything.append({"kind": kind, "level": level, "what": KINDS[kind][1], "todo": KINDS[kind][2], "ignored": reason, "hosts": hosts})
    if len(sys.argv) > 1:
        report = {"cluster": case["plan"]["name"], "findings": everything, "answers": answers}
        with os.fdopen(os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), "w") as target:
            json.dump(report, target, indent=2, sort_keys=True)
            target.write("\n")
    print(json.dumps(out))


main()
