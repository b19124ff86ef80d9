package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
)

// place returns where a node is, on one level of failure domains.
type place func(*plan.Node) string

// levels returns the levels of nested failure domains, the deepest first: racks, then rooms. On a level that a node does not state, its own
// deepest domain counts.
func levels(p *plan.Plan) []place {
	depth := 1
	for _, n := range p.Nodes {
		depth = max(depth, 1+strings.Count(n.FailureDomain, "/"))
	}
	all := make([]place, 0, depth)
	for d := depth; d > 0; d-- {
		all = append(all, func(n *plan.Node) string {
			if around := plan.Around(n.FailureDomain); len(around) > 0 {
				return around[min(d, len(around))-1]
			}
			return ""
		})
	}
	return all
}

// onLevels checks a rule on each level, the deepest first, until it finds something.
func onLevels(of func(*plan.Plan, place) []Finding) func(*plan.Plan) []Finding {
	return func(p *plan.Plan) []Finding {
		for _, level := range levels(p) {
			if findings := of(p, level); len(findings) > 0 {
				return findings
			}
		}
		return nil
	}
}

func powerOf(n *plan.Node) string { return n.Power }

// domainRules are about nested failure domains and about power feeds.
var domainRules = []Rule{
	{rule.Rule{
		ID: "availability-domain-depth", Severity: rule.Warning, Title: "Failure domain with both nodes and inner domains",
		Doc: "If one node is in `room-1` and another in `room-1/rack-a`, the rack of the first is unknown. `survive=N-zone` and `--cut` " +
			"use the deepest level, and count the room as one more rack.",
		Fix:     "State the place of every node down to the same level.",
		Sources: []string{zoneDocs},
	}, availabilityDomainDepth},
	{rule.Rule{
		ID: "availability-domain-label", Severity: rule.Error, Title: "Two failure domains with one zone label", Permanent: true,
		Doc: "A label's value cannot contain a slash: the zone of a node in `room-1/rack-a` is `room-1.rack-a`. A failure domain with " +
			"exactly that name has the same label: pods and volumes would treat two places as one.",
		Fix:     "Rename one of them.",
		Sources: []string{"https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set", zoneDocs},
	}, availabilityDomainLabel},
	{rule.Rule{
		ID: "availability-power-majority", Severity: rule.Warning, Title: "Power feed that supplies a majority of etcd",
		Doc: "Machines on one feed lose power together, in whatever racks they are. If it supplies so many members that the rest is not " +
			"a majority, one tripped breaker stops the cluster.",
		Fix:     "Connect the members to three feeds, or to two with two supplies each: `powers` of a pool assigns feeds round-robin.",
		Sources: []string{etcdFAQ, zoneDocs},
	}, availabilityPowerMajority},
	{rule.Rule{
		ID: "availability-power-together", Severity: rule.Warning, Title: "Hosts of one kind on one power feed",
		Doc: "The design has several feeds, and all balancers, all control planes, or all workers depend on one of them: if it fails, " +
			"that part of the cluster is lost, in whatever racks the machines are.",
		Fix:     "Connect them to different feeds: `powers` of a pool assigns feeds round-robin.",
		Sources: []string{zoneDocs},
	}, availabilityPowerTogether},
	{rule.Rule{
		ID: "availability-power-uneven", Severity: rule.Warning, Title: "Workers spread unevenly over power feeds",
		Doc: "If a feed fails, the remaining workers run its pods. If one feed supplies more than twice as many workers as all others " +
			"together, the remaining workers do not have enough room.",
		Fix:     "Connect the workers to the feeds evenly: `powers` of a pool assigns feeds round-robin.",
		Sources: []string{zoneDocs},
	}, availabilityPowerUneven},
	{rule.Rule{
		ID: "availability-hypervisor-uneven", Severity: rule.Warning, Title: "Workers spread unevenly over hypervisors",
		Doc: "If a hypervisor fails, the remaining workers run its pods. If one hypervisor carries more than twice as many workers as " +
			"all others together, the remaining workers do not have enough room.",
		Fix:     "Spread the workers evenly: `hosts` of a pool assigns hypervisors round-robin.",
		Sources: []string{zoneDocs},
	}, availabilityHypervisorUneven},
	{rule.Rule{
		ID: "availability-workers-hypervisor", Severity: rule.Warning, Title: "All workers on one hypervisor",
		Doc:     "The design has several hypervisors, and all workers are on one of them: if it fails, the cluster runs nothing.",
		Fix:     "Write `host` (in a pool `hosts`) for at least two hypervisors.",
		Sources: []string{zoneDocs},
	}, availabilityWorkersHypervisor},
	{rule.Rule{
		ID: "availability-power-unstated", Severity: rule.Warning, Title: "Power feed missing on some hosts",
		Doc:     "Some hosts state their power feed and others do not. k8splan cannot compute which hosts fail with a feed.",
		Fix:     "Write `power` for all of them, in pools `powers`.",
		Sources: []string{zoneDocs},
	}, availabilityPowerUnstated},
	{rule.Rule{
		ID: "target-zone-path", Severity: rule.Error, Title: "Failure domain that is not a plain zone", Permanent: true,
		Doc: "On this target, a failure domain is one of the vendor's zones, with the vendor's name. The vendor has no places inside a " +
			"zone, or around it.",
		Fix:     "Write only the zone.",
		Sources: []string{zoneDocs},
	}, targetZonePath},
}

