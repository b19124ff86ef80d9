package plan

import (
	"encoding/binary"
	"math"
	"math/big"
	"net/netip"
	"net/url"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"go4.org/netipx"
)

// NthAddress returns the address n places after the start of a range, the zero Addr where the range is shorter.
// Service ranges: 1 is the API server's, 10 the cluster DNS's (k8s.io/kubernetes cmd/kubeadm/app/constants, GetDNSIP).
func NthAddress(p netip.Prefix, n int) netip.Addr {
	a, ok := offset(p.Masked().Addr(), n)
	if !ok || !p.Contains(a) {
		return netip.Addr{}
	}
	return a
}

// offset returns the address n places after a; false if the family has none there.
func offset(a netip.Addr, n int) (netip.Addr, bool) {
	if !a.IsValid() || n < 0 {
		return netip.Addr{}, false
	}
	bytes := a.AsSlice()
	carry := n
	for i := len(bytes) - 1; i >= 0 && carry > 0; i-- {
		carry += int(bytes[i])
		bytes[i] = byte(carry)
		carry >>= 8
	}
	moved, _ := netip.AddrFromSlice(bytes)
	return moved, carry == 0
}

// DNSServiceIPs returns the address of the cluster DNS in each service range: the tenth.
func (n *Network) DNSServiceIPs() []netip.Addr {
	var addrs []netip.Addr
	for _, s := range n.ServiceSubnets {
		if a := NthAddress(s, 10); a.IsValid() {
			addrs = append(addrs, a)
		}
	}
	return addrs
}

// NodeMask is the size of a node's share of a pod range, as a prefix length.
func (n *Network) NodeMask(pods netip.Prefix) int {
	if pods.Addr().Is4() {
		return n.NodeCIDRMaskSize
	}
	return n.NodeCIDRMaskSizeV6
}

// NodeCapacity is how many nodes get pod addresses: the least over the pod ranges of 2^(node mask − range length), 0 where a node's share
// is larger than the range. It ends at 2^30, which stands for "more than any cluster has".
func (n *Network) NodeCapacity() int {
	const most = 30
	capacity := 1 << most
	for _, s := range n.PodSubnets {
		bits := n.NodeMask(s) - s.Bits()
		switch {
		case bits < 0:
			return 0
		case bits < most:
			capacity = min(capacity, 1<<bits)
		}
	}
	return capacity
}

// PodsPerNode is how many pod addresses a node's share holds: the least over the pod ranges. Three of an IPv4 share are no pod's: network,
// bridge and broadcast. It ends at 2^30.
func (n *Network) PodsPerNode() int {
	const most = 30
	pods := 1 << most
	for _, s := range n.PodSubnets {
		if bits := s.Addr().BitLen() - n.NodeMask(s); bits < most {
			pods = min(pods, max(0, 1<<bits-3))
		}
	}
	return pods
}

// ServiceCapacity is how many Services get an address of every family: network address and, for IPv4, broadcast address are not given out.
// Source: k8s.io/kubernetes pkg/registry/core/service/ipallocator
func (n *Network) ServiceCapacity() *big.Int {
	var least *big.Int
	for _, s := range n.ServiceSubnets {
		size := new(big.Int).Lsh(big.NewInt(1), uint(s.Addr().BitLen()-s.Bits()))
		size.Sub(size, big.NewInt(1))
		if s.Addr().Is4() {
			size.Sub(size, big.NewInt(1))
		}
		if least == nil || size.Cmp(least) < 0 {
			least = size
		}
	}
	if least == nil {
		return new(big.Int)
	}
	return least
}

// LastAddress is the last address of a range.
func LastAddress(r netip.Prefix) netip.Addr { return netipx.PrefixLastIP(r) }

// Server is a machine that the design names by its address and does not define.
type Server struct {
	What string // "mirror", "image registry", "registry", "proxy"
	Addr netip.Addr
	At   hcl.Range
}

