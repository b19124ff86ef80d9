package plan

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// Segment is the network segment in which an address lies: what ARP, VRRP and a neighbor's routes do not leave.
type Segment struct {
	Prefix netip.Prefix
	// Stated is false if the file names no segment that holds the address. Prefix is then what is likely to be one: its /24, or its /64
	// of IPv6.
	Stated bool
}

// Segment returns the segment of an address: that of node_subnets, else that of the target's block, else what is likely to be one. The
// zero Segment belongs to no address.
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

// MovingVirtualIP returns the hosts among which ARP or VRRP moves the virtual IP, none if nothing does.
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

// OfFamily is the address of the node of the same family as another one, the zero Addr where it has none.
func (n *Node) OfFamily(a netip.Addr) netip.Addr {
	for _, own := range []netip.Addr{n.Address, n.SecondaryAddress} {
		if own.IsValid() && own.Is4() == a.Is4() {
			return own
		}
	}
	return netip.Addr{}
}

// Zone is the failure domain as a label's value and a system's zone: the path with a point for each slash.
func (n *Node) Zone() string { return ZoneOf(n.FailureDomain) }

// ZoneOf is a failure domain as a label's value.
func ZoneOf(domain string) string { return strings.ReplaceAll(domain, "/", ".") }

// Around returns a failure domain with those that it is in, the largest first: room-1, room-1/rack-a. None of "".
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

// Direct reports whether pods' packets travel between nodes under the pods' own addresses, which a router in between must know.
func (c *CNI) Direct() bool {
	switch c.Name {
	case StaticRoutes:
		return true
	case Flannel, Calico, Cilium, OtherCNI:
		return c.Encapsulation == HostGateway || c.Encapsulation == NoEncapsulation || c.Encapsulation == BGP
	}
	return false
}

// Words names the pod network with its encapsulation, as a sentence does.
func (c *CNI) Words() string {
	if c.Name == StaticRoutes {
		return "cni static-routes"
	}
	return c.Called() + " with encapsulation " + c.Encapsulation
}

// Located is an address with the segment that it is in.
type Located struct {
	Who  string // whose address it is: a node's name, or "the virtual IP"
	Node *Node  // nil of the virtual IP
	Addr netip.Addr
	Segment
}

// Shared is a mechanism of the design that works inside one network segment and nowhere else.
type Shared struct {
	What  string    // the subject of a sentence
	At    hcl.Range // the argument that chose it
	Among []Located
}

// Apart returns the first two places that are in different segments; ok is false if all share one.
func (s *Shared) Apart() (a, b Located, ok bool) { return apart(s.Among) }

// StatedApart returns the first two places that are in different segments which the file states.
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

// OneSegment lists what in the design needs one network segment: a virtual IP that moves, and routes that name a neighbor as the next hop.
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
