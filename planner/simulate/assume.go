package simulate

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/k8splan/k8splan/planner/plan"
)

// Assumption is a fact that the verdicts depend on but that the file does not state, or that no plan can know.
type Assumption struct {
	// Subject is one word: segment, routers, balancer, zone, power, host, etcd, dns, time.
	Subject string `json:"subject"`
	Text    string `json:"text"` // a sentence
}

// Assumptions lists the assumptions behind the verdicts on the plan, first those that the author can state.
func (m *Model) Assumptions() []Assumption {
	var all []Assumption
	add := func(subject, format string, args ...any) {
		all = append(all, Assumption{subject, fmt.Sprintf(format, args...)})
	}
	for _, s := range m.p.OneSegment() {
		guessed := segments(s.Unstated())
		switch {
		case len(guessed) > 0:
			add("segment", "Network segments are not stated (node_subnets); %s %s assumed to be in one each, and %s works inside one only.",
				listed("and", guessed), isAre(len(guessed)), s.What)
		default:
			add("segment", "%s, stated in the file, is one network segment: %s works inside one only.",
				listed("and", segments(s.Among)), s.What)
		}
	}
	m.underlay(add)
	m.unstated(add)
	m.services(add)
	return all
}

// underlay adds assumptions about the network between the hosts.
func (m *Model) underlay(add func(subject, format string, args ...any)) {
	all := map[netip.Prefix]bool{}
	for _, n := range m.nodes {
		if n.Address.IsValid() {
			all[m.p.Segment(n.Address).Prefix] = true
		}
	}
	if len(all) > 1 {
		add("routers", "Routers and uplinks between the hosts' %d segments survive every failure shown except a cut.", len(all))
	} else {
		add("routers", "Switches and uplinks survive every failure shown except a cut. A switch that fails with a rack "+
			"belongs in its failure domain.")
	}
	lb := m.p.LoadBalancer
	switch {
	case lb.Kind == plan.ExternalBalancer:
		add("balancer", "The external balancer is in no failure domain: it survives the loss of each, "+
			"and reaches every API server that works.")
	case lb.Kind == plan.LocalBalancer:
		add("balancer", "A node's own haproxy works as long as the node does. Clients outside of the cluster find a working "+
			"control plane on their own.")
	case lb.Kind == plan.KubeVIP && lb.Mode == "bgp":
		add("balancer", "The routers that learn the virtual IP reach everything that a client reaches.")
	}
}

// unstated adds assumptions about nodes that do not state what they fail with.
func (m *Model) unstated(add func(subject, format string, args ...any)) {
	count := func(of func(*plan.Node) string) int {
		return len(m.nodes) - len(slices.DeleteFunc(slices.Clone(m.nodes), func(n *plan.Node) bool { return of(n) != "" }))
	}
	for _, place := range []struct {
		subject, argument, alone string
		of                       func(*plan.Node) string
	}{
		{"zone", "failure_domain", "they fail one by one", func(n *plan.Node) string { return n.FailureDomain }},
		{"power", "power", "their power never fails", func(n *plan.Node) string { return n.Power }},
		{"host", "host", "each is treated as a separate machine", (*plan.Node).Carrier},
	} {
		if one := m.OneMachine(); place.subject == "host" && one != "" && len(m.hosts) == 0 {
			add(place.subject, "The verdicts are about single nodes. All %d are on %s: when it fails, nothing works.", len(m.nodes), one)
			continue
		}
		if stated := count(place.of); stated < len(m.nodes) && len(m.nodes) > 1 {
			who := "Nodes"
			if stated > 0 {
				who = fmt.Sprintf("%d of %d nodes", len(m.nodes)-stated, len(m.nodes))
			}
			add(place.subject, "%s state no %s, so %s.", who, place.argument, place.alone)
		}
	}
}

// OneMachine is the machine that all nodes of a design run on, in words; "" if there is only one node, or if they may be on several.
func (m *Model) OneMachine() string {
	switch {
	case len(m.nodes) < 2:
		return ""
	case len(m.hosts) == 0:
		return m.p.Target.OneMachine()
	case len(m.hosts) == 1 && !slices.ContainsFunc(m.nodes, func(n *plan.Node) bool { return n.Carrier() == "" }):
		return m.hosts[0]
	}
	return ""
}

// services adds assumptions about services that the plan does not provide.
func (m *Model) services(add func(subject, format string, args ...any)) {
	if m.p.Etcd.Foreign() {
		add("etcd", "The etcd that others run (%s) answers every API server, whatever fails here: its members and their places are not in "+
			"this file.", strings.Join(m.p.Etcd.Endpoints, ", "))
	}
	host := m.p.Cluster.Endpoint.Host
	_, isAddress := netip.ParseAddr(host)
	switch entry, known := m.p.HostsEntry(); {
	case host == "" || isAddress == nil:
	case known:
		add("dns", "The name %s is found without DNS: every node has it in /etc/hosts (%s).", host, entry.Address)
	default:
		add("dns", "The DNS servers that resolve %s answer from every failure domain, whatever else fails.", host)
	}
	if len(m.cps) > 0 {
		source := "a source"
		if servers := m.p.Time.Servers; len(servers) > 0 {
			source = strings.Join(servers, ", ")
		}
		add("time", "Clocks are synchronized, from %s that survives the failure: certificates and leases depend on it.", source)
	}
}

// segments names the segments of places, without duplicates.
func segments(places []plan.Located) []string {
	var words []string
	for _, l := range places {
		if word := l.Prefix.String(); !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	const most = 6
	if len(words) > most {
		words = append(words[:most:most], fmt.Sprintf("%d more", len(words)-most))
	}
	return words
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}
