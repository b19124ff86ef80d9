package plan

import (
	"net/netip"
	"testing"
)

func TestNthAddress(t *testing.T) {
	for _, c := range []struct {
		prefix string
		n      int
		want   string
	}{
		{"10.96.0.0/16", 1, "10.96.0.1"}, {"10.96.0.0/16", 10, "10.96.0.10"}, {"10.96.0.0/16", 65535, "10.96.255.255"},
		{"10.96.0.0/16", 65536, "invalid IP"},
		{"fd00:10:96::/112", 10, "fd00:10:96::a"}, {"fd00:10:96::/112", 1 << 16, "invalid IP"}, {"255.255.255.0/24", 256, "invalid IP"},
		{"10.0.0.0/8", -1, "invalid IP"},
	} {
		if got := NthAddress(netip.MustParsePrefix(c.prefix), c.n).String(); got != c.want {
			t.Errorf("%s + %d = %s, want %s", c.prefix, c.n, got, c.want)
		}
	}
}

func TestOffsetCarriesAndEnds(t *testing.T) {
	for _, c := range []struct {
		from string
		n    int
		want string
		ok   bool
	}{
		{"10.0.0.250", 10, "10.0.1.4", true}, {"10.255.255.255", 1, "11.0.0.0", true}, {"255.255.255.255", 1, "0.0.0.0", false},
		{"fd00::ffff", 1, "fd00::1:0", true}, {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 0, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
			true}, {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 1, "::", false},
	} {
		got, ok := offset(netip.MustParseAddr(c.from), c.n)
		if got.String() != c.want || ok != c.ok {
			t.Errorf("%s + %d = %s %v, want %s %v", c.from, c.n, got, ok, c.want, c.ok)
		}
	}
}

func TestCapacity(t *testing.T) {
	for _, c := range []struct {
		pods, services string
		mask, maskV6   int
		nodes, each    int
		servicesHeld   string
	}{
		{"10.244.0.0/16", "10.96.0.0/16", 24, 64, 256, 253, "65534"},
		{"10.244.0.0/18", "10.96.0.0/24", 24, 64, 64, 253, "254"}, // kubespray issue 9150: stuck at 64 nodes
		{"10.244.0.0/16", "10.96.0.0/12", 26, 64, 1024, 61, "1048574"},
		{"10.244.0.0/24", "10.96.0.0/16", 23, 64, 0, 509, "65534"},
		{"fd00:10:244::/56", "fd00:10:96::/112", 24, 64, 256, 1 << 30, "65535"},
		{"fd00::/8", "fd00:10:96::/108", 24, 64, 1 << 30, 1 << 30, "1048575"},
	} {
		n := Network{PodSubnets: []netip.Prefix{netip.MustParsePrefix(c.pods)},
			ServiceSubnets: []netip.Prefix{netip.MustParsePrefix(c.services)}, NodeCIDRMaskSize: c.mask, NodeCIDRMaskSizeV6: c.maskV6}
		if got := n.NodeCapacity(); got != c.nodes {
			t.Errorf("%s holds %d nodes, want %d", c.pods, got, c.nodes)
		}
		if got := n.PodsPerNode(); got != c.each {
			t.Errorf("a share of %s holds %d pods, want %d", c.pods, got, c.each)
		}
		if got := n.ServiceCapacity().String(); got != c.servicesHeld {
			t.Errorf("%s holds %s Services, want %s", c.services, got, c.servicesHeld)
		}
	}
	dual := Network{PodSubnets: []netip.Prefix{netip.MustParsePrefix("10.244.0.0/16"), netip.MustParsePrefix("fd00::/60")},
		NodeCIDRMaskSize: 24, NodeCIDRMaskSizeV6: 64}
	if got := dual.NodeCapacity(); got != 16 {
		t.Errorf("the smaller of two ranges decides: %d", got)
	}
	if (&Network{}).ServiceCapacity().Sign() != 0 {
		t.Error("no range holds Services")
	}
}
