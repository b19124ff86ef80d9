package check

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
)

const metallbUsage = "https://metallb.io/configuration/"

// poolRules are about addresses for Services of type LoadBalancer.
var poolRules = []Rule{
	{rule.Rule{
		ID: "addon-pool-owner", Severity: rule.Error, Title: "Address pool without MetalLB, or MetalLB without a pool", Permanent: true,
		Doc: "MetalLB, as k8splan installs it, assigns addresses from pools to Services. No other addon reads pools, and MetalLB " +
			"without a pool assigns nothing.",
		Fix:     "Write `addon \"metallb\" { pool \"default\" { addresses = [ … ] } }`, without manifests of your own.",
		Sources: []string{metallbUsage},
	}, addonPoolOwner},
	{rule.Rule{
		ID: "addon-pool-overlap", Severity: rule.Error, Title: "Address pool overlaps addresses in use", Permanent: true,
		Doc: "An address of a pool goes to the next Service that needs one. If a host, the virtual IP, the endpoint, pods, other " +
			"Services, a reserved network, or another pool has it too, one of the two is unreachable.",
		Fix:     "Choose free addresses, and exclude them from DHCP.",
		Sources: []string{metallbUsage},
	}, addonPoolOverlap},
	{rule.Rule{
		ID: "addon-pool-segment", Severity: rule.Error, Title: "Address pool outside the nodes' segments",
		Doc: "A node answers ARP for the addresses of a pool. The router and the hosts of a segment send ARP requests only for " +
			"addresses in the segment, so other addresses are never found.",
		Fix:     "Take addresses of a subnet in `node_subnets`, or write `announce = \"none\"` and announce them by BGP.",
		Sources: []string{"https://metallb.io/concepts/layer2/"},
	}, addonPoolSegment},
	{rule.Rule{
		ID: "addon-pool-segment-unstated", Severity: rule.Warning, Title: "Address pool in what looks like a segment without nodes",
		Doc: "A node answers ARP for the addresses of a pool, and routers do not forward ARP. `node_subnets` does not say where " +
			"segments end. Judging by addresses (one segment for each /24, or /64 of IPv6), no node shares a segment with the pool.",
		Fix: "Write `node_subnets`, as one range if it is one segment. Otherwise take addresses from the nodes' subnet, or write " +
			"`announce = \"none\"` and announce them by BGP.",
		Sources: []string{"https://metallb.io/concepts/layer2/"},
	}, addonPoolSegmentUnstated},
	{rule.Rule{
		ID: "addon-pool-unusable", Severity: rule.Error, Title: "Unreachable address pool",
		Doc: "Clients outside the cluster connect to the addresses of a pool. Loopback, link-local, multicast, and reserved addresses " +
			"lead nowhere, and MetalLB gives a Service only addresses of the Service's own families.",
		Fix:     "Take addresses from the nodes' network, of a family that Services have.",
		Sources: []string{metallbUsage, dualStackDocs},
	}, addonPoolUnusable},
	{rule.Rule{
		ID: "addon-pool-broadcast", Severity: rule.Warning, Title: "Address pool with a segment's network or broadcast address",
		Doc: "The first and last addresses of an IPv4 segment are its network and broadcast addresses. Hosts do not connect to them, so " +
			"a Service that gets one is unreachable.",
		Fix:     "Leave the two out of the pool.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc919", metallbUsage},
	}, addonPoolBroadcast},
}

func addonPoolOwner(p *plan.Plan) []Finding {
	var findings []Finding
	for _, a := range p.Addons {
		ours := a.Known != nil && a.Name == "metallb"
		switch {
		case len(a.Pools) > 0 && !ours:
			findings = append(findings, one(a.Pools[0].NameRange, "%s does not use pools: only MetalLB does, if k8splan installs "+
				"it. Remove the pool, or write addon \"metallb\" without manifests.", a.Name)...)
		case len(a.Pools) == 0 && ours:
			findings = append(findings, one(a.NameRange, "MetalLB has no addresses to assign. Write pool \"default\" { addresses = "+
				"[ … ] } in the block.")...)
		}
	}
	return findings
}

// poolRange is a range of a pool.
type poolRange struct {
	plan.AddressRange
	pool *plan.AddressPool
	at   hcl.Range
}

func poolRanges(p *plan.Plan) []poolRange {
	var all []poolRange
	for _, a := range p.Addons {
		for i := range a.Pools {
			for j, r := range a.Pools[i].Addresses {
				all = append(all, poolRange{r, &a.Pools[i], a.Pools[i].Element("addresses", j)})
			}
		}
	}
	return all
}

func addonPoolOverlap(p *plan.Plan) []Finding {
	var findings []Finding
	all, hosts := poolRanges(p), uses(p)
	for i, c := range all {
		if text := poolTaken(p, c, hosts); text != "" {
			findings = append(findings, one(c.at, "%s of pool %s contains %s. Choose free "+
				"addresses.", c.Written, c.pool.Name, text)...)
			continue
		}
		for _, other := range all[:i] {
			if c.Overlaps(other.AddressRange) {
				findings = append(findings, one(c.at, "%s of pool %s and %s of pool %s (%s) share addresses. Choose free "+
					"addresses.",
					c.Written, c.pool.Name, other.Written, other.pool.Name, line(other.at))...)
				break
			}
		}
	}
	return findings
}

