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
		ID: "addon-pool-owner", Severity: rule.Error, Title: "Address pool without MetalLB, or the other way round", Permanent: true,
		Doc: "A pool is what MetalLB, as k8splan brings it, gives to Services. Another addon reads no pools, and MetalLB without one " +
			"gives nothing to anybody.",
		Fix:     "Write `addon \"metallb\" { pool \"default\" { addresses = [ … ] } }`, without manifests of your own.",
		Sources: []string{metallbUsage},
	}, addonPoolOwner},
	{rule.Rule{
		ID: "addon-pool-overlap", Severity: rule.Error, Title: "Address pool over addresses in use", Permanent: true,
		Doc: "An address of a pool goes to the next Service that needs one. Where a host, the virtual IP, the endpoint, pods, other " +
			"Services, " +
			"a reserved network, or another pool has it too, one of the two cannot be reached.",
		Fix:     "Choose free addresses, and exclude them from DHCP.",
		Sources: []string{metallbUsage},
	}, addonPoolOverlap},
	{rule.Rule{
		ID: "addon-pool-segment", Severity: rule.Error, Title: "Address pool outside of the nodes' segments",
		Doc: "A node answers ARP for the addresses of a pool. Hosts of the segment, and its router, ask by ARP only for addresses of the " +
			"segment. No host looks for other addresses.",
		Fix:     "Take addresses of a subnet in `node_subnets`, or write `announce = \"none\"` and announce them by BGP.",
		Sources: []string{"https://metallb.io/concepts/layer2/"},
	}, addonPoolSegment},
	{rule.Rule{
		ID: "addon-pool-segment-unstated", Severity: rule.Warning, Title: "Address pool in what looks like a segment without nodes",
		Doc: "A node answers ARP for the addresses of a pool, and no router passes ARP on. `node_subnets` does not say where segments " +
			"end, and by their addresses (one segment for each /24, or /64 of IPv6) no node shares one with the pool.",
		Fix: "Write `node_subnets`: one range where it is one segment. Otherwise take addresses of the nodes' subnet, or announce them " +
			"by BGP with `announce = \"none\"`.",
		Sources: []string{"https://metallb.io/concepts/layer2/"},
	}, addonPoolSegmentUnstated},
	{rule.Rule{
		ID: "addon-pool-unusable", Severity: rule.Error, Title: "Address pool that no client reaches",
		Doc: "Addresses of a pool are dialed from outside of the cluster. A loopback, link-local, multicast or reserved address leads " +
			"nowhere, and MetalLB gives a Service addresses of its own families only.",
		Fix:     "Take addresses of the nodes' network, of a family that Services have.",
		Sources: []string{metallbUsage, dualStackDocs},
	}, addonPoolUnusable},
	{rule.Rule{
		ID: "addon-pool-broadcast", Severity: rule.Warning, Title: "Address pool with a segment's network or broadcast address",
		Doc: "The first and the last address of an IPv4 segment mean the segment and everybody in it. Hosts do not dial them, so the " +
			"Service that gets one is not reached.",
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
			findings = append(findings, one(a.Pools[0].NameRange, "%s reads no pools: MetalLB does, where k8splan brings it. Remove the "+
				"pool, or "+
				"write addon \"metallb\" without manifests.", a.Name)...)
		case len(a.Pools) == 0 && ours:
			findings = append(findings, one(a.NameRange, "MetalLB has no addresses to give. Write pool \"default\" { addresses = [ … ] } "+
				"in the "+
				"block.")...)
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

// poolTaken says who has an address of a range, "" where nobody does.
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

// statedSegments are the segments that the file states: those of node_subnets, else those of the target's block.
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
			continue // addon-pool-overlap says it
		}
		within := func(s netip.Prefix) bool { return s.Contains(c.First) && s.Contains(c.Last) }
		if c.pool.ARP && poolUnusable(p, c) == "" && !slices.ContainsFunc(segments, within) {
			findings = append(findings, one(c.at, "%s of pool %s is outside of %s (%s), where no host looks for it by ARP. "+
				"Take addresses "+
				"of the nodes' subnet, or write announce = \"none\".", c.Written, c.pool.Name, what, line(at))...)
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
		findings = append(findings, one(c.at, "%s of pool %s and the nodes (%s) are not in one segment, as far as the file says: no "+
			"host looks for those addresses by ARP. State the segment in node_subnets of network, take addresses of the nodes' subnet, or "+
			"write announce = \"none\".", c.Written, c.pool.Name, nodes[i])...)
	}
	return findings
}

// poolUnusable says why no client reaches an address of a range, "" where one does.
func poolUnusable(p *plan.Plan, c poolRange) string {
	for _, a := range []netip.Addr{c.First, c.Last} {
		if why := unusable(a); why != "" {
			return a.String() + " is " + why
		}
	}
	if six := c.First.Is6(); len(p.Network.ServiceSubnets) > 0 && !plan.HasFamily(p.Network.ServiceSubnets, six) {
		return fmt.Sprintf("the addresses are of %s, and Services have none of that family", family(c.First))
	}
	return ""
}

func addonPoolUnusable(p *plan.Plan) []Finding {
	var findings []Finding
	for _, c := range poolRanges(p) {
		if why := poolUnusable(p, c); why != "" {
			findings = append(findings, one(c.at, "%s of pool %s: %s. Take addresses of the nodes' network.", c.Written, c.pool.Name,
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
					findings = append(findings, one(c.at, "%s of pool %s holds %s, the %s address of %s: the Service that gets it is not "+
						"reached. Leave it out.", c.Written, c.pool.Name, end.a, end.what, s)...)
				}
			}
		}
	}
	return findings
}
