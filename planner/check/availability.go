package check

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
)

const zoneDocs = "https://kubernetes.io/docs/setup/best-practices/multiple-zones/"

func hypervisorOf(n *plan.Node) string { return n.Carrier() }

// hypervisorAt is where the file says which hypervisor carries a node: at the node, or in the target's block.
func hypervisorAt(p *plan.Plan, n *plan.Node) hcl.Range {
	if n.Host == "" && p.Target.Source != nil {
		for _, argument := range []string{"hosts", "host", "uri"} {
			if p.Target.Has(argument) {
				return p.Target.Attr(argument)
			}
		}
	}
	return attr(n, "host")
}

func domainAt(n *plan.Node) hcl.Range { return attr(n, "failure_domain") }

// crowded returns the place with the most of the nodes, and those nodes; "" if any node's place is not stated.
func crowded(nodes []*plan.Node, place func(*plan.Node) string) (string, []*plan.Node) {
	in := map[string][]*plan.Node{}
	most := ""
	for _, n := range nodes {
		v := place(n)
		if v == "" {
			return "", nil
		}
		in[v] = append(in[v], n)
		if most == "" || len(in[v]) > len(in[most]) || len(in[v]) == len(in[most]) && v < most {
			most = v
		}
	}
	return most, in[most]
}

// stops reports whether losing this many members stops etcd.
func stops(p *plan.Plan, lost int) bool { return lost > p.Etcd.FaultTolerance() }

// spreadEtcd says how several etcd members survive the loss of any one place, a failure domain or a hypervisor, if the design has this
// many. Three places are enough for every number of members except four.
func spreadEtcd(p *plan.Plan, place string, has int) string {
	n, most := len(p.Etcd.Members), p.Etcd.FaultTolerance()
	if needed := (n + most - 1) / most; needed <= max(3, has) {
		return fmt.Sprintf("Spread them over %d or more %ss, at most %d in each.", needed, place, most)
	}
	return fmt.Sprintf("With %d members, survival needs %d %ss. With %d or %d members, 3 %ss are enough.", n, n, place, n-1, n+1,
		place)
}

