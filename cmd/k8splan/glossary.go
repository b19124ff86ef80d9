package main

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/topologies"
)

// glossaryTerm is a technical term that findings and pages use.
type glossaryTerm struct{ word, text, source string }

// glossary explains the terms that newcomers meet first, in alphabetical order.
var glossary = []glossaryTerm{
	{"boolean", "true or false, without quotes.",
		"https://developer.hashicorp.com/terraform/language/expressions/types"},
	{"bootstrap", "The bootstrap control plane is the one on which kubeadm init runs; all others join. bootstrap = true in a node block " +
		"chooses it. Once the cluster runs, it is a control plane like any other, and can be replaced.",
		"https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/high-availability/"},
	{"cidr", "A range of addresses in CIDR notation: an address, a slash, and how many leading bits are fixed. 10.0.0.0/24 has 256 " +
		"addresses, 10.0.0.0/16 has 65,536.",
		"https://www.rfc-editor.org/rfc/rfc4632"},
	{"cni", "The pod network is a CNI plugin: it gives pods addresses and routes between nodes. Nodes are NotReady before one runs. " +
		"`k8splan explain network.cni` lists what can be chosen.",
		"https://kubernetes.io/docs/concepts/extend-kubernetes/compute-storage-net/network-plugins/"},
	{"container-runtime", "The container runtime runs the containers of a node at the kubelet's request: containerd, CRI-O, or Docker " +
		"Engine with cri-dockerd. `k8splan explain container_runtime` lists its settings.",
		"https://kubernetes.io/docs/setup/production-environment/container-runtimes/"},
	{"control-plane", "A control plane is a host with the API server, the controller manager, and the scheduler. With stacked etcd it " +
		"holds a member of etcd too. Running pods continue without one, but nothing can be changed.",
		"https://kubernetes.io/docs/concepts/architecture/"},
	{"duration", "A time with a unit, as a string: \"100ms\", \"30s\", \"2m\", \"720h\". Days have no unit: 30 days are \"720h\".",
		"https://pkg.go.dev/time#ParseDuration"},
	{"drain", "To drain a node is to mark it unschedulable and to evict its pods, so that they start elsewhere. The playbook " +
		"drains a node before it upgrades or reboots it. A PodDisruptionBudget can stop a drain.",
		"https://kubernetes.io/docs/tasks/administer-cluster/safely-drain-node/"},
	{"endpoint", "The control plane endpoint is the name or address that every kubelet and client connects to. It is in the certificates " +
		"and on every node, so it is hard to move later. Choose a name, and put a load balancer behind it when there are several control " +
		"planes.",
		"https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/create-cluster-kubeadm/" +
			"#considerations-about-apiserver-advertise-address-and-controlplaneendpoint"},
	{"etcd", "etcd stores the state of the cluster. A write counts once a quorum of its members has it, so etcd survives the loss of " +
		"fewer than half of them: one of three, two of five.",
		"https://etcd.io/docs/v3.6/faq/"},
	{"external", "External etcd runs on its own machines, as services of systemd. Load on the API does not slow its disks, and a control " +
		"plane can be lost without a member of etcd. It takes more machines than stacked etcd.",
		"https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/ha-topology/"},
	{"failure-domain", "A failure domain is a place whose hosts fail together: a rack, a room, a zone. Write failure_domain in node " +
		"blocks, or " +
		"failure_domains in pools, and `k8splan simulate` simulates the loss of each.",
		"https://kubernetes.io/docs/setup/best-practices/multiple-zones/"},
	{"high-availability", "A highly available cluster keeps working when one host fails. It needs three or more members of etcd, so " +
		"that a " +
		"quorum is left; two or more control planes (three with stacked etcd) behind a load balancer that has no single point of " +
		"failure; and workers with room for the pods of a lost one. Spread all of these over failure domains. The type is " +
		"multi-etcd-multi-master; `k8splan simulate` shows what a design survives.",
		"https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/high-availability/"},
	{"integer", "A number without quotes or a fraction, such as 3.",
		"https://developer.hashicorp.com/terraform/language/expressions/types"},
	{"kubeadm", "kubeadm is the upstream tool that creates a cluster on prepared hosts: kubeadm init starts the first control " +
		"plane, and kubeadm join adds hosts. The tree has its configuration for each host.",
		"https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/"},
	{"kube-proxy", "kube-proxy runs on every node and forwards connections to a Service to its pods, with rules of nftables or " +
		"iptables.",
		"https://kubernetes.io/docs/reference/networking/virtual-ips/"},
	{"kubeconfig", "A kubeconfig is the file with which kubectl reaches a cluster: the endpoint, the certificate authority, and a " +
		"key. `ansible-playbook site.yml -e kubeconfig=FILE` in the tree writes one.",
		"https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/"},
	{"kubelet", "The kubelet is the agent on each node: it starts the pods that the API server assigns to the node, and reports their " +
		"status. The tree configures it through kubeadm.",
		"https://kubernetes.io/docs/concepts/architecture/#kubelet"},
	{"lease", "A lease records which of several schedulers, controller managers, or kube-vip instances is active. If its holder " +
		"fails, another one takes over when the lease expires.",
		"https://kubernetes.io/docs/concepts/architecture/leases/"},
	{"list", "Values in brackets, such as [\"rack-a\", \"rack-b\"].",
		"https://developer.hashicorp.com/terraform/language/expressions/types"},
	{"load-balancer", "A load balancer gives several API servers one address. `k8splan explain load_balancer` lists what " +
		"can be chosen: haproxy with keepalived, kube-vip, a proxy on every node, or your own.",
		"https://github.com/kubernetes/kubeadm/blob/main/docs/ha-considerations.md"},
	{"map", "Names and values in braces, such as { disk = \"ssd\" }.",
		"https://developer.hashicorp.com/terraform/language/expressions/types"},
	{"member", "A member is one etcd process of the cluster. Each has all data and one vote. Three members survive the loss of " +
		"one, five the loss of two.",
		"https://etcd.io/docs/v3.6/faq/"},
	{"node-pool", "A node_pool block defines several machines of one kind: their number, their roles, and their addresses. `k8splan " +
		"explain node_pool` lists its arguments.",
		"https://github.com/k8splan/k8splan/blob/main/docs/language.md#node_pool"},
	{"quorum", "A quorum is more than half of the members of etcd: 2 of 3, 3 of 5. Without one etcd takes no writes, and the API can " +
		"change nothing. An even number of members tolerates no more losses than one fewer.",
		"https://etcd.io/docs/v3.6/faq/#what-is-failure-tolerance"},
	{"requirement", "A requirement is a loss that the design must survive: `k8splan validate --require survive=1-zone` fails if " +
		"losing one failure domain stops writes, the API, scheduling, or all pods. Units are node, zone, power, and host.",
		"https://github.com/k8splan/k8splan/blob/main/docs/availability.md"},
	{"segment", "A network segment is a network whose hosts reach each other without a router. A virtual IP of keepalived, and " +
		"routes without encapsulation, work within one segment. Write the segments in node_subnets.",
		"https://github.com/kubernetes/kubeadm/blob/main/docs/ha-considerations.md"},
	{"snapshot", "A snapshot is a copy of etcd's data at one moment. Without one, a cluster that lost its quorum cannot be " +
		"restored. backup-etcd.yml in the tree takes one.",
		"https://kubernetes.io/docs/tasks/administer-cluster/configure-upgrade-etcd/#backing-up-an-etcd-cluster"},
	{"stacked", "Stacked etcd runs a member on each control plane, as a static pod of kubeadm. It needs the fewest machines. Losing a " +
		"control plane also loses an etcd member.",
		"https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/ha-topology/"},
	{"static-pod", "A static pod is a pod that the kubelet starts from a file on its host, without an API server. kubeadm runs the " +
		"control plane, and stacked etcd, as static pods.",
		"https://kubernetes.io/docs/tasks/configure-pod-container/static-pod/"},
	{"string", "Text in double quotes, such as \"10.0.0.10\". Versions, addresses, and sizes are strings.",
		"https://developer.hashicorp.com/terraform/language/expressions/types"},
	{"taint", "A taint keeps pods off a node unless they tolerate it. kubeadm taints control planes, so ordinary pods run " +
		"on workers.",
		"https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/"},
	{"target", "A target is where the cluster is built, and by which program: machines that exist, Vagrant, a cloud, a hosted service, " +
		"or another installer. `k8splan targets` lists them, and a target block chooses one.",
		"https://github.com/k8splan/k8splan/blob/main/docs/targets.md"},
	{"topology", "A topology is the design of one cluster in a file, topology.hcl: its hosts, their roles, and the settings that differ " +
		"from the " +
		"defaults. `k8splan init TYPE` writes one.",
		"https://github.com/k8splan/k8splan/blob/main/docs/language.md"},
	{"tree", "The tree is the directory that `k8splan generate --out DIR` writes: configurations, the playbook, and the " +
		"runbook. It contains no secret and can be committed to git.",
		"https://github.com/k8splan/k8splan/blob/main/ARCHITECTURE.md"},
	{"virtual-ip", "A virtual IP is an address that moves between balancers or control planes: keepalived or kube-vip gives it to one " +
		"that works. It moves within one network segment only.",
		"https://github.com/kubernetes/kubeadm/blob/main/docs/ha-considerations.md"},
	{"waiver", "A waive block turns a finding into a note. It has a reason and an end date. Findings that guard data cannot " +
		"be waived; `k8splan explain RULE` shows whether one " +
		"can.", "https://github.com/k8splan/k8splan/blob/main/docs/validate.md#waivers"},
	{"worker", "A worker is a host that runs ordinary pods. An all-in-one node, and a control plane with both roles, are workers too.",
		"https://kubernetes.io/docs/concepts/architecture/nodes/"},
}

