"""Compare the plan with the running cluster before anything changes.

Reads JSON with the keys plan, hosts, cluster, adopt, later, upgrades, and moves. Hosts that did not answer are missing from "hosts"; that
does not mean that they have no data. Prints JSON:

    problems        why the playbook must stop, as sentences
    etcd            state of external etcd: "begin" (none of its hosts has data) or "run", and the hosts that join one by one ("joining")
    moves           while etcd moves between control planes and separate hosts: the host whose member is asked until the end; "" otherwise
    leaves          the hosts whose members are removed by that move
    endpoints       control planes whose API server has a different list of external etcd members
    pending         planned settings that the cluster lacks; reconfigure.yml applies them
    configuration   the cluster's ClusterConfiguration with the changes that site.yml may make; null if there are none
    target          the cluster's ClusterConfiguration with all planned settings, for reconfigure.yml
    certificates    control planes whose API server certificate has a name too few or too many
    kubelet, proxy  whether the configuration of kubelets or kube-proxy differs from the plan
    lagging         nodes whose kubelet has another configuration than the cluster's: they were away when it changed
    kubelet_target, proxy_target   these configurations with all planned settings, without fields that the plan dropped
    etcd_local      whether stacked etcd members get other settings or another image
    images          whether cluster DNS and kube-proxy get other images
    evicting        nodes that get a NoExecute taint; they are drained first
    repods          nodes whose pods must restart, because they have settings of the pod network from before
    drained         nodes that an interrupted run of a playbook has drained and not uncordoned
    orphans         addons in the cluster that the plan no longer has
    network         "settings" if the pod network changes; "pods" if only restarted pods use the change; "kept" if a person must make it, so
                    nothing is applied; "" if nothing changes
    balancer        changes to the load balancer of the API servers:
                    opens     balancers that get a second address or port next to the current one
                    switch    whether their address or virtual router changes
                    starts    whether kube-vip is new
                    ends      control planes that still run kube-vip and should not
                    retune    control planes whose kube-vip gets other settings
                    second    control planes whose kube-vip has another address: a second kube-vip holds the new one while clients move
                    hands     whether that address is then handed over
                    takes     the kind of balancer that has the planned address now and gives it up
                    renames   whether the endpoint's name gets another address
    encryption      {"change", "off"}: whether the keys for encryption at rest change, and whether encryption ends
    endpoint        {"from", "to"} if hosts and records must use another endpoint; null otherwise
    upgrade         remaining work of upgrade.yml: versions "from" and "to"; "record" (kubeadm's record has the old version); "etcd" (members
                    get a newer version); "control_planes" and "nodes" that still run the old version; "unfinished" (those of the control
                    planes where kubeadm was stopped half-way); "members_first" (stacked members that need a newer patch before the next minor)
"""
import ipaddress
import json
import re
import sys

# Paths of the ClusterConfiguration that never change during a cluster's life, with their meaning.
FIXED = {
    "clusterName": "the name of the cluster",
    "networking.podSubnet": "the pods' range (network.pod_subnets)",
    "networking.serviceSubnet": "the Services' range (network.service_subnets)",
    "networking.dnsDomain": "the DNS domain (network.dns_domain)",
    "certificatesDir": "the directory of the certificates",
}
# Paths that follow from the current hosts: site.yml handles them itself.
MEMBERSHIP = ("etcd.external.endpoints", "apiServer.certSANs", "etcd.local.serverCertSANs", "etcd.local.peerCertSANs")
# kubeadm's defaults for unset fields: not a difference.
# Source: cmd/kubeadm/app/apis/kubeadm/v1beta4/defaults.go of Kubernetes
DEFAULTS = {
    "certificatesDir": "/etc/kubernetes/pki", "etcd.local.dataDir": "/var/lib/etcd", "clusterName": "kubernetes", "networking.dnsDomain": "cluster.local",
    "imageRepository": "registry.k8s.io", "encryptionAlgorithm": "RSA-2048", "certificateValidityPeriod": "8760h0m0s", "caCertificateValidityPeriod": "87600h0m0s",
    "networking.serviceSubnet": "10.96.0.0/12",
}
KEY = "/etc/kubernetes/pki/encryption.yaml"
UNBALANCED = {"opens": [], "switch": False, "starts": False, "ends": [], "retune": [], "second": [], "hands": False, "takes": "", "renames": False, "port": "", "address": "",
              "proxies": False, "proxied": []}
UNTOUCHED = ("apiVersion", "kind", "kubernetesVersion")


def names(found):
    return ", ".join(sorted(found))


def shown(value):
    """returns a value as a sentence shows it."""
    return "nothing" if value is None else value


def flat(value, path=""):
    """returns {path: value} of a document. A list of {name, value} counts as an unordered mapping, any other list as a single value."""
    if isinstance(value, dict):
        out = {}
        for key, inner in value.items():
            out.update(flat(inner, path + "." + key if path else key))
        return out
    if isinstance(value, list):
        if path.endswith("extraArgs"):
            out = {}
            for item in value:
                out.setdefault("%s.%s" % (path, item["name"]), []).append(item["value"])
            return {key: ", ".join(sorted(values)) for key, values in out.items()}
        if path.endswith("SANs") or path.endswith("endpoints"):
            return {path: sorted(value)}
    return {path: value}


def differences(planned, live):
    """returns the paths at which two ClusterConfigurations differ, ignoring defaults."""
    want, have = flat(planned), flat(live)
    out = []
    for path in sorted(set(want) | set(have)):
        if path in UNTOUCHED:
            continue
        default = DEFAULTS.get(path)
        if (want.get(path) or default) != (have.get(path) or default):
            out.append((path, have.get(path, default), want.get(path, default)))
    return out