var availabilityRules = []Rule{
	{rule.Rule{
		ID: "availability-two-domains", Severity: rule.Warning, Title: "etcd in two failure domains",
		Doc: "One of two domains always holds at least half of the members, and without it there is no majority. With two sites, the " +
			"loss of one of them always stops etcd; a third site needs only one member.",
		Fix:     "Spread the members over three domains.",
		Sources: []string{etcdFAQ, "https://github.com/rancher/rancher/issues/30352"},
	}, onLevels(availabilityTwoDomains)},
	{rule.Rule{
		ID: "availability-domain-majority", Severity: rule.Warning, Title: "Failure domain that holds a majority of etcd",
		Doc: "The members are spread, but one domain holds so many that the rest is not a majority. If it fails, the cluster accepts no " +
			"changes, as if nothing were spread.",
		Fix:     "Spread the members evenly: `failure_domains` of a pool assigns them round-robin.",
		Sources: []string{etcdFAQ, zoneDocs},
	}, onLevels(availabilityDomainMajority)},
	{rule.Rule{
		ID: "availability-etcd-one-domain", Severity: rule.Warning, Title: "All of etcd in one failure domain",
		Doc: "The design has several failure domains, and all etcd members are in one of them. If it fails, the cluster accepts no " +
			"changes.",
		Fix:     "Spread the members over three domains.",
		Sources: []string{etcdFAQ, zoneDocs},
	}, onLevels(availabilityEtcdOneDomain)},
	{rule.Rule{
		ID: "availability-domain-unstated", Severity: rule.Warning, Title: "Failure domain missing on some hosts",
		Doc: "Among the etcd members, control planes, and balancers, or among the workers, some hosts have a failure domain and others " +
			"have none. Pods and volumes are spread only over hosts with one, and k8splan cannot compute which failures the design " +
			"survives.",
		Fix:     "Write `failure_domain` for all of them.",
		Sources: []string{zoneDocs},
	}, availabilityDomainUnstated},
	{rule.Rule{
		ID: "availability-hypervisor-majority", Severity: rule.Warning, Title: "Hypervisor that holds a majority of etcd",
		Doc: "Machines on one hypervisor fail together. If it holds so many members that the rest is not a majority, one failed power " +
			"supply stops the cluster.",
		Fix:     "Spread the members over three hypervisors: `hosts` of a pool assigns them round-robin.",
		Sources: []string{"https://github.com/aws/eks-anywhere/issues/3642", etcdFAQ},
	}, availabilityHypervisorMajority},
	{rule.Rule{
		ID: "availability-control-planes-hypervisor", Severity: rule.Warning, Title: "All control planes on one hypervisor",
		Doc:     "Machines on one hypervisor fail together, and the API with them, however many control planes there are.",
		Fix:     "Write `host` (in a pool `hosts`) for at least two hypervisors.",
		Sources: []string{"https://github.com/aws/eks-anywhere/issues/3642"},
	}, availabilityControlPlanesHypervisor},
	{rule.Rule{
		ID: "availability-control-planes-domain", Severity: rule.Warning, Title: "All control planes in one failure domain",
		Doc: "The design has several failure domains, and all control planes are in one of them: if it fails, the API is lost, although " +
			"etcd survives.",
		Fix:     "Spread the control planes over the domains.",
		Sources: []string{zoneDocs},
	}, onLevels(availabilityControlPlanesDomain)},
	{rule.Rule{
		ID: "availability-single-balancer", Severity: rule.Warning, Title: "Single load balancer for several control planes",
		Doc: "All kubelets and clients go through it. If it fails, all of them lose the API, however many control planes run " +
			"behind it.",
		Fix:     "Add a second host with the role load-balancer and a `virtual_ip`, or use kube-vip on the control planes.",
		Sources: []string{haConsider},
	}, availabilitySingleBalancer},
	{rule.Rule{
		ID: "availability-balancers-together", Severity: rule.Warning, Title: "Load balancers that fail together",
		Doc:     "Two balancers in one failure domain, or on one hypervisor, are lost together, and with them access to the API.",
		Fix:     "Place them in different domains and on different hypervisors.",
		Sources: []string{haConsider},
	}, onLevels(availabilityBalancersTogether)},
	{rule.Rule{
		ID: "availability-single-worker", Severity: rule.Warning, Title: "One worker in a highly available cluster",
		Doc: "The type promises to survive the loss of a host. If the only worker fails, every ordinary pod is lost, and there is " +
			"nowhere else to run them.",
		Fix:     "Define a second worker, or let control planes also be workers.",
		Sources: []string{zoneDocs},
	}, availabilitySingleWorker},
	{rule.Rule{
		ID: "availability-workers-domain", Severity: rule.Warning, Title: "All workers in one failure domain",
		Doc: "The control planes are spread over failure domains and the workers are not: if their domain fails, the cluster runs " +
			"nothing.",
		Fix:     "Spread the workers over the domains.",
		Sources: []string{zoneDocs},
	}, onLevels(availabilityWorkersDomain)},
	{rule.Rule{
		ID: "availability-workers-uneven", Severity: rule.Warning, Title: "Workers spread unevenly",
		Doc:     "Pods are spread over domains, but capacity is not: if the largest domain fails, its pods do not fit into the rest.",
		Fix:     "Spread the workers evenly.",
		Sources: []string{zoneDocs},
	}, onLevels(availabilityWorkersUneven)},
	{rule.Rule{
		ID: "availability-hypervisor-astride", Severity: rule.Error, Title: "Hypervisor in two failure domains",
		Doc: "A hypervisor is in one place. Machines on it that claim different failure domains fail together anyway, so every spread " +
			"that relies on the domains is wrong.",
		Fix:     "Correct `failure_domain` or `host`.",
		Sources: []string{zoneDocs},
	}, availabilityHypervisorAstride},
}

func availabilityTwoDomains(p *plan.Plan, level place) []Finding {
	nodes := members(p)
	all := distinct(nodes, level)
	name, in := crowded(nodes, level)
	if len(nodes) < 3 || len(all) != 2 || name == "" {
		return nil
	}
	return one(domainAt(in[0]), "The %d etcd members are in %s and %s: losing %s leaves %s, and %d must agree. With two domains, "+
		"losing the larger one always loses the quorum. %s", len(nodes), all[0], all[1], name, quantity(len(nodes)-len(in), "member"),
		p.Etcd.Quorum(), spreadEtcd(p, "domain", len(distinct(p.Nodes, level))))
}