// synonyms are other words for a term.
var synonyms = map[string]string{
	"master": "control-plane", "controlplane": "control-plane", "vip": "virtual-ip", "zone": "failure-domain",
	"rack": "failure-domain", "pod-network": "cni", "majority": "quorum", "waive-block": "waiver", "failover": "virtual-ip",
	"ha": "high-availability", "highly-available": "high-availability", "redundancy": "high-availability",
	"fault-tolerance": "high-availability", "multi-master": "high-availability", "spof": "high-availability", "taints": "taint",
	"pool": "node-pool", "balancer": "load-balancer", "number": "integer", "bool": "boolean", "text": "string", "backup": "snapshot",
	"leader-election": "lease", "network-segment": "segment", "static-pods": "static-pod", "object": "map", "lists": "list",
	"members": "member", "cordon": "drain", "evict": "drain", "eviction": "drain", "subnet": "cidr", "range": "cidr", "prefix": "cidr",
	"runtime": "container-runtime", "containerd": "container-runtime", "cri-o": "container-runtime", "docker": "container-runtime",
	"single-point-of-failure": "high-availability", "kubeproxy": "kube-proxy", "targets": "target", "platform": "target",
	"topologies": "topology", "require": "requirement", "survive": "requirement", "vrrp": "virtual-ip", "keepalived": "virtual-ip",
	"durations": "duration", "go-duration": "duration", "control-plane-endpoint": "endpoint", "workers": "worker",
	"control-planes": "control-plane", "failure-domains": "failure-domain",
}

