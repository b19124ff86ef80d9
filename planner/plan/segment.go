package plan

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// Segment is the network segment of an address: the range that ARP, VRRP, and next-hop routes to a neighbor cannot leave.
type Segment struct {
	Prefix netip.Prefix
	// Stated is false if the file names no segment that contains the address. Prefix is then a guess: its /24, or its /64 for IPv6.
	Stated bool
}

// Segment returns the segment of an address: from node_subnets, else from the target's block, else a guess. The zero Segment contains no
// address.
func (p *Plan) Segment(a netip.Addr) Segment {
	if !a.IsValid() {
		return Segment{}
	}
	if s, ok := p.Network.NodeSubnet(a); ok {
		return Segment{s, true}
	}
	for _, s := range p.Target.Site.Subnets {
		if s.Contains(a) {
			return Segment{s.Masked(), true}
		}
	}
	bits := 64
	if a.Is4() {
		bits = 24
	}
	likely, _ := a.Prefix(bits)
	return Segment{likely, false}
}

// MovingVirtualIP returns the hosts between which ARP or VRRP moves the virtual IP, none if it does not move.
func (p *Plan) MovingVirtualIP() []*Node {
	lb := &p.LoadBalancer
	switch {
	case !lb.VirtualIP.IsValid():
		return nil
	case lb.Kind == HAProxy:
		return lb.Nodes
	case lb.Kind == KubeVIP && lb.Mode != "bgp":
		return p.ControlPlanes()
	}
	return nil
}

// OfFamily is the node's address of the same family as a, the zero Addr if it has none.
func (n *Node) OfFamily(a netip.Addr) netip.Addr {
	for _, own := range []netip.Addr{n.Address, n.SecondaryAddress} {
		if own.IsValid() && own.Is4() == a.Is4() {
			return own
		}
	}
	return netip.Addr{}
}

// Zone is the failure domain as a label value and as a Kubernetes zone: the path with each slash replaced by a period.
func (n *Node) Zone() string { return ZoneOf(n.FailureDomain) }

// ZoneOf is a failure domain as a label value.
func ZoneOf(domain string) string { return strings.ReplaceAll(domain, "/", ".") }

// Around returns a failure domain and the domains that contain it, largest first: room-1, room-1/rack-a. None for "".
func Around(domain string) []string {
	if domain == "" {
		return nil
	}
	var all []string
	for i, c := range domain {
		if c == '/' {
			all = append(all, domain[:i])
		}
	}
	return append(all, domain)
}

// Direct reports whether packets between nodes carry the pods' own addresses, so that any router in between needs routes to them.
func (c *CNI) Direct() bool {
	switch c.Name {
	case StaticRoutes:
		return true
	case Flannel, Calico, Cilium, OtherCNI:
		return c.Encapsulation == HostGateway || c.Encapsulation == NoEncapsulation || c.Encapsulation == BGP
	}
	return false
}

// Words names the pod network and its encapsulation, for use in a sentence.
func (c *CNI) Words() string {
	if c.Name == StaticRoutes {
		return "cni static-routes"
	}
	return c.Called() + " with encapsulation " + c.Encapsulation
}

// Located is an address and its segment.
type Located struct {
	Who  string // whose address it is: a node's name, or "the virtual IP"
	Node *Node  // nil for the virtual IP
	Addr netip.Addr
	Segment
}

// Shared is a mechanism in the design that works only inside one network segment.
type Shared struct {
	What  string    // the subject of a sentence
	At    hcl.Range // the argument that chose it
	Among []Located
}

// Apart returns the first two places in different segments; ok is false if all share one.
func (s *Shared) Apart() (a, b Located, ok bool) { return apart(s.Among) }

// StatedApart returns the first two places in different segments that the file states.
func (s *Shared) StatedApart() (a, b Located, ok bool) {
	return apart(slices.DeleteFunc(slices.Clone(s.Among), func(l Located) bool { return !l.Stated }))
}

func apart(places []Located) (a, b Located, ok bool) {
	for _, l := range places {
		if l.Prefix != places[0].Prefix {
			return places[0], l, true
		}
	}
	return Located{}, Located{}, false
}

// Unstated returns the places whose segment the file does not state.
func (s *Shared) Unstated() []Located {
	return slices.DeleteFunc(slices.Clone(s.Among), func(l Located) bool { return l.Stated })
}

// OneSegment lists the parts of the design that need a single network segment: a moving virtual IP, and routes that use a neighbor as the
// next hop.
func (p *Plan) OneSegment() []Shared {
	var all []Shared
	lb := &p.LoadBalancer
	if holders := p.MovingVirtualIP(); holders != nil {
		vip := lb.VirtualIP
		s := Shared{What: fmt.Sprintf("the virtual IP %s", vip), At: lb.Attr("virtual_ip")}
		s.Among = append(s.Among, Located{"the virtual IP", nil, vip, p.Segment(vip)})
		for _, n := range holders {
			if a := n.OfFamily(vip); a.IsValid() {
				s.Among = append(s.Among, Located{n.Name, n, a, p.Segment(a)})
			}
		}
		all = append(all, s)
	}
	if c := &p.Network.CNI; c.Direct() && p.Target.Facts.Hosting == Hosts && !p.RoutersLearn() {
		at := c.Block()
		if c.Written && c.Has("encapsulation") {
			at = c.Attr("encapsulation")
		}
		s := Shared{What: c.Words(), At: at}
		for _, n := range p.KubeletNodes() {
			if n.Address.IsValid() {
				s.Among = append(s.Among, Located{n.Name, n, n.Address, p.Segment(n.Address)})
			}
		}
		all = append(all, s)
	}
	return all
}