func availabilityDomainMajority(p *plan.Plan, level place) []Finding {
	nodes := members(p)
	name, in := crowded(nodes, level)
	if all := distinct(nodes, level); len(nodes) < 3 || len(all) < 3 || name == "" || !stops(p, len(in)) {
		return nil
	}
	return one(domainAt(in[len(in)-1]), "%s holds %d of %d etcd members (%s): losing it leaves %d, and %d must agree. %s", name,
		len(in), len(nodes), sentence(names(in)), len(nodes)-len(in), p.Etcd.Quorum(),
		spreadEtcd(p, "domain", len(distinct(p.Nodes, level))))
}

func availabilityEtcdOneDomain(p *plan.Plan, level place) []Finding {
	nodes := members(p)
	name, in := crowded(nodes, level)
	if len(nodes) < 3 || name == "" || len(in) != len(nodes) || len(distinct(p.Nodes, level)) < 2 {
		return nil
	}
	return one(domainAt(in[0]), "All %d etcd members are in %s, and the design has %s: losing %s stops every change. %s", len(nodes),
		name, sentence(distinct(p.Nodes, level)), name, spreadEtcd(p, "domain", len(distinct(p.Nodes, level))))
}

func availabilityDomainUnstated(p *plan.Plan) []Finding {
	var findings []Finding
	beside := map[*plan.Node]bool{}
	for _, n := range slices.Concat(members(p), p.LoadBalancer.Nodes) {
		beside[n] = true
	}
	control := having(p.Nodes, func(n *plan.Node) bool {
		return n.Roles.Has(plan.ControlPlane) || beside[n]
	})
	for _, group := range []struct {
		what  string
		nodes []*plan.Node
	}{{"hosts of the control plane", control}, {"workers", p.Workers()}} {
		without := having(group.nodes, func(n *plan.Node) bool { return n.FailureDomain == "" })
		if len(without) == 0 || len(without) == len(group.nodes) {
			continue
		}
		have := "have"
		if len(without) == 1 {
			have = "has"
		}
		argument := "failure_domain"
		if without[0].Pool != "" {
			argument = "failure_domains"
		}
		findings = append(findings, one(written(without[0].NameRange, without[0].Block()),
			"%d of %d %s have a failure domain, and %s %s none. Write %s.", len(group.nodes)-len(without), len(group.nodes),
			group.what, sentence(names(without)), have, argument)...)
	}
	return findings
}

func availabilityHypervisorMajority(p *plan.Plan) []Finding {
	nodes := members(p)
	name, in := crowded(stating(nodes, hypervisorOf), hypervisorOf)
	if len(nodes) < 3 || name == "" || !stops(p, len(in)) {
		return nil
	}
	return one(hypervisorAt(p, in[0]), "%s carries %d of %d etcd members (%s): its loss leaves %d, and %d must agree. %s", name, len(in),
		len(nodes), sentence(names(in)), len(nodes)-len(in), p.Etcd.Quorum(),
		spreadEtcd(p, "hypervisor", len(distinct(p.Nodes, hypervisorOf))))
}

func availabilityControlPlanesHypervisor(p *plan.Plan) []Finding {
	cps := p.ControlPlanes()
	name, in := crowded(cps, hypervisorOf)
	if len(cps) < 2 || name == "" || len(in) != len(cps) || !p.Etcd.IsExternal() && len(cps) > 2 || loneMemberOn(p, name) {
		return nil // with stacked etcd, the rule about etcd's majority reports it
	}
	return one(hypervisorAt(p, cps[0]), "All %d control planes (%s) run on %s: if it fails, the API is lost. Spread them over at "+
		"least two hypervisors.", len(cps), sentence(names(cps)), name)
}

// loneMemberOn reports whether the only etcd member is on a hypervisor: losing it stops the API, however everything else is spread.
func loneMemberOn(p *plan.Plan, hypervisor string) bool {
	nodes := members(p)
	return len(nodes) == 1 && hypervisorOf(nodes[0]) == hypervisor
}

func availabilityControlPlanesDomain(p *plan.Plan, level place) []Finding {
	cps := p.ControlPlanes()
	name, in := crowded(cps, level)
	if len(cps) < 2 || name == "" || len(in) != len(cps) || len(distinct(p.Nodes, level)) < 2 || !p.Etcd.IsExternal() {
		return nil
	}
	return one(domainAt(cps[0]), "All %d control planes are in %s, and the design has %s: losing %s takes the API with it. "+
		"Spread them.", len(cps), name, sentence(distinct(p.Nodes, level)), name)
}

