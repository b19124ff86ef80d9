package check

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/topologies"
)

const (
	haTopology   = "https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/ha-topology/"
	haKubeadm    = "https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/high-availability/"
	createdBy    = "https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/create-cluster-kubeadm/"
	etcdFAQ      = "https://etcd.io/docs/v3.6/faq/"
	componentsOf = "https://kubernetes.io/docs/concepts/overview/components/"
)

// ours reports whether the plan defines a control plane; a hosted one is the vendor's.
func ours(p *plan.Plan) bool { return p.Target.Facts.Hosting != plan.Hosted }

// several reports whether the design has enough hosts for the rules about roles to be meaningful.
func several(p *plan.Plan) bool {
	return ours(p) && p.Cluster.Type != topologies.AllInOne && len(p.Nodes) > 0
}

func typeAt(p *plan.Plan) hcl.Range { return p.Cluster.Attr("type") }

func placementAt(p *plan.Plan) hcl.Range {
	if p.Etcd.Has("topology") {
		return p.Etcd.Attr("topology")
	}
	for _, m := range p.Etcd.Members {
		if !m.Node.Roles.Has(plan.ControlPlane) {
			return m.Node.Attr("roles")
		}
	}
	return typeAt(p)
}

var topologyRules = []Rule{
	{rule.Rule{
		ID: "topology-no-nodes", Severity: rule.Error, Title: "No hosts", Permanent: true,
		Doc:     "A cluster consists of hosts: at least one control plane, and workers if the type has them.",
		Fix:     "Write a `node \"<name>\" { … }` or a `node_pool \"<name>\" { count = … }` block.",
		Sources: []string{componentsOf},
	}, topologyNoNodes},
	{rule.Rule{
		ID: "topology-all-in-one-hosts", Severity: rule.Error, Title: "All-in-one with more than one host", Permanent: true,
		Doc: "The type all-in-one runs the control plane, etcd, and all workloads on one node. There is no place for a second host, and " +
			"its intended roles cannot be guessed.",
		Fix: "Remove the other hosts, or choose another type: single-etcd-single-master has one control plane and any number of " +
			"workers.",
		Sources: []string{createdBy},
	}, topologyAllInOneHosts},
	{rule.Rule{
		ID: "topology-no-control-plane", Severity: rule.Error, Title: "No control plane", Permanent: true,
		Doc:     "Without a host that runs the API server, the scheduler, and the controller manager, there is nothing for nodes to join.",
		Fix:     "Give one host `roles = [\"control-plane\"]`, or several hosts if the type has several control planes.",
		Sources: []string{componentsOf},
	}, topologyNoControlPlane},
	{rule.Rule{
		ID: "topology-extra-control-plane", Severity: rule.Error, Title: "More control planes than the type has", Permanent: true,
		Doc: "A single-master type has one control plane and no load balancer. Clients would keep using the first control plane, and " +
			"etcd would silently become a cluster of a different size.",
		Fix:     "Make the others workers, or choose multi-etcd-multi-master (three or more control planes with stacked etcd).",
		Sources: []string{haTopology},
	}, topologyExtraControlPlane},
	{rule.Rule{
		ID: "topology-few-control-planes", Severity: rule.Error, Title: "Fewer control planes than the type has", Permanent: true,
		Doc:     "A multi-master type promises that the API survives the loss of a control plane. With only one, nothing can take over.",
		Fix:     "Define at least two control planes, or three if etcd is stacked on them, or choose single-etcd-single-master.",
		Sources: []string{haTopology},
	}, topologyFewControlPlanes},
	{rule.Rule{
		ID: "topology-stacked-pair", Severity: rule.Error, Title: "Two control planes with stacked etcd", Permanent: true,
		Doc: "Stacked etcd has one member on each control plane. Two members need both for a majority, so losing either one stops all " +
			"changes: two are worse than one.",
		Fix:     "Define three control planes, or place etcd on three separate hosts (`roles = [\"etcd\"]`).",
		Sources: []string{haTopology, etcdFAQ},
	}, topologyStackedPair},
	{rule.Rule{
		ID: "topology-etcd-placement", Severity: rule.Error, Title: "etcd placement that contradicts the type", Permanent: true,
		Doc: "The type determines where etcd runs: stacked on the control planes, or external, as a separate service. A single etcd " +
			"member for several control planes is always external, because kubeadm would give every control plane its own member.",
		Fix:     "Change `etcd { topology = … }` and the roles of the hosts, or the type.",
		Sources: []string{haTopology},
	}, topologyEtcdPlacement},
	{rule.Rule{
		ID: "topology-no-etcd", Severity: rule.Error, Title: "External etcd without members", Permanent: true,
		Doc: "External etcd runs on the hosts with the role etcd. Without any, the API servers have nowhere to store the cluster's state.",
		Fix: "Give one host (single-etcd-multi-master) or three (multi-etcd-multi-master) the role etcd, or write `topology = " +
			"\"stacked\"` where the type allows it.",
		Sources: []string{haTopology},
	}, topologyNoEtcd},
	{rule.Rule{
		ID: "topology-extra-etcd", Severity: rule.Error, Title: "More etcd members than the type has", Permanent: true,
		Doc: "The type single-etcd-multi-master has one etcd member that all control planes share. Several members are a different " +
			"type, which fails in different ways.",
		Fix:     "Write `type = \"multi-etcd-multi-master\"`, with an odd number of members from three, or keep one member.",
		Sources: []string{haTopology},
	}, topologyExtraEtcd},
	{rule.Rule{
		ID: "topology-few-etcd", Severity: rule.Error, Title: "Fewer etcd members than the type has", Permanent: true,
		Doc: "An etcd cluster needs at least three members. Two tolerate no more failures than one: both must agree, so either of two " +
			"hosts can now stop it instead of one.",
		Fix:     "Give a third host the role etcd, or choose a single-etcd type.",
		Sources: []string{etcdFAQ},
	}, topologyFewEtcd},
	{rule.Rule{
		ID: "topology-no-worker", Severity: rule.Error, Title: "No worker",
		Doc: "A control plane has the taint node-role.kubernetes.io/control-plane:NoSchedule unless it is also a worker. Without a " +
			"worker, ordinary pods stay Pending.",
		Fix: "Add a host with `roles = [\"worker\"]`, or let control planes also be workers: `roles = [\"control-plane\", " +
			"\"worker\"]`.",
		Sources: []string{createdBy + "#control-plane-node-isolation"},
	}, topologyNoWorker},
	{rule.Rule{
		ID: "topology-no-load-balancer", Severity: rule.Error, Title: "Several control planes without a load balancer",
		Doc: "Kubelets and clients connect to one address, the control plane endpoint. Without a load balancer in front of several " +
			"control planes, all of them connect to one control plane, and the cluster is down whenever that one is, however many " +
			"others run.",
		Fix: "Write `load_balancer \"haproxy\"` with hosts of the role load-balancer, `load_balancer \"kube-vip\" { virtual_ip = … }`, " +
			"`load_balancer \"local\" {}` for a proxy on every node, or `load_balancer \"external\" {}` for an existing one.",
		Sources: []string{haKubeadm + "#create-load-balancer-for-kube-apiserver", "https://github.com/kubernetes/kubeadm/issues/2472"},
	}, topologyNoLoadBalancer},
	{rule.Rule{
		ID: "target-type", Severity: rule.Error, Title: "Installation type not supported by the target", Permanent: true,
		Doc:     "On this target, another program or a vendor installs the cluster, and supports some installation types only.",
		Fix:     "Choose a type that the target supports, or another target.",
		Sources: []string{haTopology},
	}, targetType},
	{rule.Rule{
		ID: "target-etcd", Severity: rule.Error, Title: "Placement of etcd not supported by the target", Permanent: true,
		Doc: "On this target, the program that installs the cluster decides where etcd runs: on each control plane, or on separate " +
			"machines.",
		Fix:     "Place etcd as the target does, or choose another target.",
		Sources: []string{haTopology},
	}, targetEtcd},
	{rule.Rule{
		ID: "target-unused", Severity: rule.Warning, Title: "Setting ignored by the target",
		Doc: "On this target, the program that builds the cluster decides this itself, or nothing needs it. What the file says about it " +
			"is ignored, and misleads its readers.",
		Fix:     "Remove the block or the argument.",
		Sources: []string{componentsOf},
	}, unusedByTarget},
	{rule.Rule{
		ID: "target-hosted-roles", Severity: rule.Error, Title: "Host that the vendor runs", Permanent: true,
		Doc:     "On a hosted target, the vendor runs the control plane, etcd, and the load balancer. The design defines workers only.",
		Fix:     "Remove hosts with other roles, and write `roles = [\"worker\"]` for the rest.",
		Sources: []string{componentsOf},
	}, targetHostedRoles},
	{rule.Rule{
		ID: "target-hosted-block", Severity: rule.Warning, Title: "Block without effect on a hosted target",
		Doc: "On a hosted target, the vendor configures etcd and the load balancer. What the file says about them is ignored, and " +
			"misleads its readers.",
		Fix:     "Remove the block.",
		Sources: []string{componentsOf},
	}, targetHostedBlock},
}

