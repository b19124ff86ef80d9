package check

import (
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

func addonPoolSegment(p *plan.Plan) []Finding {
	if len(p.Network.NodeSubnets) == 0 {
		return nil
	}
	var findings []Finding
	for _, c := range poolRanges(p) {
		within := func(s netip.Prefix) bool { return s.Contains(c.First) && s.Contains(c.Last) }
		if c.pool.ARP && !slices.ContainsFunc(p.Network.NodeSubnets, within) {
			findings = append(findings, one(c.at, "%s of pool %s is outside of node_subnets (%s), where no host looks for it by ARP. "+
				"Take addresses "+
				"of the nodes' subnet, or write announce = \"none\".", c.Written, c.pool.Name, line(p.Network.Attr("node_subnets")))...)
		}
	}
	return findings
}
