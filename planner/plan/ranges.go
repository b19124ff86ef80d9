package plan

import (
	"fmt"
	"net/netip"
	"slices"
)

// Ports of every etcd member, the same as kubeadm's. Source: https://kubernetes.io/docs/reference/networking/ports-and-protocols/
const (
	EtcdClientPort = 2379
	EtcdPeerPort   = 2380
)

// Values of CNI.Encapsulation: how packets travel between nodes.
const (
	VXLAN           = "vxlan"
	HostGateway     = "host-gw" // routes inside a network that all hosts share
	IPIP            = "ipip"
	WireGuard       = "wireguard"
	Geneve          = "geneve"
	BGP             = "bgp" // routes announced to routers
	NoEncapsulation = "none"
)

// Texts formats values, such as ranges and addresses, as strings. It never returns nil.
func Texts[T fmt.Stringer](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = v.String()
	}
	return out
}

// HasFamily reports whether one of the ranges is IPv6 (six), or IPv4.
func HasFamily(ranges []netip.Prefix, six bool) bool { return RangeOf(ranges, six).IsValid() }

// RangeOf returns the first IPv6 (six) or IPv4 range, the zero Prefix if there is none.
func RangeOf(ranges []netip.Prefix, six bool) netip.Prefix {
	if i := slices.IndexFunc(ranges, func(r netip.Prefix) bool { return r.Addr().Is6() == six }); i >= 0 {
		return ranges[i]
	}
	return netip.Prefix{}
}

// FamilyOf returns the family of an address as configurations name it: ipv4 or ipv6.
func FamilyOf(a netip.Addr) string {
	if a.Is4() {
		return "ipv4"
	}
	return "ipv6"
}

// IPv6 reports whether pods have IPv6 addresses.
func (n *Network) IPv6() bool { return HasFamily(n.PodSubnets, true) }
