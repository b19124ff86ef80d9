"""Carries the steps of edits out on a cluster of plain data, and lets the playbooks' own tasks judge each run.

Reads a JSON list of {name, old, new, steps}: two trees, and steps of k8splan diff with their commands. What a playbook looks at and refuses
comes from the tree itself, with Ansible's own templates: the variables of the role survey, judge.py, assertions, and the checks of the role
remove. What a playbook then changes is a model. Prints, by name, what was refused or is left to do at the end, "" if nothing.
"""
import copy
import io
import json
import os
import re
import shlex
import sys
import contextlib

import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

LOADER = DataLoader()
KUBELETS = ("topology.kubernetes.io/zone", "topology.kubernetes.io/region", "node.kubernetes.io/instance-type")


class Refused(Exception):
    pass


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


class Tree:
    """A generated tree: the inventory's hosts and groups, shared values, and kubeadm's files."""

    def __init__(self, path):
        self.path, self.known = path, {}
        inventory = LOADER.load_from_file(path + "/ansible/inventory.yaml")["all"]
        self.shared = dict(LOADER.load_from_file(path + "/ansible/group_vars/all.yaml"), **inventory.get("vars", {}))
        self.hosts = {name: dict(values or {}) for name, values in inventory["hosts"].items()}
        self.groups = {"all": list(self.hosts)}
        for group, of in inventory["children"].items():
            self.groups[group] = self.flat(inventory["children"], of)
        defaults = LOADER.load_from_file(path + "/ansible/roles/survey/defaults/main.yml")
        self.role = dict(defaults, **LOADER.load_from_file(path + "/ansible/roles/survey/vars/main.yml"))
        self.members = json.loads(read(path + "/etcd/members.json"))["members"]

    def flat(self, groups, of):
        names = list((of or {}).get("hosts") or {})
        for child in (of or {}).get("children") or {}:
            names += [n for n in self.flat(groups, groups.get(child) or (of["children"][child])) if n not in names]
        return names

    def kubeadm(self, name):
        if name not in self.known:
            self.known[name] = list(yaml.load_all(read("%s/kubeadm/%s.yaml" % (self.path, name)), getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
        return copy.deepcopy(self.known[name])

    def document(self, kind):
        name = self.groups["bootstrap"][0]
        return next((d for d in self.kubeadm(name) if d["kind"] == kind), {})

    def flags(self, name):
        of = next(d for d in self.kubeadm(name) if d["kind"] in ("InitConfiguration", "JoinConfiguration"))["nodeRegistration"]
        return ["%s=%s" % (a["name"], a["value"]) for a in of.get("kubeletExtraArgs", [])]

    def object(self, name):
        return json.loads(self.hosts[name].get("node_object", "{}"))

    def value(self, template, **more):
        return Templar(LOADER, variables=dict(self.role, **dict(self.shared, **more))).template(template)

    def paths(self):
        return {"playbook_dir": self.path + "/ansible", "role_path": self.path + "/ansible/roles/survey", "inventory_hostname": self.groups["bootstrap"][0],
                "groups": self.groups}

    def has(self, name, *groups):
        return any(name in self.groups.get(g, []) for g in groups)


class World:
    """Machines by address, and what the API of their cluster says."""

    def __init__(self, old, new):
        self.old, self.new = old, new
        self.machines, self.nodes, self.members = {}, {}, {}
        self.api = {
            "version": old.shared["cluster"]["kubernetes_version"], "cluster_configuration": old.document("ClusterConfiguration"),
            "kubelet": dict(old.document("KubeletConfiguration")), "proxy": dict(old.document("KubeProxyConfiguration")),
            "network": old, "addons": [a["name"] for a in old.shared["addons"]["early"] + old.shared["addons"]["late"]], "record": old,
        }
        self.etcd = old.shared["etcd"].get("version", "")
        for name in old.hosts:
            if old.has(name, "leaving"):
                continue
            self.machines[old.hosts[name]["node_ip"]] = self.machine(old, name)
        self.selinux = old.shared["selinux"]["mode"] == "enforcing"

    def machine(self, tree, name):
        """returns a machine as a tree's roles make it, joined."""
        m = {"name": name, "tree": tree, "node": tree.has(name, "kubelet"), "serving": tree.has(name, "control_plane"), "member": None,
             "balancer": tree if tree.has(name, "load_balancer", "local_balancer") and tree.shared["load_balancer"]["kind"] in ("haproxy", "local") else None,
             "vip": tree if tree.has(name, "control_plane") and tree.shared["load_balancer"]["kind"] == "kube-vip" else None,
             "kubelet": tree, "runtime": tree, "sans": sorted(tree.document("ClusterConfiguration").get("apiServer", {}).get("certSANs", [])),
             "servers": None, "encrypts": tree, "scheduler": tree, "patches": tree, "data_dir": tree.shared["etcd"]["data_dir"],
             "version": self.api["version"], "endpoint": tree}
        own = next((u for u in tree.members if u["name"] == name), None)
        if own:
            m["member"] = dict(own, external=tree.shared["etcd"]["placement"] == "external")
            self.members[name] = m["member"]
        if m["node"]:
            self.nodes[name] = {"address": tree.hosts[name]["node_ip"], "object": tree.object(name), "taints": tree.object(name).get("taints", [])}
        if m["serving"]:
            m["servers"] = ["https://127.0.0.1:2379"] if tree.shared["etcd"]["placement"] == "stacked" else [u["clientURL"] for u in tree.members]
        return m

    # ---- what survey.py says ----
    def host(self, m):
        tree, serving = m["tree"], m["serving"]
        listed = [{"id": str(i), "name": u["name"], "peers": [u["peerURL"]], "clients": [u["clientURL"]], "learner": False}
                  for i, u in enumerate(sorted(self.members.values(), key=lambda u: u["name"]))]
        answer = None
        if m["member"]:
            answer = {"cluster": "c", "id": next(u["id"] for u in listed if u["name"] == m["member"]["name"]), "quorum": True, "alarms": [], "members": listed,
                      "version": self.etcd, "learner": False, "leader": "0"}
        flags = m["kubelet"].flags(m["name"]) if m["node"] else []
        config = self.api["kubelet"]
        planned = {a["name"]: a["value"] for a in m["encrypts"].document("ClusterConfiguration").get("apiServer", {}).get("extraArgs", [])} if serving else {}
        encrypts = planned.get("encryption-provider-config", "")
        wanted = m["encrypts"].shared["cluster"].get("encryption") or {}
        keys = {r: ["%s:key1" % wanted["provider"], "identity"] for r in wanted["resources"]} if encrypts == "/etc/kubernetes/pki/encryption.yaml" else None
        shared = tree.shared
        runtime = m["runtime"].shared["runtime"] if m["node"] else {}
        balancer = self.balancer(m)
        scheduler = {}
        if serving and m["scheduler"].shared["cluster"]["scheduler_profiles"]:
            text = read(m["scheduler"].path + "/kubeadm/scheduler/config.yaml")
            scheduler = {"/etc/kubernetes/scheduler-config.yaml": "0600:" + self.new.value("{{ text | hash('sha256') }}", text=text)}
        patches = m["patches"].shared["cluster"]["patches"]
        if not serving:
            patches = [p for p in patches if "  kubeletconfiguration" in p]
        off = {"running": False, "enabled": False, "stale": False}
        on = {"running": True, "enabled": True, "stale": False}
        packages = {}
        if m["node"] and shared["artifacts"]["source"] == "packages":
            packages = {"kubelet": m["version"], {"containerd": "containerd.io", "cri-o": "cri-o", "docker": "docker-ce"}[runtime["name"]]: runtime["version"]}
        return {
            "system": {"id": "debian", "family": "debian", "name": "Debian", "version": "12", "codename": "bookworm", "arch": (tree.hosts.get(m["name"]) or {}).get("arch") or "amd64", "kernel": "6.1"},
            "interface": "eth0", "shares": False, "balancer": balancer, "commands": {}, "unloadable": [], "packages": packages, "missing_packages": [],
            "files": dict(scheduler, **({"/etc/etcd/etcd.env": "x"} if m.get("environment") else {})), "directories": [],
            "services": {"haproxy": on if m["balancer"] else off, "keepalived": on if m["balancer"] and m["balancer"].shared["load_balancer"]["virtual_ip"] and
                         m["balancer"].has(m["name"], "load_balancer") else off, "etcd": on if m["member"] and m["member"]["external"] else off},
            "artifacts": {"kubelet": "v%s/kubelet" % m["version"], runtime["name"]: "%s-%s" % (runtime["name"], runtime["version"])}
            if m["node"] and shared["artifacts"]["source"] == "binaries" else {},
            "owned": {"files": [], "units": []}, "swap": {"active": False, "fstab": False},
            "kubernetes": {
                "unfinished": "", "joined": m["node"], "node": m["name"] if m["node"] else "", "serving": serving, "authority": "a" if m["node"] else "",
                "authority_key": serving, "encryption": wanted.get("provider", "") if encrypts else "", "keys": keys, "encrypts": encrypts, "etcd_client": serving,
                "etcd_servers": m["servers"] or [], "images": {}, "kubelet_flags": flags,
                "kubelet_configuration": yaml.safe_dump(config) if m["node"] else "", "socket": runtime.get("socket", ""), "pod_subnets": "", "service_subnets": "",
                "sans": m["sans"] if serving else [], "cni": ["10-%s.conflist" % self.api["network"].shared["network"]["cni"]["name"]] if m["node"] else [],
                "patches": patches if m["node"] else []},
            "etcd": {"data_dir": m["data_dir"] if m["member"] else "", "data": bool(m["member"]), "beginning": False, "member": answer, "settings": "",
                     "entering": False, "entered": False, "directories": True, "user": True, "issuer": False, "keeper": False, "authority": "", "config": ""},
            "unnamed": [] if not m["node"] or m["endpoint"].shared.get("cluster", {}).get("endpoint_address", "") ==
            self.new.shared["cluster"].get("endpoint_address", "") else ["/etc/hosts"],
            "renaming": False, "advertised": {}, "clock": "", "kernel": {}, "firewall": "", "lets_in": {}, "selinux": {"enforcing": self.selinux, "configured": self.selinux},
        }

    def balancer(self, m):
        out = {"ports": [], "addresses": [], "router": "", "kube_vip": "", "kube_vip_next": "", "kube_vip_bgp": False, "manifest": ""}
        if m["balancer"]:
            tree = m["balancer"]
            name = "/loadbalancer/haproxy.cfg"
            out["ports"] = sorted(set(re.findall(r"(?m)^ +bind (?:0\.0\.0\.0|\[::\]):(\d+)", read(tree.path + name))))
            vip = tree.shared["load_balancer"]["virtual_ip"]
            if vip and tree.has(m["name"], "load_balancer"):
                text = read("%s/loadbalancer/keepalived/%s.conf" % (tree.path, m["name"]))
                out["addresses"], out["router"] = [vip], re.findall(r"(?m)^ *virtual_router_id (\d+)$", text)[0]
        if m["vip"]:
            text = read(m["vip"].path + "/loadbalancer/kube-vip/kube-vip.yaml")
            out["kube_vip"], out["kube_vip_bgp"] = m["vip"].shared["load_balancer"]["virtual_ip"], "bgp_enable" in text
            out["manifest"] = self.new.value("{{ text | hash('sha256') }}", text=text)
        return out

    def answer(self):
        """returns what cluster.py says."""
        network = self.api["network"]
        flannel, images, calico = "", [], None
        if network.shared["network"]["cni"]["name"] == "flannel":
            flannel, images = json.dumps(network.value(network.role["survey_flannel"], **network.paths())), network.value(network.role["survey_flannel_images"], **network.paths())
        if network.shared["network"]["cni"]["name"] == "calico":
            calico = network.value(network.role["survey_calico"], **network.paths())
        port = self.new.shared["cluster"]["api_server_port"]
        return {
            "addons": self.api["addons"], "versions": {"https://%s:%s" % (bracketed(a), port): m["version"] for a, m in self.machines.items() if m["serving"]},
            "cluster_configuration": yaml.safe_dump(self.api["cluster_configuration"]), "kubelet_configuration": yaml.safe_dump(self.api["kubelet"]),
            "kube_proxy": yaml.safe_dump(self.api["proxy"]), "flannel": flannel, "flannel_images": images, "calico": calico,
            "nodes": {name: {"version": self.machines[n["address"]]["version"], "addresses": [n["address"]],
                             "labels": {k: v for k, v in labels(self.machines[n["address"]], name).items() if k in KUBELETS},
                             "taints": [[t["key"], t["effect"], t.get("value", "")] for t in n["taints"]], "ready": True, "unschedulable": False, "ours": False}
                      for name, n in self.nodes.items()},
            "noted": {"cluster": self.new.shared["cluster"]["name"], "state": "finished"}, "brought": {}, "lease": None,
        }


def labels(m, name):
    found = {}
    for flag in m["kubelet"].flags(name):
        if flag.startswith("node-labels="):
            found = dict(pair.partition("=")[::2] for pair in flag.partition("=")[2].split(","))
    return found


def bracketed(address):
    return "[%s]" % address if ":" in address else address


def matches(tree, pattern):
    """returns the hosts of a --limit, as Ansible reads it."""
    if not pattern:
        return set(tree.hosts)
    taken, left = set(), set()
    for part in pattern.split(":"):
        to = left if part.startswith("!") else taken
        name = part.lstrip("!")
        if name in tree.groups:
            to |= set(tree.groups[name])
        elif name.startswith("~"):
            to |= {h for h in tree.hosts if re.search(name[1:], h)}
        else:
            to |= {name} & set(tree.hosts)
    return taken - left


class Run:
    """One run of ansible-playbook on a world."""

    def __init__(self, world, playbook, extra, limit):
        self.world, self.extra, self.tree = world, extra, world.new
        self.limit = matches(self.tree, limit)
        self.facts = {}
        getattr(self, playbook.replace(".yml", "").replace("-", "_"))()

    # ---- looking, with the playbooks' own words ----
    def variables(self, name, **more):
        out = dict(self.tree.role, **self.tree.shared)
        out.update(self.tree.hosts.get(name, {}))
        out.update(inventory_hostname=name, groups=self.tree.groups, group_names=[g for g, of in self.tree.groups.items() if name in of and g != "all"],
                   ansible_play_hosts=self.play, playbook_dir=self.tree.path + "/ansible", role_path=self.tree.path + "/ansible/roles/survey",
                   ansible_check_mode=False)
        out.update(more)
        out.update(self.facts.get(name, {}))
        out.update(self.extra)
        out["hostvars"] = self.hostvars
        return out

    def value(self, name, template, **more):
        return Templar(LOADER, variables=self.variables(name, **dict(self.own, **more))).template(template)

    def truth(self, name, condition, **more):
        return bool(self.value(name, "{{ %s }}" % condition, **more))

    def look(self, hosts, **own):
        """interprets the roles survey and survey/cluster for a play, up to their refusals."""
        self.own = own
        self.play = [h for h in self.tree.hosts if h in hosts & self.limit and self.tree.hosts[h]["node_ip"] in self.world.machines]
        self.facts = {}
        # What other hosts have: what the inventory says, and facts. node_ip and the like are plain values.
        self.hostvars = {h: dict(self.tree.shared, inventory_hostname=h, **self.tree.hosts[h]) for h in self.tree.hosts}
        self.hostvars["localhost"] = getattr(self, "local", {})
        for h in self.play:
            m = self.world.machines[self.tree.hosts[h]["node_ip"]]
            self.keep(h, survey_host=self.world.host(m), survey_issuer=self.tree.has(h, "etcd") and h == self.tree.groups["etcd"][0])
        for h in self.play:
            m = self.world.machines[self.tree.hosts[h]["node_ip"]]
            if self.tree.has(h, "kubelet") and m["node"] and {m[k].path for k in ("kubelet", "scheduler", "patches", "runtime")} != {self.tree.path}:
                for fact, of in (("survey_reflag", "survey_reflagged"), ("survey_reschedule", "survey_rescheduled"), ("survey_repatch", "survey_repatched"),
                                 ("survey_rekind", "survey_replaced")):
                    self.keep(h, **{fact: self.value(h, self.tree.role[of])})
                self.keep(h, survey_redrain=self.truth(h, "survey_runtime_now != '' and survey_runtime_now != survey_runtime_wanted and not survey_rekind"))
        found = ["%s: %s" % (h, " ".join(text.split())) for h in self.play for text in self.value(h, "{{ survey_problems }}")]
        if found:
            raise Refused("; ".join(found))
        one = self.play[0]
        if not self.truth(one, "survey_authorities | length < 2") or not self.truth(one, "survey_serving | length > 0 or survey_authorities | length == 0 or survey_keys"):
            raise Refused("authorities")
        source, begun = self.value(one, "{{ survey_serving | first | default(groups.bootstrap | first) }}"), self.truth(one, "survey_serving | length > 0")
        for h in self.play:
            self.keep(h, survey_source=source, survey_initialized=begun)
        if not self.truth(one, "survey_source in ansible_play_hosts or ansible_play_hosts | intersect(groups.kubelet) | length == 0"):
            raise Refused("%s does not answer, or --limit leaves it out" % source)
        self.begun = begun

    def keep(self, name, **facts):
        self.facts.setdefault(name, {}).update(facts)
        self.hostvars[name].update(facts)

    def judge(self):
        api = {"stdout": json.dumps(self.world.answer()) if self.begun else ""}
        for h in self.play:
            self.keep(h, survey_api=api)
        case = self.value(self.play[0], "{{ survey_case }}")
        self.judged = judged(case)
        if self.judged["problems"]:
            raise Refused("; ".join(self.judged["problems"]))
        for h in self.play:
            self.keep(h, survey_judged=self.judged)

    def hosts(self, *groups, without=()):
        return {h for g in groups for h in self.tree.groups.get(g, [])} - {h for g in without for h in self.tree.groups.get(g, [])}

    def tasks(self, name, which):
        """holds the assertions of a playbook's first play whose names begin so."""
        play = LOADER.load_from_file("%s/ansible/%s" % (self.tree.path, name))[0]
        for task in play["tasks"]:
            if task["name"].startswith(which):
                vars = task.get("vars", {})
                for that in listed(task["ansible.builtin.assert"]["that"]):
                    if not self.truth(self.play[0], that, **vars):
                        raise Refused(" ".join(self.value(self.play[0], task["ansible.builtin.assert"]["fail_msg"], **vars).split()))

    # ---- the playbooks ----
    def site(self):
        w, t = self.world, self.tree
        self.look(self.hosts("all", without=["others"]))
        self.judge()
        here = {h for h in self.play if not t.has(h, "leaving", "others")}
        for h in self.judged["etcd"]["joining"]:
            if h in here and t.has(h, "etcd"):
                self.enter(h)
        for h in self.play:
            if h in self.judged["endpoints"] and h in here:
                self.machine(h)["servers"] = [u["clientURL"] for u in t.members]
        if self.judged["configuration"]:
            w.api["cluster_configuration"] = self.judged["configuration"]
        moves = self.judged["balancer"]["opens"] or self.judged["balancer"]["switch"]
        for h in here:
            m = self.machine(h)
            if t.has(h, "load_balancer") and (not m["balancer"] or not moves):
                m["balancer"] = t
            if t.has(h, "local_balancer") and (m["balancer"] or not m["node"]):
                m["balancer"] = t
            m["tree"] = t
            m["name"] = m["name"] if m["node"] and h != m["name"] else h
        for h in [h for h in t.hosts if h in here and t.has(h, "kubelet") and not self.machine(h)["node"]]:
            self.join(h)
        for h in here:
            m = self.machine(h)
            if m["node"] and m["name"] == h:
                m["version"] = m["version"] if m["version"] else w.api["version"]
                own = [x for x in w.nodes[h]["taints"] if x["effect"] == "NoExecute"]
                planned = t.object(h).get("taints", [])
                w.nodes[h].update(object=t.object(h), taints=[x for x in planned if x["effect"] != "NoExecute"] + [x for x in own if x in planned])
                if m["runtime"].shared["runtime"]["name"] == t.shared["runtime"]["name"] and minor(m["runtime"]) == minor(t):
                    m["runtime"] = t
        for a in t.shared["addons"]["early"] + t.shared["addons"]["late"]:
            if a["name"] not in w.api["addons"]:
                w.api["addons"].append(a["name"])

    def machine(self, h):
        return self.world.machines[self.tree.hosts[h]["node_ip"]]

    def enter(self, h):
        m, own = self.machine(h), next(u for u in self.tree.members if u["name"] == h)
        m.update(member=dict(own, external=True), data_dir=self.tree.shared["etcd"]["data_dir"])
        self.world.members[h] = m["member"]

    def join(self, h):
        w, t = self.world, self.tree
        there, was = self.machine(h), dict(self.machine(h))
        version = w.api["version"]
        if t.shared["cluster"]["kubernetes_version"] != version:
            raise Refused("%s would join with %s" % (h, t.shared["cluster"]["kubernetes_version"]))
        fresh = w.machine(t, h)
        fresh["version"], fresh["data_dir"] = version, was["data_dir"] if was["member"] else fresh["data_dir"]
        fresh["balancer"] = was["balancer"] or fresh["balancer"]
        if fresh["member"] and fresh["member"]["external"] and not was["member"]:
            raise Refused("%s joined before it entered etcd" % h)
        there.clear()
        there.update(fresh)

    def reconfigure(self):
        w, t = self.world, self.tree
        self.look(self.hosts("all", without=["others"]), survey_brings_settings=True)
        self.judge()
        self.tasks("reconfigure.yml", "Refuse")
        j = self.judged
        if j["pending"]:
            w.api["cluster_configuration"] = dict(j["target"] or w.api["cluster_configuration"])
            w.api["cluster_configuration"]["kubernetesVersion"] = "v" + w.api["version"]
        if j["kubelet"]:
            w.api["kubelet"] = j["kubelet_target"]
        if j["proxy"]:
            w.api["proxy"] = j["proxy_target"]
        if j["network"] in ("settings", "pods"):
            w.api["network"] = t
        for h in self.play:
            m = self.machine(h)
            if t.has(h, "leaving", "others"):
                continue
            if t.has(h, "load_balancer", "local_balancer") and t.shared["load_balancer"]["kind"] in ("haproxy", "local"):
                m["balancer"] = t
            if m["serving"] and t.has(h, "control_plane"):
                m.update(encrypts=t, scheduler=t, sans=sorted(t.document("ClusterConfiguration").get("apiServer", {}).get("certSANs", [])))
                m["vip"] = t if t.shared["load_balancer"]["kind"] == "kube-vip" else None
                if m["member"] and not m["member"]["external"]:
                    m["data_dir"] = t.shared["etcd"]["data_dir"]
            if m["node"]:
                m.update(kubelet=t, patches=t, runtime=t, endpoint=t)
                if not t.has(h, "local_balancer", "load_balancer"):
                    m["balancer"] = None
                if h in j["evicting"]:
                    w.nodes[h]["taints"] = t.object(h).get("taints", [])
        for h in j["balancer"]["ends"]:
            self.machine(h)["vip"] = None
        for name in [n for n in self.extra.get("remove_addons", "").split(",") if n]:
            w.api["addons"].remove(name)
        self.site()

    def upgrade(self):
        w, t = self.world, self.tree
        self.look(self.hosts("all", without=["others", "leaving"]), survey_upgrades=True)
        self.judge()
        w.api["version"] = t.shared["cluster"]["kubernetes_version"]
        w.api["cluster_configuration"]["kubernetesVersion"] = "v" + w.api["version"]
        w.etcd = t.shared["etcd"].get("version", "") or w.etcd
        for h in self.play:
            m = self.machine(h)
            if m["node"]:
                m["version"] = w.api["version"]
                if m["runtime"].shared["runtime"]["name"] == t.shared["runtime"]["name"]:
                    m["runtime"] = t
        self.reconfigure()

    def remove_host(self):
        w, t, host = self.world, self.tree, self.extra["host"]
        back = t.hosts[host]["node_ip"] in {t.hosts[h]["node_ip"] for h in t.hosts if not t.has(h, "leaving")}
        self.local = {"remove_first": back}
        self.look(self.hosts("etcd", "control_plane", "load_balancer", "leaving") | {host}, survey_without=host)
        self.judge()
        role = LOADER.load_from_file(t.path + "/ansible/roles/remove/vars/main.yml")
        left = self.truth(self.play[0], "remove_left | bool", **role)
        broken = [" ".join(text.split()) for text in self.value(self.play[0], "{{ remove_checks | selectattr('broken') | map(attribute='text') | list }}", **role)]
        if broken:
            raise Refused("; ".join(broken))
        if not back:
            self.site()
        if not left:
            m = self.machine(host)
            w.nodes.pop(host, None)
            w.members.pop(host, None)
            m.update(node=False, serving=False, member=None, balancer=None, vip=None, servers=None, environment=False)
            if not back:
                m["gone"] = True
        if back:
            self.site()

    def move_etcd(self):
        w, t = self.world, self.tree
        self.look(self.hosts("all", without=["others"]), survey_moves=True)
        self.judge()
        external = t.shared["etcd"]["placement"] == "external"
        for h in self.judged["etcd"]["joining"]:
            if external:
                self.enter(h)
        if not external:
            for h in self.play:
                m = self.machine(h)
                own = next((u for u in t.members if u["name"] == h), None)
                if m["serving"] and own:
                    m.update(member=dict(own, external=False), data_dir=t.shared["etcd"]["data_dir"], servers=["https://127.0.0.1:2379"])
                    w.members[h] = m["member"]
        for h in self.play:
            m = self.machine(h)
            if m["serving"] and external:
                m["servers"] = [u["clientURL"] for u in t.members]
        for h in self.judged["leaves"]:
            w.members.pop(h, None)
            m = self.machine(h)
            m["environment"] = m["member"]["external"]
            m["member"] = None
        w.api["cluster_configuration"] = dict(self.judged["target"] or w.api["cluster_configuration"], kubernetesVersion="v" + w.api["version"])
        self.site()

    def backup_etcd(self):
        self.look(self.hosts("etcd", "control_plane"), survey_installs=False)

    def renew_certs(self):
        self.look(self.hosts("etcd", "control_plane"), survey_installs=False)

    def reboot(self):
        self.look(self.hosts("all", without=["others", "leaving"]), survey_brings_settings=True)
        self.judge()


def minor(tree):
    return tree.shared["runtime"]["version"].rpartition(".")[0]


def listed(value):
    return value if isinstance(value, list) else [value]


PROGRAM = {}


def judged(case):
    path = PROGRAM["path"]
    code = PROGRAM.setdefault("code", compile(read(path), path, "exec"))
    out, stdin = io.StringIO(), sys.stdin
    sys.stdin = io.StringIO(json.dumps(case))
    try:
        with contextlib.redirect_stdout(out):
            exec(code, {"__name__": "judge"})
    finally:
        sys.stdin = stdin
    return json.loads(out.getvalue())


def by_hand(world, step):
    """does what a page of the runbook says."""
    t, kind = world.new, step["id"].partition(":")[0]
    if kind == "kube-proxy-mode":
        world.api["proxy"]["mode"] = t.document("KubeProxyConfiguration")["mode"]
    elif kind == "pod-network":
        world.api["network"] = t
    elif kind == "encryption-plugin":
        live, planned = (d.get("apiServer", {}) for d in (world.api["cluster_configuration"], t.document("ClusterConfiguration")))
        world.api["cluster_configuration"]["apiServer"] = dict(live, **{k: planned[k] for k in ("extraArgs", "extraVolumes") if k in planned})
        for m in world.machines.values():
            if m["serving"]:
                m["encrypts"] = t
    elif kind == "etcd-address":
        for h in step["hosts"]:
            m = next(m for m in world.machines.values() if m["name"] == h)
            at = next(a for a, x in world.machines.items() if x is m)
            world.machines[t.hosts[h]["node_ip"]] = world.machines.pop(at)
            m["member"] = world.members[h] = dict(next(u for u in t.members if u["name"] == h), external=True)
    elif kind in ("node-again", "remove-worker", "remove-control-plane", "remove-member", "remove-balancer"):
        for h in step["hosts"]:
            at = next(a for a, x in world.machines.items() if x["name"] == h)
            m = world.machines.pop(at)
            world.nodes.pop(h, None)
            world.members.pop(h, None)
            m.update(node=False, serving=False, member=None, balancer=None, vip=None, servers=None)
            if h in t.hosts:
                world.machines[t.hosts[h]["node_ip"]] = m
            if kind == "node-again":
                Run(world, "site.yml", {"later": "true"}, "")
    elif kind == "enforce":
        world.selinux = True
    elif kind == "reinstall":
        for m in world.machines.values():
            m["tree"] = t


def appear(world):
    """switches new machines on."""
    for h, values in world.new.hosts.items():
        if values["node_ip"] not in world.machines and not world.new.has(h, "leaving") \
                and not any(m["name"] == h for m in world.machines.values()):
            world.machines[values["node_ip"]] = {"name": h, "tree": world.new, "node": False, "serving": False, "member": None, "balancer": None, "vip": None,
                                                 "kubelet": world.new, "runtime": world.new, "sans": [], "servers": None, "encrypts": world.new,
                                                 "scheduler": world.new, "patches": world.new, "data_dir": "", "version": "", "endpoint": world.new}


def carry_out(case):
    """carries the steps of an edit out, and returns what went wrong."""
    world = World(Tree(case["old"]), Tree(case["new"]))
    PROGRAM["path"] = case["new"] + "/ansible/roles/survey/files/judge.py"
    PROGRAM.pop("code", None)
    appear(world)
    for i, step in enumerate(case["steps"]):
        if step["by_hand"]:
            if step["id"].partition(":")[0] not in ("tool", "machines"):
                try:
                    by_hand(world, step)
                except Refused as e:
                    return "step %d, %s by hand: %s" % (i + 1, step["id"], e)
        for command in step["commands"]:
            words = shlex.split(command)
            extra = dict(words[k + 1].partition("=")[::2] for k, w in enumerate(words) if w == "-e")
            limit = words[words.index("--limit") + 1] if "--limit" in words else ""
            try:
                Run(world, words[1], extra, limit)
            except Refused as e:
                return "step %d, %s: %s" % (i + 1, command, e)
    # What is left: a last run of site.yml finds nothing to do, and all that the topology says is there.
    try:
        last = Run(world, "site.yml", {}, "")
    except Refused as e:
        return "at the end: site.yml: %s" % e
    if last.judged["pending"] or last.judged["etcd"]["joining"] or last.judged["orphans"]:
        return "at the end: %s" % json.dumps([last.judged[k] for k in ("pending", "orphans")])
    want = {h for h in world.new.groups["kubelet"]}
    if set(world.nodes) != want:
        return "at the end: nodes %s, not %s" % (sorted(world.nodes), sorted(want))
    if {n: u["peerURL"] for n, u in world.members.items()} != {u["name"]: u["peerURL"] for u in world.new.members}:
        return "at the end: members %s" % sorted(world.members)
    return ""


def main():
    out = {}
    for case in json.load(sys.stdin):
        out[case["name"]] = carry_out(case)
    print(json.dumps(out))


main()