func topologyNoNodes(p *plan.Plan) []Finding {
	if len(p.Nodes) > 0 {
		return nil
	}
	return one(p.Cluster.Block(), "The design has no hosts. Write a node block for each host, such as node \"%s-1\" { address = "+
		"\"192.168.56.10\" }, or a node_pool.", p.Cluster.Name)
}

func topologyAllInOneHosts(p *plan.Plan) []Finding {
	if !ours(p) || p.Cluster.Type != topologies.AllInOne || len(p.Nodes) < 2 {
		return nil
	}
	groups := blocks(p.Nodes)
	at := groups[len(groups)-1][0].NameRange
	return one(at, "Type all-in-one (%s) is one node; this design has %d: %s. Remove the others, or write type = "+
		"\"single-etcd-single-master\" and give the first roles = [\"control-plane\"], the others roles = [\"worker\"].",
		line(typeAt(p)), len(p.Nodes), sentence(names(p.Nodes)))
}

func topologyNoControlPlane(p *plan.Plan) []Finding {
	if !several(p) || len(p.ControlPlanes()) > 0 {
		return nil
	}
	t := p.Cluster.Topology
	return one(p.Nodes[0].Attr("roles"), "None of the %s has the role control-plane. Type %s takes %s: give that many "+
		"hosts roles = [\"control-plane\"].",
		quantity(len(p.Nodes), "host"), t.Type, needs(minimum(p), "control plane"))
}