func availabilitySingleBalancer(p *plan.Plan) []Finding {
	lb := p.LoadBalancer
	if lb.Kind != plan.HAProxy || len(lb.Nodes) != 1 || !p.Cluster.Topology.HighlyAvailable || len(p.ControlPlanes()) < 2 ||
		lb.VirtualIP.IsValid() {
		return nil // with a virtual IP, load-balancer-virtual-ip-alone reports it
	}
	return one(lb.Nodes[0].Attr("roles"),
		"%s is the only way to %d control planes: if it fails, the API is lost. Add a second load balancer and virtual_ip = …, or "+
			"write load_balancer \"kube-vip\".", lb.Nodes[0].Name, len(p.ControlPlanes()))
}

func availabilityBalancersTogether(p *plan.Plan, level place) []Finding {
	nodes := p.LoadBalancer.Nodes
	if p.LoadBalancer.Kind != plan.HAProxy || len(nodes) < 2 {
		return nil
	}
	if name, in := crowded(nodes, hypervisorOf); name != "" && len(in) == len(nodes) && !loneMemberOn(p, name) {
		return one(hypervisorAt(p, nodes[0]), "The %d balancers (%s) run on %s and fail with it. Spread them over two hypervisors.",
			len(nodes), sentence(names(nodes)), name)
	}
	if name, in := crowded(nodes, level); name != "" && len(in) == len(nodes) && len(distinct(p.Nodes, level)) > 1 {
		return one(domainAt(nodes[0]), "The %d balancers (%s) are in %s and fail with it. Spread them over two domains.",
			len(nodes), sentence(names(nodes)), name)
	}
	return nil
}

func availabilitySingleWorker(p *plan.Plan) []Finding {
	w := p.Workers()
	if len(w) != 1 || !p.Cluster.Topology.HighlyAvailable || !ours(p) || len(p.ControlPlanes()) < 2 {
		return nil
	}
	return one(w[0].Attr("roles"), "%s is the only worker: if it fails, every ordinary pod is lost, and there is nowhere else to "+
		"run them. Define a second one.", w[0].Name)
}

func availabilityWorkersDomain(p *plan.Plan, level place) []Finding {
	w := p.Workers()
	name, in := crowded(w, level)
	if len(w) < 2 || name == "" || len(in) != len(w) || len(distinct(p.ControlPlanes(), level)) < 2 {
		return nil
	}
	return one(domainAt(w[0]), "All %d workers are in %s, and the control planes are spread: losing %s leaves nothing to run pods. "+
		"Spread the workers.", len(w), name, name)
}

func availabilityWorkersUneven(p *plan.Plan, level place) []Finding {
	return uneven(p.Workers(), level, domainAt)
}

// uneven finds one place that has more than twice as many workers as all others together: these cannot take over its pods.
func uneven(w []*plan.Node, of place, at func(*plan.Node) hcl.Range) []Finding {
	name, in := crowded(w, of)
	all := distinct(w, of)
	if name == "" || len(all) < 2 || len(w) < 4 {
		return nil
	}
	rest := len(w) - len(in)
	if len(in) <= 2*rest {
		return nil
	}
	return one(at(in[len(in)-1]), "%s holds %d of %d workers: if it fails, the other %d cannot run its pods. Spread the workers evenly "+
		"over %s.", name, len(in), len(w), rest, sentence(all))
}

func availabilityHypervisorAstride(p *plan.Plan) []Finding {
	first := map[string]*plan.Node{}
	said := map[string]bool{}
	var findings []Finding
	for _, n := range byPlace(p.Nodes) {
		if n.Carrier() == "" || n.FailureDomain == "" {
			continue
		}
		earlier := first[n.Carrier()]
		if earlier == nil {
			first[n.Carrier()] = n
			continue
		}
		if n.Host == "" && earlier.Host == "" && n.TargetHost == p.Target.Site.Host {
			continue // the target creates all of them there, and none can be elsewhere
		}
		if earlier.FailureDomain != n.FailureDomain && !said[n.Carrier()] {
			said[n.Carrier()] = true
			at := domainAt(n)
			if n.Host == "" {
				at = hypervisorAt(p, n)
			}
			findings = append(findings, one(at, "%s carries %s in %s (%s) and %s in %s. A hypervisor is in one place: "+
				"correct one of them.", n.Carrier(), earlier.Name, earlier.FailureDomain, line(domainAt(earlier)), n.Name,
				n.FailureDomain)...)
		}
	}
	return findings
}