// poolTaken says what already has an address of a range, "" if it is free.
func poolTaken(p *plan.Plan, c poolRange, hosts []use) string {
	if i := slices.IndexFunc(hosts, func(u use) bool { return c.Contains(u.addr) }); i >= 0 {
		return hosts[i].addr.String() + ", the address of " + hosts[i].node.Name
	}
	if vip := p.LoadBalancer.VirtualIP; vip.IsValid() && c.Contains(vip) {
		return vip.String() + ", the virtual IP"
	}
	if a, err := netip.ParseAddr(p.Cluster.Endpoint.Host); err == nil && c.Contains(a) {
		return a.String() + ", the endpoint"
	}
	for _, s := range slices.Concat(pods(p), services(p), reserved(p)) {
		if c.Overlaps(plan.AddressRange{First: s.prefix.Addr(), Last: plan.LastAddress(s.prefix)}) {
			return "addresses of " + describe(s) + where(s.at)
		}
	}
	return ""
}

// statedSegments returns the segments that the file states: those of node_subnets, else those of the target's block.
func statedSegments(p *plan.Plan) (segments []netip.Prefix, at hcl.Range) {
	if len(p.Network.NodeSubnets) > 0 {
		return p.Network.NodeSubnets, p.Network.Attr("node_subnets")
	}
	return p.Target.Site.Subnets, written(writtenArg(p.Target.Has("subnets"), p.Target.Attr("subnets")), p.Target.NameRange)
}

func addonPoolSegment(p *plan.Plan) []Finding {
	segments, at := statedSegments(p)
	if len(segments) == 0 {
		return nil
	}
	what := "node_subnets"
	if len(p.Network.NodeSubnets) == 0 {
		what = "the target's segment"
	}
	var findings []Finding
	hosts := uses(p)
	for _, c := range poolRanges(p) {
		if poolTaken(p, c, hosts) != "" {
			continue // addon-pool-overlap reports it
		}
		within := func(s netip.Prefix) bool { return s.Contains(c.First) && s.Contains(c.Last) }
		if c.pool.ARP && poolUnusable(p, c) == "" && !slices.ContainsFunc(segments, within) {
			findings = append(findings, one(c.at, "%s of pool %s is outside %s (%s), so no host finds it by ARP. Use addresses in the "+
				"nodes' subnet, or write announce = \"none\".", c.Written, c.pool.Name, what, line(at))...)
		}
	}
	return findings
}

func addonPoolSegmentUnstated(p *plan.Plan) []Finding {
	if segments, _ := statedSegments(p); len(segments) > 0 {
		return nil
	}
	guessed := map[netip.Prefix]bool{}
	var nodes []netip.Addr
	for _, n := range p.KubeletNodes() {
		for _, a := range []netip.Addr{n.Address, n.SecondaryAddress} {
			if a.IsValid() {
				guessed[p.Segment(a).Prefix] = true
				nodes = append(nodes, a)
			}
		}
	}
	var findings []Finding
	for _, c := range poolRanges(p) {
		i := slices.IndexFunc(nodes, func(a netip.Addr) bool { return a.Is4() == c.First.Is4() })
		if !c.pool.ARP || i < 0 || poolUnusable(p, c) != "" || guessed[p.Segment(c.First).Prefix] && guessed[p.Segment(c.Last).Prefix] {
			continue
		}
		findings = append(findings, one(c.at, "%s of pool %s and the nodes (%s) do not appear to be in one segment, so no host finds "+
			"these addresses by ARP. Write the segment as node_subnets in network, use addresses in the nodes' subnet, or write announce "+
			"= \"none\".", c.Written, c.pool.Name, nodes[i])...)
	}
	return findings
}

// poolUnusable says why no client can reach an address of a range, "" if one can.
func poolUnusable(p *plan.Plan, c poolRange) string {
	for _, a := range []netip.Addr{c.First, c.Last} {
		if why := unusable(a); why != "" {
			return a.String() + " is " + why
		}
	}
	if six := c.First.Is6(); len(p.Network.ServiceSubnets) > 0 && !plan.HasFamily(p.Network.ServiceSubnets, six) {
		return fmt.Sprintf("the addresses are %s, and Services have no addresses of that family", family(c.First))
	}
	return ""
}

func addonPoolUnusable(p *plan.Plan) []Finding {
	var findings []Finding
	for _, c := range poolRanges(p) {
		if why := poolUnusable(p, c); why != "" {
			findings = append(findings, one(c.at, "%s of pool %s: %s. Use addresses in the nodes' network.", c.Written, c.pool.Name,
				why)...)
		}
	}
	return findings
}

func addonPoolBroadcast(p *plan.Plan) []Finding {
	segments, _ := statedSegments(p)
	hosts := uses(p)
	var findings []Finding
	for _, c := range poolRanges(p) {
		for _, s := range segments {
			const least = 31 // point to point: both addresses are hosts
			if !s.Addr().Is4() || s.Bits() >= least {
				continue
			}
			for _, end := range []struct {
				a    netip.Addr
				what string
			}{{s.Masked().Addr(), "network"}, {plan.LastAddress(s), "broadcast"}} {
				if c.Contains(end.a) && poolTaken(p, c, hosts) == "" {
					findings = append(findings, one(c.at, "%s of pool %s contains %s, the %s address of %s: a Service that gets it is "+
						"unreachable. Leave it out.", c.Written, c.pool.Name, end.a, end.what, s)...)
				}
			}
		}
	}
	return findings
}