// Servers returns the mirrors, registries and proxies that are written as addresses.
func (p *Plan) Servers() []Server {
	var servers []Server
	add := func(what, address string, at hcl.Range) {
		u, err := url.Parse(address)
		if err != nil {
			return
		}
		if a, err := netip.ParseAddr(u.Hostname()); err == nil {
			servers = append(servers, Server{what, a, at})
		}
	}
	add("mirror", p.Artifacts.MirrorURL, p.Artifacts.Attr("mirror_url"))
	add("image registry", "//"+p.Artifacts.ImageRepository, p.Artifacts.Attr("image_repository"))
	for _, r := range p.Runtime.Registries {
		add("registry", "//"+r.Host, r.Block())
		for i, m := range r.Mirrors {
			add("mirror", m, r.Element("mirrors", i))
		}
	}
	if h := p.Network.HTTPProxy; h != nil {
		add("proxy", h.HTTP, h.Attr("http"))
		if h.HTTPS != h.HTTP {
			add("proxy", h.HTTPS, h.Attr("https"))
		}
	}
	return servers
}

// NodeSubnet returns the node subnet that holds an address; false if none was written or none does.
func (n *Network) NodeSubnet(a netip.Addr) (netip.Prefix, bool) {
	for _, s := range n.NodeSubnets {
		if s.Contains(a) {
			return s.Masked(), true
		}
	}
	return netip.Prefix{}, false
}

// FreeRun finds n addresses in a row, behind near where there is room, that a host can have and nothing in the design has. They are in
// the node subnet of near, or the range of the target; where none is written, in its /24, or its /64 of IPv6: what is likely to be one.
// If the target states no router, the first and the last address of the subnet are likely to be it. The addresses of the hosts that are
// moving do not count as taken, and what was offered to others does. ok is false if there is no such run.
func (p *Plan) FreeRun(near netip.Addr, n int, offered []netipx.IPRange, moving ...*Node) (first, last netip.Addr, ok bool) {
	subnet, known := p.Network.NodeSubnet(near)
	for _, s := range p.Target.Site.Subnets {
		if s.Contains(near) && !known {
			subnet, known = s.Masked(), true
		}
	}
	if !known {
		bits := 64
		if near.Is4() {
			bits = 24
		}
		subnet, _ = near.Prefix(bits)
	}
	lowest, highest := subnet.Addr(), LastAddress(subnet)
	if near.BitLen()-subnet.Bits() > 1 { // the first names the network, or its routers; the last is IPv4's broadcast address
		lowest = lowest.Next()
		if near.Is4() {
			highest = highest.Prev()
		}
	}

	moves := make(map[*Node]bool, len(moving))
	for _, m := range moving {
		moves[m] = true
	}
	taken := slices.Clone(offered)
	add := func(a netip.Addr) {
		if a.Is4() == near.Is4() && !a.Less(lowest) && !highest.Less(a) {
			taken = append(taken, netipx.IPRangeFrom(a, a))
		}
	}
	for _, node := range p.Nodes {
		if !moves[node] {
			add(node.Address)
			add(node.SecondaryAddress)
		}
	}
	for _, s := range p.Servers() {
		add(s.Addr)
	}
	for _, peer := range p.Routers() {
		add(peer.Address)
	}
	add(p.LoadBalancer.VirtualIP)
	router := false
	for _, a := range p.Target.Site.Gateways {
		add(a)
		router = router || subnet.Contains(a)
	}
	for _, a := range p.Target.Site.Nameservers {
		add(a)
	}
	if !router {
		add(lowest)
		add(highest)
	}
	if a, err := netip.ParseAddr(p.Cluster.Endpoint.Host); err == nil {
		add(a)
	}
	slices.SortFunc(taken, func(a, b netipx.IPRange) int { return a.From().Compare(b.From()) })

	for _, start := range []netip.Addr{near.Next(), lowest} {
		if !start.IsValid() || start.Less(lowest) || highest.Less(start) {
			continue
		}
		for _, t := range taken {
			if !t.To().Less(start) && (!start.Less(t.From()) || distance(start, t.From()) < uint64(n)) {
				start = t.To().Next()
			}
		}
		if last, ok := offset(start, n-1); ok && !highest.Less(last) {
			return start, last, true
		}
	}
	return netip.Addr{}, netip.Addr{}, false
}

// distance is how far b is behind a, 0 where it lies before.
func distance(a, b netip.Addr) uint64 {
	from, to := a.As16(), b.As16()
	switch {
	case b.Less(a):
		return 0
	case [8]byte(from[:8]) != [8]byte(to[:8]):
		return math.MaxUint64
	}
	return binary.BigEndian.Uint64(to[8:]) - binary.BigEndian.Uint64(from[8:])
}