func topologyExtraControlPlane(p *plan.Plan) []Finding {
	cps := p.ControlPlanes()
	if t := p.Cluster.Topology; !several(p) || t.ControlPlanes.Max == 0 || len(cps) <= t.ControlPlanes.Max {
		return nil
	}
	suggestion := "multi-etcd-multi-master"
	if len(cps) == 2 {
		suggestion = "single-etcd-multi-master"
	}
	return one(cps[len(cps)-1].Attr("roles"), "Type %s (%s) has one control plane; this design has %d: %s. Make the others workers, "+
		"or write type = %q.",
		p.Cluster.Type, line(typeAt(p)), len(cps), sentence(names(cps)), suggestion)
}

func topologyFewControlPlanes(p *plan.Plan) []Finding {
	cps := p.ControlPlanes()
	if !several(p) || len(cps) == 0 || len(cps) >= p.Cluster.Topology.ControlPlanes.Min {
		return nil
	}
	need := minimum(p)
	return one(cps[0].Attr("roles"), "Type %s (%s) has at least %s; this design has %s (%s). Define %d more, or write type = "+
		"\"single-etcd-single-master\".",
		p.Cluster.Type, line(typeAt(p)), quantity(need, "control plane"), quantity(len(cps), "control plane"), sentence(names(cps)),
		need-len(cps))
}