func availabilityDomainDepth(p *plan.Plan) []Finding {
	if vendorZones(p) {
		return nil // target-zone-path is more precise
	}
	holds := map[string]*plan.Node{} // first node below a domain
	for _, n := range byPlace(p.Nodes) {
		around := plan.Around(n.FailureDomain)
		for _, above := range around[:max(0, len(around)-1)] {
			if holds[above] == nil {
				holds[above] = n
			}
		}
	}
	return each(p.Nodes, func(n *plan.Node) bool { return holds[n.FailureDomain] != nil }, domainAt,
		func(n *plan.Node, all []*plan.Node) string {
			below := holds[n.FailureDomain]
			return fmt.Sprintf("%s is in %s, and %s in %s, which is inside it (%s). survive=1-zone uses the deepest level, and the place "+
				"inside %s is unknown for %s. State it too, such as %q.", whose(all), n.FailureDomain, below.Name,
				below.FailureDomain,
				line(domainAt(below)),
				n.FailureDomain, n.Name, n.FailureDomain+"/rack-z")
		})
}

func availabilityDomainLabel(p *plan.Plan) []Finding {
	first, said := map[string]*plan.Node{}, map[string]bool{}
	var findings []Finding
	for _, n := range byPlace(p.Nodes) {
		zone := n.Zone()
		other := first[zone]
		if other == nil {
			first[zone] = n
			continue
		}
		if zone != "" && other.FailureDomain != n.FailureDomain && !said[zone] {
			said[zone] = true
			findings = append(findings,
				one(domainAt(n), "%s of %s and %s of %s (%s) would both have the zone label %s. Rename one of them.",
					n.FailureDomain, n.Name, other.FailureDomain, other.Name, line(domainAt(other)), zone)...)
		}
	}
	return findings
}

// stating returns the nodes whose place is stated: what many of them share is true wherever the others are.
func stating(nodes []*plan.Node, of place) []*plan.Node {
	return having(nodes, func(n *plan.Node) bool { return of(n) != "" })
}

func availabilityPowerTogether(p *plan.Plan) []Finding {
	feeds := distinct(stating(p.Nodes, powerOf), powerOf)
	var findings []Finding
	say := func(what, lost string, nodes []*plan.Node) {
		name, in := crowded(nodes, powerOf)
		if len(nodes) < 2 || name == "" || len(in) != len(nodes) || len(feeds) < 2 {
			return
		}
		findings = append(findings, one(attr(in[0], "power"), "All %d %s (%s) are on %s, and the design has %s: if that feed fails, %s "+
			"is lost. Connect them to different feeds.", len(nodes), what, sentence(names(in)), name, sentence(feeds), lost)...)
	}
	if p.LoadBalancer.Kind == plan.HAProxy {
		say("balancers", "access to the API", p.LoadBalancer.Nodes)
	}
	if cps := p.ControlPlanes(); p.Etcd.IsExternal() || len(cps) < 3 { // otherwise availability-power-majority reports it
		say("control planes", "the API", cps)
	}
	say("workers", "every ordinary pod", p.Workers())
	return findings
}