// glossaryWords lists the terms.
func glossaryWords() []string {
	out := make([]string, len(glossary))
	for i, t := range glossary {
		out[i] = t.word
	}
	return out
}

// explainWord explains an installation type, or a glossary term; false if the word is neither.
func (a *app) explainWord(word string) (bool, error) {
	name := word
	word, _, _ = strings.Cut(strings.ToLower(word), " of ") // list of strings
	word = strings.ReplaceAll(word, " ", "-")
	if t, ok := topologies.Find(topologies.Type(word)); ok {
		return true, a.explainType(t)
	}
	if other := synonyms[strings.ReplaceAll(word, "_", "-")]; other != "" {
		word = other
	}
	i := slices.IndexFunc(glossary, func(t glossaryTerm) bool { return t.word == strings.ReplaceAll(word, "_", "-") })
	if i < 0 {
		return false, nil
	}
	t := glossary[i]
	var out strings.Builder
	out.WriteString(a.paint(a.stdout, bold, t.word) + "\n" + a.folded("", t.text) + "\n")
	if ends := endingIn(name); len(ends) > 0 { // failure_domain is a word, and an argument
		out.WriteString(a.folded("Arguments: ", strings.Join(ends, ", ")) + "\n")
	}
	out.WriteString(a.paint(a.stdout, bold, "Source") + "\n  " + t.source + "\n")
	_, err := io.WriteString(a.stdout, out.String())
	return true, err
}