func topologyStackedPair(p *plan.Plan) []Finding {
	cps, t := p.ControlPlanes(), p.Cluster.Topology
	if !several(p) || p.Etcd.Placement != topologies.Stacked || !t.Allows(topologies.Stacked) || len(cps) < t.ControlPlanes.Min ||
		len(cps) >= t.ControlPlanesStacked.Min {
		return nil
	}
	return one(cps[len(cps)-1].Attr("roles"), "With stacked etcd the %d control planes (%s) make %s, and %d must agree: losing "+
		"either one stops all changes. Define %d control planes, or give three other hosts roles = [\"etcd\"].",
		len(cps), sentence(names(cps)), quantity(len(cps), "etcd member"), plan.Quorum(len(cps)), t.ControlPlanesStacked.Min)
}

func topologyEtcdPlacement(p *plan.Plan) []Finding {
	t := p.Cluster.Topology
	if !ours(p) || p.Etcd.Foreign() || len(p.ControlPlanes()) == 0 || t.Allows(p.Etcd.Placement) || t.Type == topologies.AllInOne &&
		len(p.Nodes) > 1 {
		return nil
	}
	if p.Etcd.Placement == topologies.Stacked {
		return one(placementAt(p),
			"Type %s (%s) shares one etcd between all control planes, and stacked etcd would put a member on each. "+
				"Write topology = \"external\" and give one host the role etcd.", t.Type, line(typeAt(p)))
	}
	return one(placementAt(p), "Type %s (%s) has one host, and etcd runs on it (stacked). Remove topology and the role etcd. A "+
		"separate etcd needs another type, such as single-etcd-single-master.", t.Type, line(typeAt(p)))
}

func topologyNoEtcd(p *plan.Plan) []Finding {
	t := p.Cluster.Topology
	if !several(p) || p.Etcd.Placement != topologies.External || !t.Allows(topologies.External) || len(p.Etcd.Members) > 0 ||
		p.Etcd.Foreign() {
		return nil
	}
	instead := ""
	if t.Allows(topologies.Stacked) {
		instead = ", or write topology = \"stacked\""
	}
	return one(written(p.Etcd.Attr("topology"), typeAt(p)),
		"etcd is external, and no host has the role etcd. Give %s roles = [\"etcd\"]%s.", quantity(t.EtcdMembers.Min, "host"), instead)
}

func topologyExtraEtcd(p *plan.Plan) []Finding {
	t, members := p.Cluster.Topology, p.Etcd.Members
	if !several(p) || p.Etcd.Placement != topologies.External || !t.Allows(topologies.External) || t.EtcdMembers.Max == 0 ||
		len(members) <= t.EtcdMembers.Max {
		return nil
	}
	return one(members[len(members)-1].Node.Attr("roles"), "Type %s (%s) has one etcd member; this design has %d: %s. Keep one, or "+
		"write type = \"multi-etcd-multi-master\" with three or five.",
		t.Type, line(typeAt(p)), len(members), sentence(memberNames(p)))
}

func topologyFewEtcd(p *plan.Plan) []Finding {
	t, members := p.Cluster.Topology, p.Etcd.Members
	if !several(p) || p.Etcd.Placement != topologies.External || len(members) == 0 || len(members) >= t.EtcdMembers.Min {
		return nil
	}
	why := "one member tolerates no failure"
	if len(members) == 2 {
		why = "two members tolerate no more failures than one, none, and either host can stop them"
	}
	return one(members[len(members)-1].Node.Attr("roles"), "Type %s (%s) has at least %d etcd members; this design has %d (%s): %s. "+
		"Give %s the role etcd, or write type = \"single-etcd-multi-master\" with one member.",
		t.Type, line(typeAt(p)), t.EtcdMembers.Min, len(members), sentence(memberNames(p)), why,
		quantity(t.EtcdMembers.Min-len(members), "more host"))
}

func topologyNoWorker(p *plan.Plan) []Finding {
	if len(p.Nodes) == 0 || len(p.Workers()) > 0 || p.Cluster.Type == topologies.AllInOne && ours(p) {
		return nil
	}
	cps := p.ControlPlanes()
	if len(cps) == 0 {
		if ours(p) {
			return nil // topology-no-control-plane reports it
		}
		return one(p.Nodes[0].Attr("roles"), "No host has the role worker, and on target %s the plan defines workers only. Write "+
			"roles = [\"worker\"].", p.Target.Name)
	}
	return one(cps[0].Attr("roles"), "No host has the role worker, and the control planes (%s) do not run ordinary pods. Add a "+
		"host with roles = [\"worker\"], or write roles = [\"control-plane\", \"worker\"] here.", sentence(names(cps)))
}