func availabilityPowerUneven(p *plan.Plan) []Finding { return unevenBeside(p, powerOf, powerAt) }

func availabilityHypervisorUneven(p *plan.Plan) []Finding {
	return unevenBeside(p, hypervisorOf, func(n *plan.Node) hcl.Range { return hypervisorAt(p, n) })
}

func powerAt(n *plan.Node) hcl.Range { return attr(n, "power") }

// unevenBeside is uneven for units other than failure domains. If the same workers are in one failure domain, the rule about failure
// domains already reports it.
func unevenBeside(p *plan.Plan, of place, at func(*plan.Node) hcl.Range) []Finding {
	_, in := crowded(p.Workers(), of)
	for _, level := range levels(p) {
		if _, same := crowded(p.Workers(), level); slices.Equal(in, same) && len(uneven(p.Workers(), level, domainAt)) > 0 {
			return nil
		}
	}
	return uneven(p.Workers(), of, at)
}

func availabilityWorkersHypervisor(p *plan.Plan) []Finding {
	w := p.Workers()
	name, in := crowded(w, hypervisorOf)
	if len(w) < 2 || name == "" || len(in) != len(w) || len(distinct(stating(p.Nodes, hypervisorOf), hypervisorOf)) < 2 {
		return nil
	}
	return one(hypervisorAt(p, w[0]), "All %d workers (%s) run on %s: if it fails, every ordinary pod is lost. Spread them over at "+
		"least two hypervisors.", len(w), sentence(names(w)), name)
}

func availabilityPowerMajority(p *plan.Plan) []Finding {
	nodes := members(p)
	name, in := crowded(stating(nodes, powerOf), powerOf)
	if len(nodes) < 3 || name == "" || !stops(p, len(in)) {
		return nil
	}
	return one(attr(in[len(in)-1], "power"), "%s supplies %d of %d etcd members (%s): its loss leaves %d, and %d must agree. %s",
		name, len(in),
		len(nodes), sentence(names(in)), len(nodes)-len(in), p.Etcd.Quorum(), spreadEtcd(p, "feed", len(distinct(p.Nodes, powerOf))))
}

func availabilityPowerUnstated(p *plan.Plan) []Finding {
	without := having(p.Nodes, func(n *plan.Node) bool { return n.Power == "" })
	if len(without) == 0 || len(without) == len(p.Nodes) {
		return nil
	}
	have := "have"
	if len(without) == 1 {
		have = "has"
	}
	return one(written(without[0].NameRange, without[0].Block()),
		"%d of %d hosts state their power feed, and %s %s none. Write power, in pools powers.",
		len(p.Nodes)-len(without), len(p.Nodes), sentence(names(without)), have)
}

// vendorZones reports whether the target uses failure domains as a vendor's zones.
func vendorZones(p *plan.Plan) bool {
	f := p.Target.Facts
	return f.Hosting == plan.Hosts && !f.L2 || f.Hosting == plan.Hosted || f.Zones
}

func targetZonePath(p *plan.Plan) []Finding {
	if !vendorZones(p) {
		return nil
	}
	return each(p.Nodes, func(n *plan.Node) bool { return strings.Contains(n.FailureDomain, "/") },
		func(n *plan.Node) hcl.Range { return domainAt(n) }, func(n *plan.Node, all []*plan.Node) string {
			return fmt.Sprintf("%s is in %q, and on %s a failure domain is one of the vendor's zones. Write only the zone.",
				whose(all), n.FailureDomain, p.Target.Name)
		})
}
