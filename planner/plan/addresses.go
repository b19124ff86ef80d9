package plan

import (
	"math/big"
	"net/netip"
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

// offset returns the address n places after a; false where the family has none there.
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