// explainType describes an installation type and its use.
func (a *app) explainType(t topologies.Topology) error {
	var out strings.Builder
	out.WriteString(a.paint(a.stdout, bold, string(t.Type)) + "  " + t.Title + "\n" + a.folded("", t.Purpose) + "\n")
	out.WriteString(a.folded("  Survives        ", t.Survives))
	out.WriteString(a.folded("  Hosts           ", counted(t.Nodes)))
	planes := counted(t.ControlPlanes)
	if t.ControlPlanesStacked != t.ControlPlanes {
		planes += "; with stacked etcd " + counted(t.ControlPlanesStacked)
	}
	out.WriteString(a.folded("  Control planes  ", planes))
	out.WriteString(a.folded("  etcd members    ", counted(t.EtcdMembers)))
	out.WriteString(a.folded("  Workers         ", counted(t.Workers)))
	placements := make([]string, len(t.Placements))
	for i, p := range t.Placements {
		placements[i] = string(p)
	}
	out.WriteString(a.folded("  etcd is         ", strings.Join(placements, " or ")))
	balancer := "not needed"
	if t.LoadBalancer {
		balancer = "required in front of the control planes"
	}
	out.WriteString(a.folded("  Load balancer   ", balancer))
	out.WriteString("\n  k8splan init " + string(t.Type) + " -o topology.hcl\n")
	_, err := io.WriteString(a.stdout, out.String())
	return err
}

// counted formats a count in words.
func counted(c topologies.Count) string {
	switch {
	case c.Min == c.Max:
		return strconv.Itoa(c.Min)
	case c.Max == 0:
		return strconv.Itoa(c.Min) + " or more"
	}
	return strconv.Itoa(c.Min) + " to " + strconv.Itoa(c.Max)
}

// targetPath finds an argument of a target's block by a path such as target.kind, target.vagrant.box, or kind.image.
func targetPath(path string) (target string, argument *argumentDocument, ok bool) {
	name, rest, _ := strings.Cut(strings.TrimPrefix(path, "target."), ".")
	of, found := planner.FindTarget(name)
	if !found {
		return "", nil, false
	}
	if rest == "" {
		return name, nil, strings.HasPrefix(path, "target.") || !slices.Contains(paths(spec.Schema, ""), path)
	}
	for _, a := range arguments(of.Schema(), "") {
		if a.Name == rest {
			return name, &a, true
		}
	}
	return "", nil, false
}

// targetPaths lists the paths that targetPath accepts.
func targetPaths() []string {
	var out []string
	for _, t := range planner.Targets() {
		out = append(out, "target."+t.Facts.Name)
		for _, a := range arguments(t.Schema(), "") {
			out = append(out, "target."+t.Facts.Name+"."+a.Name)
		}
	}
	return out
}

// explainTarget describes an argument of a target's block, or the whole target.
func (a *app) explainTarget(name string, argument *argumentDocument) error {
	if argument == nil {
		of, _ := planner.FindTarget(name)
		_, err := io.WriteString(a.stdout, a.targetText(describeTarget(of), of.Facts))
		return err
	}
	text := a.paint(a.stdout, bold, "target."+name+"."+argument.Name) + "\n" + a.folded("", argument.sentence())
	if argument.Example != "" {
		text += "\n  " + argument.Name[strings.LastIndex(argument.Name, ".")+1:] + " = " + argument.Example + "\n"
	}
	_, err := io.WriteString(a.stdout, text)
	return err
}
