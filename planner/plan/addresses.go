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

// NthAddress returns the address at offset n in a range, or the zero Addr if the range is too short. In a service range, 1 is the API
// server and 10 is cluster DNS (k8s.io/kubernetes cmd/kubeadm/app/constants, GetDNSIP).
func NthAddress(p netip.Prefix, n int) netip.Addr {
	a, ok := offset(p.Masked().Addr(), n)
	if !ok || !p.Contains(a) {
		return netip.Addr{}
	}
	return a
}

// offset returns the address n after a, false if that overflows the family.
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

// DNSServiceIPs returns the cluster DNS address, the tenth, of each service range.
func (n *Network) DNSServiceIPs() []netip.Addr {
	var addrs []netip.Addr
	for _, s := range n.ServiceSubnets {
		if a := NthAddress(s, 10); a.IsValid() {
			addrs = append(addrs, a)
		}
	}
	return addrs
}

// NodeMask is the prefix length of the range that each node gets from a pod range.
func (n *Network) NodeMask(pods netip.Prefix) int {
	if pods.Addr().Is4() {
		return n.NodeCIDRMaskSize
	}
	return n.NodeCIDRMaskSizeV6
}

// NodeCapacity is how many nodes can get pod addresses: the minimum of 2^(node mask − range length) over the pod ranges, 0 if the range of
// a single node is larger than the pod range. It is capped at 2^30, which means "more than any cluster has".
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

// PodsPerNode is how many pod addresses a node's range holds, the minimum over the pod ranges. Three addresses of an IPv4 range are not for
// pods: network, bridge, and broadcast. It is capped at 2^30.
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

// ServiceCapacity is how many Services can get an address of every family. The network address and, for IPv4, the broadcast address are
// never assigned. Source: k8s.io/kubernetes pkg/registry/core/service/ipallocator
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

// Server is a machine that the design refers to by address but does not define.
type Server struct {
	What string // "mirror", "image registry", "registry", "proxy"
	Addr netip.Addr
	At   hcl.Range
}

// Servers returns the mirrors, registries, and proxies that are given as addresses.
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

// NodeSubnet returns the node subnet that contains an address, false if none does.
func (n *Network) NodeSubnet(a netip.Addr) (netip.Prefix, bool) {
	for _, s := range n.NodeSubnets {
		if s.Contains(a) {
			return s.Masked(), true
		}
	}
	return netip.Prefix{}, false
}

// FreeRun finds n consecutive addresses that hosts can use and nothing in the design uses, after near if there is room. It looks in the
// node subnet of near, or in the target's range; if neither is given, in the /24 of near (/64 for IPv6), which is likely to be its subnet.
// If the target states no router, the first and last addresses of the subnet are taken to be the router. Addresses of hosts in moving count
// as free; addresses in offered count as taken. ok is false if there is no such run.
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
	if near.BitLen()-subnet.Bits() > 1 { // the first is the network's or its routers'; the last is IPv4's broadcast address
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

// distance is how far b is after a, 0 if it is before a.
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
