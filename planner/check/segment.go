package check

import (
	"fmt"
	"slices"

	"github.com/k8splan/k8splan/planner/plan"
)

// direct is the pod network's part of what needs one segment, nil if it needs none.
func direct(p *plan.Plan) *plan.Shared {
	c := &p.Network.CNI
	if n, ok := networkOf(p); !c.Direct() || ok && cniHas(p, "encapsulation") && !slices.Contains(n.encapsulations, c.Encapsulation) {
		return nil // network-encapsulation reports the latter
	}
	for _, s := range p.OneSegment() {
		if s.What == c.Words() {
			return &s
		}
	}
	return nil
}

// virtualIP returns the virtual IP and the hosts between which it moves, itself first. It returns nil if it does not move, or if another
// rule reports that the address is in a range of pods, Services, or others.
func virtualIP(p *plan.Plan) *plan.Shared {
	vip := p.LoadBalancer.VirtualIP
	if p.MovingVirtualIP() == nil || unusable(vip) != "" {
		return nil
	}
	for _, s := range slices.Concat(pods(p), services(p), reserved(p)) {
		if s.prefix.Contains(vip) {
			return nil // network-virtual-ip-overlap reports it
		}
	}
	for _, s := range p.OneSegment() {
		if s.Among[0].Node == nil {
			s.Among = slices.DeleteFunc(slices.Clone(s.Among), func(l plan.Located) bool { return unusable(l.Addr) != "" })
			return &s
		}
	}
	return nil
}

// outside returns the first host whose stated segment does not contain the virtual IP.
func outside(vip *plan.Shared) (plan.Located, bool) {
	for _, l := range vip.Among[1:] {
		if l.Stated && !l.Prefix.Contains(vip.Among[0].Addr) {
			return l, true
		}
	}
	return plan.Located{}, false
}

// routesApart finds nodes in different segments whose pods have no encapsulation: with stated, segments from the file, otherwise assumed
// ones.
func routesApart(p *plan.Plan, stated bool) []Finding {
	s := direct(p)
	if s == nil {
		return nil
	}
	c := &p.Network.CNI
	wrap, learn := wrapInstead(c), ", or use one subnet"
	if c.Name == plan.Calico || c.Name == plan.Cilium {
		learn = ", name the routers of each failure domain (encapsulation = \"bgp\" with bgp_as and bgp_peers), or use one subnet"
	}
	a, b, certain := s.StatedApart()
	if without := withoutRouters(p); len(without) > 0 && certain && stated {
		return one(s.At, "%s over several segments needs routers for every node: %s. Nothing else learns where their pods are. "+
			"Write %s in cni.", s.What, listed(without, "has", "have"), routersFor(without))
	}
	switch {
	case certain && stated:
		return one(s.At, "%s needs all nodes on one segment: %s is in %s, %s in %s. Write %s%s.", s.What, a.Who, a.Prefix, b.Who,
			b.Prefix, wrap, learn)
	case certain != stated: // the other rule reports it, or there is nothing to report
		return nil
	}
	if a, b, likely := s.Apart(); likely && !stated {
		return one(s.At, "%s needs all nodes on one segment, and %s of %s and %s of %s look like two. If they are one, write its "+
			"range as node_subnets in network; if not, write %s.", s.What, a.Addr, a.Who, b.Addr, b.Who, wrap)
	}
	return nil
}

// withoutRouters returns the nodes that announce their pods to no router although others do; nil if all do, or none.
func withoutRouters(p *plan.Plan) []*plan.Node {
	with := map[*plan.Node]bool{}
	for _, g := range p.BGPGroups() {
		for _, n := range g.Nodes {
			with[n] = true
		}
	}
	if len(with) == 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(p.KubeletNodes()), func(n *plan.Node) bool { return with[n] })
}

// listed says which nodes have no router, and in which failure domain each is.
func listed(nodes []*plan.Node, has, have string) string {
	var words []string
	for _, n := range nodes {
		words = append(words, n.Name+inDomain(n))
	}
	if len(nodes) > 1 {
		has = have
	}
	return fmt.Sprintf("%s %s none", sentence(words), has)
}

func inDomain(n *plan.Node) string {
	if n.FailureDomain == "" {
		return ""
	}
	return " (" + n.FailureDomain + ")"
}

// routersFor is what to write for the first of the nodes.
func routersFor(nodes []*plan.Node) string {
	if d := nodes[0].FailureDomain; d != "" {
		return fmt.Sprintf("failure_domain %q { bgp_peers = […] }", d)
	}
	return "bgp_peers = […]"
}

// wrapInstead describes the pod network with an encapsulation.
func wrapInstead(c *plan.CNI) string {
	name := c.Name
	if name == plan.StaticRoutes {
		name = plan.Flannel
	}
	return fmt.Sprintf("cni %q { encapsulation = \"vxlan\" }", name)
}
