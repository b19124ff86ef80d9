package plan

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/spelling"
)

// BGPDomain is the pod network's BGP configuration for one failure domain.
type BGPDomain struct {
	*spec.Source
	Name      string
	NameRange hcl.Range
	Peers     []BGPPeer
}

// BGPGroup is a set of nodes that share the same routers.
type BGPGroup struct {
	Zones []string // zone labels, sorted; "" for nodes without a failure domain; nil for every node
	Nodes []*Node
	Peers []BGPPeer
}

// peersOf returns the routers to which a node announces its pods, in file order.
func (c *CNI) peersOf(n *Node) []BGPPeer {
	peers := slices.Clone(c.BGPPeers)
	for _, domain := range Around(n.FailureDomain) {
		for _, d := range c.BGPDomains {
			if d.Name == domain {
				peers = append(peers, d.Peers...)
			}
		}
	}
	return peers
}

// BGPGroups groups the nodes with a kubelet by their routers. Nodes without routers are in no group.
func (p *Plan) BGPGroups() []BGPGroup {
	c := &p.Network.CNI
	if c.Encapsulation != "bgp" || c.Name != Calico && c.Name != Cilium {
		return nil
	}
	var groups []BGPGroup
	for _, n := range p.KubeletNodes() {
		peers := c.peersOf(n)
		if len(peers) == 0 {
			continue
		}
		i := slices.IndexFunc(groups, func(g BGPGroup) bool { return slices.Equal(g.Peers, peers) })
		if i < 0 {
			i = len(groups)
			groups = append(groups, BGPGroup{Peers: peers})
		}
		g := &groups[i]
		g.Nodes = append(g.Nodes, n)
		if zone := n.Zone(); !slices.Contains(g.Zones, zone) {
			g.Zones = append(g.Zones, zone)
		}
	}
	for i := range groups {
		slices.Sort(groups[i].Zones)
	}
	if len(groups) == 1 && len(groups[0].Nodes) == len(p.KubeletNodes()) {
		groups[0].Zones = nil
	}
	return groups
}

// RoutersLearn reports whether every node has routers that learn pod routes, so that pods reach each other across segments without
// encapsulation.
func (p *Plan) RoutersLearn() bool {
	n := 0
	for _, g := range p.BGPGroups() {
		n += len(g.Nodes)
	}
	return n > 0 && n == len(p.KubeletNodes())
}

// bgpPeers parses routers written as address:AS, with an IPv6 address in brackets.
func (r *resolver) bgpPeers(src *spec.Source, written []string) []BGPPeer {
	var peers []BGPPeer
	for i, text := range written {
		colon := strings.LastIndexByte(text, ':')
		address, as := text[:max(colon, 0)], text[colon+1:]
		six := strings.HasPrefix(address, "[") && strings.HasSuffix(address, "]")
		if six {
			address = address[1 : len(address)-1]
		}
		a, err := netip.ParseAddr(address)
		n, asErr := strconv.ParseUint(as, 10, 32)
		if err != nil || a.Is4() == six || a.Is4In6() || a.Zone() != "" || asErr != nil || n == 0 ||
			strings.TrimLeft(as, "0123456789") != "" {
			r.fail(invalidAddress, src.Element("bgp_peers", i), `bgp_peers holds %q. Write a router's address and its autonomous system: `+
				`"10.0.0.1:65001", "[fd00::1]:65001".`, spelling.Excerpt(text))
			continue
		}
		if peer := (BGPPeer{Address: a, AS: int(n)}); !slices.Contains(peers, peer) {
			peers = append(peers, peer)
		}
	}
	return peers
}

// Routers lists every router in the file, for the virtual IP and for pods.
func (p *Plan) Routers() []BGPPeer {
	all := slices.Concat(p.LoadBalancer.BGPPeers, p.Network.CNI.BGPPeers)
	for _, d := range p.Network.CNI.BGPDomains {
		all = append(all, d.Peers...)
	}
	return all
}