def inside(value, path):
    """returns the value at a path of keys, None if there is none."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


EMPTY = ({}, [], "", None)  # kubeadm leaves such fields out of a node's file


def without(value, path):
    """returns a document without the value at a path of keys, and without parents that become empty: kubeadm does not write them."""
    if not isinstance(value, dict) or path[0] not in value:
        return value
    rest = {k: v for k, v in value.items() if k != path[0]}
    inner = without(value[path[0]], path[1:]) if len(path) > 1 else {}
    if inner != {}:
        rest[path[0]] = inner
    return rest


def merged(live, planned):
    """merges a document into another one recursively."""
    out = dict(live)
    for key, value in planned.items():
        out[key] = merged(out[key], value) if isinstance(value, dict) and isinstance(out.get(key), dict) else value
    return out


# The oldest patch of an etcd minor that every member must run before the first one moves to the next minor.
# Sources: https://etcd.io/docs/v3.6/upgrades/upgrade_3_6/, https://etcd.io/docs/v3.7/upgrades/upgrade_3_7/
LEAVING = {(3, 5): "3.5.26", (3, 6): "3.6.11"}


def number(version):
    """parses a version for comparison. A suffix after a hyphen, as in 1.37.0-rc.1, sorts before the release."""
    plain, _, before = version.lstrip("v").partition("-")
    return tuple(int(part) for part in plain.split(".")) + (0 if before else 1,)


def holds(wide, narrow):
    """returns whether each range of the first list contains the range at the same position of the second (lists in kubeadm's notation)."""
    many, few = ([ipaddress.ip_network(part) for part in (text or "").split(",") if part] for text in (wide, narrow))
    return bool(few) and len(many) == len(few) and all(
        a.version == b.version and a.prefixlen <= b.prefixlen and b.network_address in a for a, b in zip(many, few))


def host_of(url):
    return url.split("//")[-1].rsplit(":", 1)[0].strip("[]")


def loopback(url):
    host = host_of(url)
    return host == "localhost" or host in ("127.0.0.1", "::1")


class Judge:
    def __init__(self, given):
        self.plan, self.hosts, self.cluster = given["plan"], given["hosts"], given["cluster"]
        self.adopt, self.later, self.upgrades, self.moves = given["adopt"], given["later"], given.get("upgrades", False), given.get("moves", False)
        self.network, self.repod, self.kept, self.members_first = False, False, False, []
        ranges = [(c or {}).get("networking", {}).get("podSubnet") for c in (
            self.plan.get("cluster_configuration"), (self.cluster or {}).get("cluster_configuration"))]
        self.widened = ranges[0] != ranges[1] and holds(*ranges)
        self.problems, self.pending, self.by_hand, self.evicting, self.targets = [], [], [], [], {}
        self.planned = {m["name"]: m for m in self.plan["members"]}
        self.urls = {m["peerURL"]: m for m in self.plan["members"]}
        self.serving = [n for n, h in self.hosts.items() if h["kubernetes"]["serving"]]
        self.begun = bool(self.serving)
        # A leaving host keeps its current role.
        self.answers = {n: h["etcd"]["member"] for n, h in self.hosts.items() if h["etcd"]["member"]}
        self.external = self.plan["placement"] == "external"

    def no(self, text, *args):
        self.problems.append(text % args)

    # ---- etcd ----
    def placement(self):
        for name in sorted(self.serving):
            servers = self.hosts[name]["kubernetes"]["etcd_servers"]
            if not servers:
                continue
            found = "stacked" if all(loopback(u) for u in servers) else "external"
            if found != self.plan["placement"] and self.plan.get("endpoints"):
                self.no("The API server of %s stores everything in %s etcd (%s), and the topology uses an etcd that is managed elsewhere. No playbook moves the data: "
                        "the API servers would start on an empty etcd. Revert the edit of the block etcd, or build another cluster.", name, found, ", ".join(servers))
                return
            if found != self.plan["placement"] and not self.moves:
                self.no("The API server of %s stores everything in %s etcd (%s), and the topology says %s. An empty etcd would start next to the one that holds "
                        "the data. move-etcd.yml moves it, member by member, while writes continue. To leave it where it is, write topology = \"%s\" in the block "
                        "etcd.", name, found, ", ".join(servers), self.plan["placement"], found)
                return
        for name, host in sorted(self.hosts.items()):
            used = host["etcd"]["data_dir"]
            if not self.external and used and name in self.planned and host["etcd"]["data"] and used != self.plan["data_dir"]:
                self.pending.append("etcd.local.dataDir: etcd of %s keeps its data in %s, the topology says %s" % (name, used, self.plan["data_dir"]))

    def old(self):
        """returns the hosts whose members are removed when etcd moves: control planes with a member that is planned elsewhere, and hosts of
        external etcd that leave. etcd's own member list decides which of them are members."""
        listed = {m["name"] for answer in self.answers.values() if answer["quorum"] for m in answer["members"]}
        if self.external:
            return sorted(n for n in self.serving if n in listed and n not in self.planned)
        return sorted(n for n in self.plan["leaving"] if n in listed and not self.hosts.get(n, {}).get("kubernetes", {}).get("serving"))

    def moving(self):
        """returns the member that is asked while etcd moves, "" if etcd does not move."""
        live = (self.cluster or {}).get("cluster_configuration") or {}
        recorded = "external" if "external" in live.get("etcd", {}) else "stacked"
        elsewhere = [n for n in self.serving if self.hosts[n]["kubernetes"]["etcd_servers"]
                     and all(loopback(u) for u in self.hosts[n]["kubernetes"]["etcd_servers"]) == self.external]
        old = self.old()
        if self.plan.get("endpoints"):
            return ""
        if not (self.begun and (elsewhere or live and recorded != self.plan["placement"] or old and (self.external or self.moves))):
            return ""
        if not self.moves:
            self.no("The move of etcd away from %s is not finished: move-etcd.yml was interrupted. Run it again: it continues where it stopped.", names(old) or names(elsewhere))
            return ""
        both = sorted(n for n in self.planned if n in self.hosts and (self.external and self.hosts[n]["kubernetes"]["serving"]
                      or not self.external and self.hosts[n].get("services", {}).get("etcd", {}).get("running")))
        if both:
            self.no("%s would run two etcd members at the same ports during the move: a stacked and an external one. Give external etcd hosts of its own, "
                    "which are not control planes.", names(both))
        want, have = self.plan.get("etcd_version", ""), sorted({a["version"] for a in self.answers.values() if a.get("version")}, key=number)
        if want and have and {number(v)[:2] for v in have} != {number(want)[:2]}:
            self.no("etcd runs %s, and the new members would run %s. A move does not change etcd's minor version: %s", ", ".join(have), want,
                    "write a version of the running minor in the block etcd, move etcd, and upgrade it afterwards." if self.external else
                    "upgrade the external members to that minor first.")
        away = sorted(n for n in old if n not in self.answers)
        if away:
            self.no("The etcd member on %s does not answer. All members must be healthy before the first one is moved. Start it, then run this again.", names(away))
        speaking = [n for n in old if n in self.answers and self.answers[n]["quorum"]]
        if not speaking and elsewhere:
            self.no("None of the etcd members that hold the data answers. Start them, then run this again.")
        stays = [n for n in self.answers if n in self.planned and self.answers[n]["quorum"]]
        return (speaking or stays or [""])[0]

    def one_cluster(self):
        clusters = {}
        for name, answer in self.answers.items():
            clusters.setdefault(answer["cluster"], []).append(name)
        if len(clusters) > 1:
            self.no("The etcd members belong to different clusters: %s. Only one of these clusters holds the data of the API servers. Find out which, before you "
                    "stop or delete anything: RUNBOOK.md, \"When etcd's members disagree\".",
                    "; ".join("%s of cluster %s" % (names(members), cluster) for cluster, members in sorted(clusters.items())))
        return len(clusters) < 2

    def members(self):
        """returns the member list that a majority confirms, by peer URL; {} if no member answers."""
        lists = {}
        for name, answer in sorted(self.answers.items()):
            if answer["quorum"]:
                lists.setdefault(json.dumps(sorted((m["id"], sorted(m["peers"]), m["learner"]) for m in answer["members"])), []).append(name)
        if len(lists) > 1:
            self.no("The etcd members report different member lists: %s answer differently. A change of membership may still be in progress. Run this again "
                    "when `etcdctl member list` is the same on all of them.",
                    " and ".join(names(group) for group in lists.values()))
        for name in sorted(self.answers):
            if self.answers[name]["quorum"]:
                return {url: m for m in self.answers[name]["members"] for url in m["peers"]}
        return {}

    def etcd(self):
        """decides how external etcd continues."""
        data = sorted(n for n, h in self.hosts.items() if h["etcd"]["data"] and (n in self.planned or n in self.plan["leaving"]))
        lacking = sorted(n for n in self.planned if n in self.hosts and not self.hosts[n]["etcd"]["data"])
        live = self.members()
        if not live:
            return self.silent(data, lacking)
        self.strangers(live)
        joining = []
        for name, planned in self.planned.items():
            member, host = live.get(planned["peerURL"]), self.hosts.get(name)
            if member is None:
                if host is not None and host["etcd"]["data"] and not host["etcd"]["entering"]:
                    self.no("%s holds etcd data in %s, and is not a member of the cluster's etcd. Move that directory away if its data is not needed, then run this again.",
                            name, host["etcd"]["data_dir"] or self.plan["data_dir"])
                joining.append(name)
            elif not member["clients"] or member["learner"]:
                joining.append(name)
            elif host is not None and not host["etcd"]["data"]:
                self.no("%s is a member of etcd, and its data is gone. It must not start with an empty directory under the same name: a member that forgets its "
                        "votes can lose confirmed writes. To remove it and add it again: ansible-playbook replace-host.yml -e host=%s", name, name)
        joining = [n for n in joining if n in self.hosts]
        if joining:
            self.all_well(live, joining)
        return {"state": "run", "joining": joining, "members": {m["name"]: url for url, m in live.items() if m["clients"] and not m["learner"]}}

    def silent(self, data, lacking):
        """handles the case in which no member answers, or no majority."""
        marked = [n for n in data if self.hosts[n]["etcd"]["beginning"]]
        if not data and not self.begun:
            return {"state": "begin", "joining": []}
        if not data:
            self.no("The cluster has control planes (%s), and none of etcd's hosts holds any data. Check that the topology names the right hosts and data_dir. "
                    "If the data is lost, restore-etcd.yml restores a snapshot.", names(self.serving))
        elif data == marked and not self.begun:
            return {"state": "begin", "joining": []}  # an interrupted start: all of them started together
        elif lacking and self.external:
            self.no("No member of etcd answers for a majority. %s hold%s data, %s ha%s none, and it is unknown whether these belong to the same cluster. "
                    "Start etcd where there is data (`journalctl -u etcd` says why it does not run), then run this again. If the majority is lost "
                    "for good, restore-etcd.yml starts again from a snapshot.", names(data), "" if len(data) > 1 else "s", names(lacking), "ve" if len(lacking) > 1 else "s")
        return {"state": "run", "joining": []}

    def strangers(self, live):
        without = self.plan.get("without", "")  # the host that remove-host.yml takes out, and others whose turn comes, may be something else in the topology
        for url, member in sorted(live.items()):
            name = member["name"] or url
            if url in self.urls or name in self.plan["leaving"] or self.moves and name in self.serving \
                    or name == without or name in self.plan["nodes"] and (without or name not in self.planned):
                continue
            if name in self.planned:
                self.no("etcd knows %s at %s, and the topology says %s. No playbook changes the address of a running member. Revert the edit, or remove the member "
                        "(remove-host.yml) and let it join again.", name, url, self.planned[name]["peerURL"])
            else:
                self.no("etcd has a member that the topology lacks: %s, %s. To keep the member, add its host to the topology. Otherwise remove it with remove-host.yml.", name, url)

    def all_well(self, live, joining):
        """checks that a member may be added: the cluster must be able to lose it again at once."""
        voters = [m for m in live.values() if m["clients"] and not m["learner"]]
        ids = {answer["id"]: answer for answer in self.answers.values() if answer["quorum"]}
        well = [m for m in voters if m["id"] in ids]
        if len(well) < len(voters) and len(well) < (len(voters) + 1) // 2 + 1:
            self.no("%s is to become a member of etcd, and %s does not answer but is still a member. Adding one now could cost the majority. Start that member again "
                    "first, or replace its machine (replace-host.yml).", names(joining), names((m["name"] or m["peers"][0]) for m in voters if m["id"] not in ids))
        for name, answer in sorted(self.answers.items()):
            if answer["alarms"]:
                self.no("etcd on %s has an alarm: %s. No member is added until it is cleared: RUNBOOK.md, \"When etcd raises an alarm\".", name, ", ".join(answer["alarms"]))

    # ---- settings ----
    def settings(self, what, planned, live):
        """records where a component's configuration differs from the plan. Fields that the plan does not set stay as they are."""
        have = flat(live or {})
        found = ["%s %s: the cluster has %s, the topology %s" % (what, path, shown(have.get(path)), want)
                 for path, want in sorted(flat(planned or {}).items()) if path not in ("apiVersion", "kind") and (path != "clusterCIDR" or self.widened)  # otherwise see FIXED
                 and have.get(path) != want]
        dropped = [path for path in self.cluster.get("brought", {}).get(what, []) if inside(planned or {}, path) is None and inside(live or {}, path) is not None]
        found += ["%s %s: the cluster has %s, the topology nothing" % (what, ".".join(path), inside(live, path)) for path in dropped]
        target = merged(live or {}, planned or {})
        for path in dropped:
            target = without(target, path)
        self.targets[what] = target
        drivers = (have.get("cgroupDriver"), (planned or {}).get("cgroupDriver"))
        if live and None not in drivers and drivers[0] != drivers[1]:
            self.no("The kubelets and the container runtime use the cgroup driver %s, and the topology says %s. No playbook changes it, because every container of "
                    "a node must stop for that. Revert the edit, or replace the nodes one by one.", *drivers)
        modes = {have.get("mode"), (planned or {}).get("mode")}
        if live and modes == {"iptables", "ipvs"}:
            self.no("kube-proxy's mode %s is to become %s, and neither mode removes the other's rules. Change to nftables first and to the planned mode afterwards, "
                    "or reboot every node: RUNBOOK.md, \"Change settings by hand\".",
                    have["mode"], planned["mode"])
        if live:
            self.pending += found
        return bool(live and found)

    def defaulted(self):
        """removes a copied field: if httpEndpoints is empty, kubeadm copies external etcd's endpoints to it, and does so again without the copy."""
        live, planned = (c.get("etcd", {}).get("external", {}) for c in (self.cluster["cluster_configuration"], self.plan["cluster_configuration"]))
        if "httpEndpoints" not in planned:
            live.pop("httpEndpoints", None)

    def target(self):
        """returns the cluster's ClusterConfiguration with the plan's settings, in kubeadm's format."""
        live, planned = self.cluster["cluster_configuration"], self.plan["cluster_configuration"]
        out = dict(live)
        for key, value in planned.items():
            if key in UNTOUCHED:
                continue
            out[key] = dict(live.get(key) or {}, **value) if key in ("networking", "etcd") and isinstance(value, dict) else value
        if "featureGates" not in planned:
            out.pop("featureGates", None)
        if "external" in planned.get("etcd", {}):
            out["etcd"].pop("local", None)
        if "local" in planned.get("etcd", {}):
            out["etcd"] = {"local": dict({"dataDir": live.get("etcd", {}).get("local", {}).get("dataDir", "/var/lib/etcd")}, **planned["etcd"]["local"])}
        return out

    # ---- the API ----
    def noted(self):
        noted = self.cluster["noted"]
        if noted is None and not self.adopt:
            self.no("This cluster has no record of what it was built from (ConfigMap kube-system/k8splan): an earlier release or a person built it. "
                    "What can be compared was compared%s. If the cluster was built from this tree, run this again with -e adopt=true, which writes "
                    "the record.", " and agrees" if not self.problems else "")
        elif noted and noted.get("cluster", self.plan["name"]) != self.plan["name"]:
            self.no("This is the cluster %s, and the topology describes %s. Use the tree of this cluster, or correct the addresses in the topology.", noted["cluster"], self.plan["name"])

    def versions(self):
        want, etcd = self.plan["version"], self.plan.get("etcd_version", "")
        older = sorted({a["version"] for a in self.answers.values() if a.get("version")}, key=number)
        if self.external and etcd and not self.moves and {number(v)[:2] for v in older} - {number(etcd)[:2]}:
            self.no("etcd runs %s, and the topology says %s. This playbook does not change etcd's minor version: every member must first run a patch release that "
                    "supports the next minor. upgrade.yml does it.", names(older), etcd)
        text = "This playbook does not upgrade Kubernetes: API servers come before kubelets, and each node is drained first. upgrade.yml does it."
        others = {s: v for s, v in self.cluster["versions"].items() if v != want}
        if others:
            self.no("The API servers run %s, and the topology says %s. %s", names(set(others.values())), want, text)
            return
        others = {n: i["version"] for n, i in self.cluster["nodes"].items() if n in self.plan["nodes"] and i["version"] != want}
        if others:
            shown = sorted(others)[:5]
            self.no("%s%s run%s Kubernetes %s, and the topology says %s. %s", ", ".join(shown), " and %d others" % (len(others) - 5) if len(others) > 5 else "",
                    "" if len(others) > 1 else "s", names(set(others.values())), want, text)

    def upgrade(self):
        """returns the remaining steps of an upgrade, if it is allowed."""
        want, cluster = self.plan["version"], self.cluster
        names_of = {address: name for name, address in self.plan["nodes"].items()}
        servers = {names_of.get(host_of(server), server): version for server, version in cluster["versions"].items()}
        nodes = {n: i for n, i in cluster["nodes"].items() if n in self.plan["nodes"]}
        record = (cluster["cluster_configuration"] or {}).get("kubernetesVersion", "v" + want).lstrip("v")
        there = sorted(set(servers.values()) | {i["version"] for i in nodes.values()} | {record}, key=number)
        oldest = there[0]
        if number(want) < number(there[-1]):
            self.no("The cluster runs Kubernetes %s, and the topology says %s. kubeadm does not go back to an older version, and etcd may already store objects in a newer "
                    "format. Write the running version in the topology. To go back, restore a snapshot into a cluster of the old version (RUNBOOK.md, \"When etcd has lost "
                    "its quorum for good\").", there[-1], want)
        elif number(want)[:2] > (number(oldest)[0], number(oldest)[1] + 1):
            self.no("The cluster runs Kubernetes %s, and the topology says %s. An upgrade moves one minor at a time: k8splan upgrade-path --from %s --to %s lists the "
                    "versions in between. For each of them: write it in the topology, generate, and run this.", oldest, want, oldest, want)
        silent = sorted(set(self.serving) - set(servers))
        if silent:
            self.no("The API server of %s does not answer. Every control plane must be healthy before the first one is upgraded. On the host: crictl ps -a, "
                    "journalctl -u kubelet.", names(silent))
        listed = {m["name"] for a in self.answers.values() if a["quorum"] for m in a["members"]}
        staying = sorted(n for n in self.plan["leaving"] if n in listed or cluster["nodes"].get(n, {}).get("control_plane"))
        if staying:
            self.no("%s %s no longer in the topology, and still a control plane or a member of etcd: it would keep the old version. Put it back in the topology, "
                    "generate, upgrade, and remove it afterwards.", names(staying), "is" if len(staying) == 1 else "are")
        local = ((cluster["cluster_configuration"] or {}).get("etcd") or {}).get("local")
        kept = (local or {}).get("dataDir", DEFAULTS["etcd.local.dataDir"])
        for name in sorted(self.serving):
            used = self.hosts[name]["etcd"]["data_dir"]
            if local is not None and used and used != kept:
                self.no("etcd of %s keeps its data in %s, and kubeadm's record of the cluster says %s: kubeadm would start it on an empty directory. A run of "
                        "reconfigure.yml was interrupted. Write %s in the topology again, generate, and run reconfigure.yml to the end. Upgrade afterwards.",
                        name, used, kept, oldest)
        lame = sorted(n for n, i in nodes.items() if not i["ready"])
        if lame:
            self.no("%s %s not Ready. Every node must be Ready before the first one is drained. kubectl describe node says why.", names(lame), "is" if len(lame) == 1 else "are")
        if self.plan.get("rekind"):
            self.no("The containers of %s run in another container runtime than %s, or files of one are left there. Change the runtime and the version in separate "
                    "edits: revert one of them in the topology, and apply the other first (reconfigure.yml for the runtime).", names(self.plan["rekind"]), self.plan["runtime"])
        strange = sorted(n for n in self.plan["nodes"] if n not in cluster["nodes"])
        if strange:
            self.no("%s %s not joined yet. Join and upgrade in separate edits: take the new host%s out of the topology, upgrade, and join afterwards.", names(strange),
                    "has" if len(strange) == 1 else "have", "" if len(strange) == 1 else "s")
        unfinished = sorted(n for n in self.serving if self.hosts[n]["kubernetes"].get("upgrading") == want)
        left = {
            "from": oldest, "to": want, "record": record != want, "etcd": self.etcd_rises(), "unfinished": unfinished,
            "control_planes": sorted({n for n, v in servers.items() if v != want} | set(unfinished)),
            "nodes": sorted(n for n, i in nodes.items() if i["version"] != want or i.get("ours")),
            "ours": sorted(n for n, i in nodes.items() if i.get("ours")),
            "cordoned": sorted(n for n, i in nodes.items() if i["unschedulable"] and not i.get("ours")),
        }
        left["members_first"] = self.members_first
        left["minor"] = number(oldest)[:2] != number(want)[:2]
        return left

    def etcd_rises(self):
        """returns whether etcd members get a newer version, and reports if one step cannot do that."""
        want = self.plan.get("etcd_version", "")
        have = sorted({a["version"] for a in self.answers.values() if a["version"]}, key=number)
        if not want or not have or number(have[0]) >= number(want):
            if want and have and number(have[-1])[:2] > number(want)[:2]:
                self.no("etcd runs %s, and the topology says %s. etcd does not go back to an older minor. Revert the edit; the only way back is a snapshot.", have[-1], want)
            return False
        floor = LEAVING.get(number(have[0])[:2])
        if number(want)[:2] > (number(have[0])[0], number(have[0])[1] + 1):
            self.no("etcd runs %s, and the topology says %s. etcd moves one minor at a time%s.", have[0], want,
                    ": write a version of the next minor in the block etcd first" if self.external else "")
        elif floor and number(want)[:2] > number(have[0])[:2] and number(have[0]) < number(floor):
            on_the_way = self.plan.get("etcd_on_the_way") or ""
            if not self.external and on_the_way and number(on_the_way) >= number(floor):
                self.members_first = sorted(n for n, a in self.answers.items() if a["version"] and number(a["version"]) < number(floor))
                return True
            self.no("etcd runs %s, and the topology says %s. Every member must run %s or newer before the first one moves to the next minor: %s", have[0], want, floor,
                    "write that version in the block etcd first, generate, and run this." if self.external else
                    "pin etcd.local.imageTag in kubeadm's record and roll the members (RUNBOOK.md, \"Upgrade Kubernetes\").")
        return True

    def nodes(self):
        if self.plan["cloud"]:
            return
        for name, node in sorted(self.cluster["nodes"].items()):
            planned = self.plan["nodes"].get(name)
            if planned and node["addresses"] and ipaddress.ip_address(planned) not in [ipaddress.ip_address(a) for a in node["addresses"]]:
                self.no("Node %s has the address %s, and the topology says %s. A joined node cannot change its address. Revert the edit, or remove the node "
                        "(remove-host.yml) and let it join again with the new address.", name, ", ".join(node["addresses"]), planned)

    def lagging(self):
        """returns the nodes whose kubelet lacks a field of the cluster's configuration. kubeadm writes all of it to the node, and patches then
        change fields, so with patches a difference may be meant: reconfigure.yml looks, and restarts no kubelet that has the right file."""
        live = dict(self.cluster.get("kubelet_configuration") or {})
        live.pop("containerRuntimeEndpoint", None)  # each node's own. Source: cmd/kubeadm/app/phases/kubelet/config.go of Kubernetes
        found = sorted(name for config, hosts in self.plan.get("kubelets", []) for name in hosts
                       if isinstance(config, dict) and any(config.get(k) != v and v not in EMPTY for k, v in live.items()))
        if found and not self.plan.get("kubelets_patched") and not self.upgrades:
            self.pending.append("the kubelet of %s has another configuration in /var/lib/kubelet/config.yaml than the cluster's (ConfigMap kubelet-config)" % names(found))
        return found

    def behind(self):
        """returns whether an interrupted run has changed kube-proxy's configuration without restarting all of its pods. An upgrade restarts all of them."""
        found = [n for n in self.cluster.get("proxies_behind", []) if n in self.plan["nodes"]]
        if not found or self.upgrades:
            return False
        self.pending.append("kube-proxy on %s is older than its configuration (ConfigMap kube-proxy)" % names(found))
        return True

    def labels(self):
        """compares settings that a joined node only gets from its kubelet's flags, or after a drain."""
        reflagged = self.plan.get("reflag", [])
        if reflagged:
            self.pending.append("the kubelet of %s has flags in /var/lib/kubelet/kubeadm-flags.env that differ from the topology" % names(reflagged))
        if self.plan.get("reschedule"):
            self.pending.append("the scheduler of %s runs with profiles that differ from the topology" % names(self.plan["reschedule"]))
        if self.plan.get("repatch"):
            self.pending.append("kubeadm wrote the files of %s with patches that differ from the topology" % names(self.plan["repatch"]))
        if self.plan.get("rekind"):
            self.pending.append("the containers of %s run in another container runtime than %s, or files of one are left there: each node is drained for it"
                                % (names(self.plan["rekind"]), self.plan["runtime"]))
        if self.plan.get("redrain"):
            self.pending.append("the container runtime of %s has another minor than %s: each node is drained for it"
                                % (names(self.plan["redrain"]), self.plan["runtime"]))
        for name, planned in sorted(self.plan["objects"].items()):
            node, wanted = self.cluster["nodes"].get(name), json.loads(planned)
            if node is None:
                continue
            for key, value in sorted(wanted.get("labels", {}).items()):
                if key in node["labels"] and node["labels"][key] != value and name not in reflagged:
                    self.by_hand.append("%s has %s = %s, the topology %s: change it in --node-labels of /var/lib/kubelet/kubeadm-flags.env there and "
                                        "restart the kubelet, which otherwise puts it back" % (name, key, node["labels"][key], value))
            for taint in wanted.get("taints", []):
                if taint["effect"] == "NoExecute" and [taint["key"], "NoExecute", taint.get("value", "")] not in node["taints"]:
                    self.evicting.append(name)
                    value = "=" + taint["value"] if taint.get("value") else ""
                    self.pending.append("%s lacks the taint %s%s:NoExecute: it evicts pods at once, so the node is drained first" % (name, taint["key"], value))

    def flannel(self):
        if not self.cluster["flannel"] or not self.plan["flannel"]:
            return
        runs, planned = self.cluster.get("flannel_images"), self.plan.get("flannel_images")
        if runs and planned and runs != planned:
            self.pending.append("flannel runs from %s, the topology says %s" % (names(set(runs) - set(planned)) or names(runs), names(set(planned) - set(runs))))
            self.network = True
        have, want = flat(json.loads(self.cluster["flannel"])), flat(self.plan["flannel"])
        for path in sorted(set(want) | {"Backend.MTU", "Backend.Port"}):
            before, after = have.get(path), want.get(path)
            if before == after or path in ("Network", "IPv6Network") and holds(after, before) and self.widened:
                continue
            if path in ("Network", "IPv6Network", "Backend.Type", "Backend.Port"):
                self.no("flannel runs with %s = %s, and the topology says %s. Nodes with different values do not reach each other's pods, so no playbook changes "
                        "it in a running cluster. Revert the edit, or build another cluster.", path, shown(before), shown(after))
                continue
            self.pending.append("flannel %s: the cluster has %s, the topology %s" % (path, shown(before), shown(after)))
            self.network = True
            self.repod = self.repod or path == "Backend.MTU"

    def calico(self):
        """compares Calico. Its operator rolls out a version, an MTU, a registry, and a data plane node by node. It does not change address
        ranges, encapsulation, or BGP in use."""
        have, want = self.cluster.get("calico"), self.plan.get("calico")
        if not have or not want:
            return
        if have["version"] and have["version"] != want["version"]:
            if number(have["version"]) > number(want["version"]):
                self.hand("Calico %s, where %s runs" % (want["version"], have["version"]))
            else:
                self.pending.append("Calico: the cluster runs %s, the topology says %s" % (have["version"], want["version"]))
                self.network = True
        before, after = flat(have["spec"]), flat(want["spec"])
        for path in sorted(set(after) | {"calicoNetwork.mtu"}):
            if path.endswith(".ipPools"):
                fields = [{key: pool.get(key) for key in ("cidr", "encapsulation")} for pool in before.get(path) or []]
                wanted = [{key: pool[key] for key in ("cidr", "encapsulation")} for pool in after[path]]
                if fields != wanted and not self.widened:
                    self.hand("Calico's pools %s, where %s are in use" % (json.dumps(wanted), json.dumps(fields)))
            elif (before.get(path) or None) == (after.get(path) or None) or path == "variant":
                continue
            elif path in ("calicoNetwork.mtu", "calicoNetwork.linuxDataplane", "registry", "imagePath"):
                self.pending.append("Calico %s: the cluster has %s, the topology %s" % (path, before.get(path) or "nothing", after.get(path) or "nothing"))
                self.network = True
                self.repod = self.repod or path == "calicoNetwork.mtu"
            else:
                self.hand("Calico %s %s, where the cluster has %s" % (path, after.get(path), before.get(path)))
        if have["encrypted"] != want["encrypted"] and (self.cluster["noted"] or {}).get("state") != "building":
            self.pending.append("Calico %s the traffic between nodes, and the topology %s" % (
                ("encrypts", "does not ask for it") if have["encrypted"] else ("does not encrypt", "asks for it")))
            self.network = self.repod = True

    def repods(self):
        """returns the nodes whose pods an interrupted run has not restarted. A node that is away has its turn when it is back."""
        found = sorted(n for n, i in self.cluster["nodes"].items() if i.get("repods") and i["ready"] and n in self.plan["nodes"])
        if found:
            self.pending.append("the pods of %s have settings of the pod network from before: each node is drained for it" % names(found))
        return found

    def hand(self, text):
        """records a change of the pod network that a person must make."""
        self.by_hand.append(text + " (RUNBOOK.md, \"Change the pod network\")")
        self.kept = True

    def configuration(self):
        """compares the plan with kubeadm's record. Returns the record with the fields that follow from the current hosts."""
        live, planned = self.cluster["cluster_configuration"], self.plan["cluster_configuration"]
        if not live or not planned or live.get("apiVersion") != planned.get("apiVersion"):
            return None
        changed = False
        for path, have, want in differences(planned, live):
            if path == "networking.podSubnet" and self.widened:
                self.pending.append("%s: the cluster has %s, the topology %s" % (path, have, want))
                self.network = True
            elif path == "networking.serviceSubnet" and (want or "").startswith("%s," % have):
                # The first range stays. https://kubernetes.io/docs/concepts/services-networking/dual-stack/
                self.pending.append("%s: the cluster has %s, the topology %s" % (path, have, want))
            elif path == "caCertificateValidityPeriod":
                continue  # the authorities keep the certificates that they have
            elif path in FIXED:
                self.no("The cluster was built with %s = %s, and the topology says %s. A running cluster cannot change it. Revert the edit, "
                        "or build another cluster.", FIXED[path], shown(have), shown(want))
            elif path.startswith(("etcd.local", "etcd.external")) and ("local" in live.get("etcd", {})) != ("local" in planned.get("etcd", {})):
                continue  # already reported above
            elif path in MEMBERSHIP:
                group, key = path.rsplit(".", 1)
                there = live
                for part in group.split("."):
                    there = there.setdefault(part, {})
                if path == "apiServer.certSANs" and not self.known(set(want or []) ^ set(have or [])):
                    self.pending.append("%s: %s" % (path, ", ".join(sorted(set(want or []) ^ set(have or [])))))
                    continue
                there[key] = want
                changed = True
            else:
                self.pending.append("%s: the cluster has %s, the topology %s" % (path, shown(have), shown(want)))
        return live if changed else None

    def certificates(self):
        """returns control planes whose API server certificate lacks a name or has an obsolete one. Renewal would keep both mistakes."""
        wanted = set(self.plan["cluster_configuration"].get("apiServer", {}).get("certSANs", []))
        gone = {san for san in set((self.cluster["cluster_configuration"] or {}).get("apiServer", {}).get("certSANs", [])) - wanted if not self.known({san})}
        out = []
        for name in sorted(set(self.serving) - set(self.plan["leaving"])):  # what leaves keeps its certificate to the end
            has = set(self.hosts[name]["kubernetes"]["sans"])
            lacking = sorted(san for san in wanted - has if not self.known({san}))
            if has and lacking:
                out.append(name)
                self.pending.append("the API server's certificate of %s lacks %s" % (name, ", ".join(lacking)))
            elif has & gone:
                out.append(name)
                self.pending.append("the API server's certificate of %s has %s, and the topology does not" % (name, names(has & gone)))
        return out

    def encryption(self):
        """compares encryption at rest. A new key needs a fixed order: every API server can read with it before the first one writes with it.
        An old key is removed in the reverse order."""
        planned = flat(self.plan["cluster_configuration"]).get("apiServer.extraArgs.encryption-provider-config", "")
        want = self.plan.get("encryption") or {"provider": "", "resources": []}
        page = "RUNBOOK.md has the steps: \"Change encryption at rest\"."
        out, seen = {"change": False, "off": False}, set()
        for name in sorted(self.serving):
            host = self.hosts[name]["kubernetes"]
            keys = host.get("keys")
            if KEY not in (planned, host["encrypts"]):
                continue
            if planned not in ("", KEY) or host["encrypts"] not in ("", KEY):
                self.no("The topology changes encryption at rest to or from a plugin (kms), and %s has a key for it. No playbook makes this change. %s", name, page)
                continue
            if keys is None and (host["encrypts"] and host["encryption"] == (want["provider"] if planned else "identity")):
                continue  # a foreign file that matches the topology
            if keys is None and host["encryption"]:
                self.no("%s on %s was not written by this playbook, or was edited since, and does not match the block encryption_at_rest. %s", KEY, name, page)
                continue
            seen.add(json.dumps(keys, sort_keys=True))
            if planned and not keys:
                self.pending.append("the topology asks for encryption at rest, and %s has no key for it" % name)
            elif not planned:
                self.pending.append("the API server of %s encrypts what it stores, and the topology has no block encryption_at_rest" % name)
                out["off"] = True
            else:
                lone = all(len(of) == 2 and of[0].partition(":")[0] == want["provider"] and of[1] == "identity" for of in keys.values())
                if lone and sorted(keys) == sorted(want["resources"]) and host["encrypts"]:
                    continue
                self.pending.append("the API server of %s encrypts %s, and the topology says %s with %s" % (
                    name, "; ".join("%s with %s" % (r, ", ".join(of)) for r, of in sorted(keys.items())), names(want["resources"]), want["provider"]))
            out["change"] = True
        if len(seen) > 1 and not out["change"]:
            self.pending.append("the API servers do not have the same keys")
            out["change"] = True
        return out

    def endpoint(self):
        """returns the current and the new endpoint of the API, if they differ."""
        live, planned = (c.get("controlPlaneEndpoint", "") for c in (self.cluster["cluster_configuration"] or {}, self.plan["cluster_configuration"]))
        return {"from": live, "to": planned} if live and planned and live != planned else None

    def balancer(self):
        """compares the load balancer of the API servers with the plan."""
        plan = self.plan.get("balancer", {"kind": ""})
        out = dict(UNBALANCED, opens=[])
        seen = {n: h["balancer"] for n, h in self.hosts.items() if "balancer" in h}
        proxies = sorted(n for n, b in seen.items() if b["ports"] and self.hosts[n]["services"]["haproxy"]["running"])
        sharing = sorted(n for n in proxies if True in (self.hosts[n]["services"]["keepalived"][k] for k in ("running", "enabled")))
        vips = {n: seen[n] for n in self.serving if n in seen and (seen[n]["kube_vip"] or seen[n]["kube_vip_next"])}
        held = sorted({a for n in sharing for a in seen[n]["addresses"]} | {b["kube_vip"] for b in vips.values()} - {""})
        out["address"] = plan.get("address", "")
        following = {b["kube_vip_next"] for b in vips.values()} - {""}
        if following - ({out["address"]} if plan["kind"] == "kube-vip" else set()):
            self.no("kube-vip is moving to %s, but the topology now has another address. Write virtual_ip = \"%s\" again, generate, and let "
                    "reconfigure.yml finish. Then change the address.", names(following), names(following))
        elif plan["kind"] == "haproxy":
            ports = sorted(set(re.findall(r"(?m)^ +bind (?:0\.0\.0\.0|\[::\]):(\d+)", plan["haproxy"])))
            router = (re.findall(r"(?m)^ *virtual_router_id (\d+)$", plan["keepalived"]) or [""])[0]
            out["port"] = ports[0] if ports else ""
            stay = [n for n in proxies if n in self.plan["balancers"]]
            for name in stay:
                have = seen[name] if name in sharing else dict(seen[name], addresses=[], router="")
                addresses = [out["address"]] if out["address"] else []
                if have["ports"] != ports or have["addresses"] != addresses:
                    out["opens"].append(name)
                    self.pending.append("the load balancer %s answers at %s, port %s, and the topology says %s, port %s" % (
                        name, ", ".join(have["addresses"]) or "its own address", ", ".join(have["ports"]), out["address"] or "its own address", ", ".join(ports)))
                elif have["router"] != router and router:
                    self.pending.append("the virtual router ID of the load balancer %s is %s, and the topology says %s" % (name, have["router"], router))
                out["switch"] = out["switch"] or have["addresses"] != addresses or have["router"] != router
            new = sorted(n for n in self.plan["balancers"] if n in self.hosts and n not in proxies)
            if (out["opens"] or out["switch"]) and new:
                self.no("%s is to become a load balancer while the address or the port of all of them changes. Make two edits: add the new load balancer first, "
                        "and change the address after it runs.", names(new))
            out["ends"] = sorted(vips)
            if vips:
                self.pending.append("kube-vip holds %s, and the topology has load balancers on hosts" % names({b["kube_vip"] for b in vips.values()}))
                out["takes"] = "kube-vip" if out["address"] in held else ""
        elif plan["kind"] == "kube-vip" and self.begun:
            moved = sorted(n for n, b in vips.items() if b["kube_vip"] != out["address"] or b["kube_vip_next"])
            if moved and (plan.get("bgp") or True in (b["kube_vip_bgp"] for b in vips.values())):
                self.no("kube-vip holds %s, and the topology says %s. With BGP, two instances of kube-vip cannot run on one host during the move. Change it by hand: "
                        "RUNBOOK.md, \"Change a load balancer\".", vips[moved[0]]["kube_vip"], out["address"])
            elif moved:
                # Once the first one has the new address on a host, the second one must not take it again.
                handed = out["address"] in {b["kube_vip"] for b in vips.values()}
                out["second"], out["hands"] = [] if handed else moved, True
                old = {b["kube_vip"] for b in vips.values()} - {"", out["address"]}
                self.pending.append("kube-vip holds %s, and the topology says %s" % (names(old) or "the new address next to another one", out["address"]))
            out["retune"] = sorted(n for n, b in vips.items() if n not in moved and n not in self.plan["leaving"] and b["manifest"] != plan["kube_vip"])
            if out["retune"]:
                self.pending.append("kube-vip on %s has settings that differ from the topology" % names(out["retune"]))
            if not vips:
                out["starts"] = True
                out["takes"] = "haproxy" if out["address"] in held else ""
                self.pending.append("kube-vip is not running yet, so no control plane has %s" % out["address"])
        elif vips:
            out["ends"] = sorted(vips)
            self.pending.append("kube-vip holds %s, and the topology has no load balancer" % names({b["kube_vip"] for b in vips.values()}))
        if plan["kind"] == "local":
            lack, misled = plan.get("unproxied", []), plan.get("misled", [])
            out["proxies"] = bool(lack or misled)
            if lack:
                self.pending.append("%s %s no proxy of its own to the API servers" % (names(lack), "has" if len(lack) == 1 else "have"))
            elif misled:
                self.pending.append("the endpoint's name does not resolve to the node's own proxy on %s" % names(misled))
        elif plan.get("proxied"):
            out["proxied"] = sorted(plan["proxied"])
            self.pending.append("proxies to the API servers run on %s, and the topology has none" % names(plan["proxied"]))
        out["renames"] = bool(plan.get("name")) and bool(out["opens"] or out["starts"] or out["ends"] or out["second"]) and out["address"] not in held \
            or out["proxies"] or bool(out["proxied"]) or bool(plan.get("name") and plan.get("misled"))
        return out

    def known(self, sans):
        """returns whether certificate names belong to hosts that join or leave. Each host handles its own names."""
        hosts = set(self.plan["nodes"]) | set(self.plan["nodes"].values()) | set(self.plan["leaving"]) | set(self.plan["leaving"].values())
        return sans <= hosts | set(self.plan["balancers"]) | set(self.plan["balancers"].values())

    def all(self):
        etcd, configuration, target, kubelet, proxy, certificates = {"state": "run", "joining": []}, None, None, False, False, []
        upgrade, endpoint, balancer, encryption = None, None, UNBALANCED, {"change": False, "off": False}
        moves, lagging, repods = "", [], []
        self.placement()
        if self.one_cluster() and not self.problems:
            moves = self.moving()
            if self.external and not self.plan.get("endpoints") or not self.external and self.begun:
                etcd = self.etcd()
        if self.cluster and "silent" in self.cluster:
            self.no("The cluster's API does not answer: %s. Without the API, the cluster cannot be compared with the topology, so nothing was changed. To find "
                    "the cause, run crictl ps -a and journalctl -u kubelet on a control plane.",
                    self.cluster["silent"])
        elif self.cluster:
            if self.upgrades:
                upgrade = self.upgrade()
            else:
                self.versions()
            self.nodes()
            self.labels()
            self.flannel()
            self.calico()
            repods = self.repods()
            self.defaulted()
            target = self.target() if self.cluster["cluster_configuration"] else None  # before it is changed for site.yml
            configuration = self.configuration()
            encryption = self.encryption()
            endpoint = self.endpoint()
            balancer = self.balancer()
            certificates = self.certificates()
            kubelet = self.settings("kubelet", self.plan["kubelet_configuration"], self.cluster["kubelet_configuration"])
            lagging = self.lagging()
            proxy = self.settings("kube-proxy", self.plan["kube_proxy"], self.cluster["kube_proxy"]) | self.behind()
            self.noted()
            if self.by_hand and not self.later:
                self.no("The topology has settings that no playbook changes on a running cluster: %s. Change them by hand, or continue without them: -e later=true.", "; ".join(self.by_hand))
            if self.pending and not self.later:
                self.no("The topology has settings that the cluster lacks and that this playbook does not apply: %s. reconfigure.yml applies them, "
                        "one host at a time. To join hosts before that: -e later=true.", "; ".join(self.pending))
        servers = {n: sorted(self.hosts[n]["kubernetes"]["etcd_servers"]) for n in self.serving}
        wanted = sorted(self.plan.get("endpoints") or [m["clientURL"] for m in self.plan["members"]])
        return {
            "orphans": sorted(set((self.cluster or {}).get("addons", [])) - set(self.plan.get("addons", []))),
            "problems": self.problems, "moves": moves, "leaves": self.old() if moves else [], "etcd": etcd, "pending": self.pending, "configuration": configuration,
            "repods": repods,
            "drained": sorted(n for n, i in ((self.cluster or {}).get("nodes") or {}).items() if i.get("ours") and n in self.plan["nodes"]),
            "evicting": sorted(set(self.evicting)), "etcd_local": any(p.startswith(("etcd.local.", "imageRepository:")) for p in self.pending),
            "images": any(p.startswith(("dns.", "imageRepository:")) for p in self.pending),
            "endpoint": endpoint, "balancer": balancer, "encryption": encryption,
            "network": "kept" if self.kept else "pods" if self.repod else "settings" if self.network else "",
            "certificates": certificates, "target": target, "kubelet": kubelet, "lagging": lagging, "proxy": proxy, "upgrade": upgrade,
            "kubelet_target": self.targets.get("kubelet", {}), "proxy_target": self.targets.get("kube-proxy", {}),
            "endpoints": sorted(n for n, s in servers.items() if self.external and s and s != wanted),
        }


print(json.dumps(Judge(json.load(sys.stdin)).all()))