func topologyNoLoadBalancer(p *plan.Plan) []Finding {
	cps := p.ControlPlanes()
	if !several(p) || p.Target.Facts.Hosting != plan.Hosts || !p.Cluster.Topology.LoadBalancer ||
		p.LoadBalancer.Kind != plan.NoBalancer || len(cps) < 2 {
		return nil
	}
	return one(typeAt(p), "Type %s needs a load balancer in front of its %s, and the design has none. A client that connects to "+
		"one of them is cut off when that one fails. Write load_balancer \"haproxy\" {} and a host with roles = "+
		"[\"load-balancer\"], load_balancer \"kube-vip\" { virtual_ip = … }, load_balancer \"local\" {} for a proxy on every node, "+
		"or load_balancer \"external\" {} for an existing one.",
		p.Cluster.Type, quantity(len(cps), "control plane"))
}

func targetType(p *plan.Plan) []Finding {
	types := p.Target.Facts.Types
	if types == nil || slices.Contains(types, p.Cluster.Type) {
		return nil
	}
	var able []string
	for _, t := range types {
		able = append(able, string(t))
	}
	why := p.Target.Facts.TypesWhy
	if why == "" {
		why = "Write one of those, or another target."
	}
	return one(typeAt(p), "Target %s supports %s, and this design is %s. %s", p.Target.Name, choice(able), p.Cluster.Type, why)
}

func targetEtcd(p *plan.Plan) []Finding {
	f := p.Target.Facts
	if f.Placement == "" || p.Etcd.Foreign() || p.Etcd.Placement == f.Placement ||
		f.Types != nil && !slices.Contains(f.Types, p.Cluster.Type) {
		return nil
	}
	at := written(writtenArg(p.Etcd.Has("topology"), p.Etcd.Attr("topology")))
	for _, n := range p.Nodes {
		if at.Filename == "" && n.Roles.Has(plan.EtcdRole) && !n.Roles.Has(plan.ControlPlane) {
			at = n.Attr("roles")
		}
	}
	return one(written(at, typeAt(p)), "On target %s etcd is %s, and this design has it %s. %s", p.Target.Name, f.Placement,
		p.Etcd.Placement, f.EtcdWhy)
}

func targetHostedRoles(p *plan.Plan) []Finding {
	if ours(p) {
		return nil
	}
	return each(p.Nodes, func(n *plan.Node) bool { return n.Roles&^plan.Worker != 0 },
		func(n *plan.Node) hcl.Range { return n.Attr("roles") }, func(n *plan.Node, all []*plan.Node) string {
			return fmt.Sprintf("On target %s, the vendor runs the control plane, etcd, and the load balancer; %s cannot have these "+
				"roles. Remove the host, or write roles = [\"worker\"].", p.Target.Name, whose(all))
		})
}

func targetHostedBlock(p *plan.Plan) []Finding {
	if ours(p) {
		return nil
	}
	var findings []Finding
	if p.Etcd.Written {
		findings = append(findings, one(p.Etcd.Block(), "On target %s the vendor runs etcd: this block has no effect. Remove it.",
			p.Target.Name)...)
	}
	if p.LoadBalancer.Written {
		findings = append(findings, one(p.LoadBalancer.Block(),
			"On target %s the vendor runs the endpoint: this block has no effect. Remove it.", p.Target.Name)...)
	}
	return findings
}

// minimum is the minimum number of control planes for the type and the placement of etcd.
func minimum(p *plan.Plan) int {
	if p.Etcd.Placement == topologies.Stacked {
		return p.Cluster.Topology.ControlPlanesStacked.Min
	}
	return p.Cluster.Topology.ControlPlanes.Min
}

func needs(n int, noun string) string {
	if n == 1 {
		return "one " + noun
	}
	return "at least " + quantity(n, noun)
}

func memberNames(p *plan.Plan) []string {
	words := make([]string, len(p.Etcd.Members))
	for i, m := range p.Etcd.Members {
		words[i] = m.Name
	}
	return words
}
