package check

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/spelling"
)

// siteRules are about several clusters that state that they share a network. They belong to Together.
var (
	siteAddress = &rule.Rule{
		ID: "site-address", Severity: rule.Error, Title: "Address of another cluster on the site", Permanent: true,
		Doc: "A site is a network in which addresses are unique. Two machines, or a machine and a virtual IP, with the same address " +
			"take each other's packets: the one that answered last gets them, and the other cluster's API or etcd becomes unreachable.",
		Fix:     "Give one of the two another address, or another `site` if the networks are separate.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc5227", haConsider},
	}
	siteRouterID = &rule.Rule{
		ID: "site-router-id", Severity: rule.Error, Title: "Virtual router ID of another cluster on the segment", Permanent: true,
		Doc: "On one segment, only the virtual router ID distinguishes keepalived groups. Two clusters with the same ID take each " +
			"other's advertisements for their own: the address with the lower priority disappears, or the log fills with errors.",
		Fix: "Write another `virtual_router_id`, or leave it out: it is computed from the virtual IP.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc5798#section-5.2.3", haConsider,
			"https://github.com/openshift/installer/issues/2966"},
	}
	siteRanges = &rule.Rule{
		ID: "site-peer-ranges", Severity: rule.Error, Title: "Ranges of connected clusters overlap", Permanent: true,
		Doc: "`peers` lists clusters whose pods or Services this cluster connects to. An address in a range that both clusters have " +
			"leads to the cluster's own pods, never to the peer's.",
		Fix: "Move one of the ranges before its cluster is built: a cluster's ranges cannot be changed later.",
		Sources: []string{"https://docs.cilium.io/en/stable/network/clustermesh/clustermesh/#prerequisites",
			"https://submariner.io/getting-started/"},
	}
	sitePeer = &rule.Rule{
		ID: "site-peer-unknown", Severity: rule.Warning, Title: "Peer that no other file defines",
		Doc:     "`peers` lists a cluster that none of the given files define: nothing was compared with it.",
		Fix:     "Write the name from the other file's cluster block, or validate that file too.",
		Sources: []string{"https://docs.cilium.io/en/stable/network/clustermesh/clustermesh/#prerequisites"},
	}
	siteRules = []*rule.Rule{siteAddress, siteRouterID, siteRanges, sitePeer, siteHypervisor}
)

// Together compares designs that state that they share something, each with the previous ones, and returns the problems of each. Clusters
// without a site and without peers stay independent.
func Together(all []*plan.Plan) []hcl.Diagnostics {
	found := make([]hcl.Diagnostics, len(all))
	for i, p := range all {
		var diags hcl.Diagnostics
		for _, other := range all[:i] {
			if p.Cluster.Site != "" && p.Cluster.Site == other.Cluster.Site {
				diags = append(diags, sharedAddresses(p, other)...)
				diags = append(diags, sharedRouterID(p, other)...)
				diags = append(diags, sharedPools(p, other)...)
			}
			if slices.Contains(p.Cluster.Peers, other.Cluster.Name) || slices.Contains(other.Cluster.Peers, p.Cluster.Name) {
				diags = append(diags, sharedRanges(p, other)...)
			}
		}
		if same := ofSite(all[:i+1]); len(same) > 1 {
			diags = append(diags, sharedHypervisors(same)...)
		}
		diags = append(diags, unknownPeers(p, all)...)
		for _, q := range all { // a message contains values from two files
			q.Spec.Secrets.Hide(diags, siteRules)
		}
		rule.Sort(diags)
		found[i] = diags
	}
	return found
}

// ofSite returns the designs of the last design's site, that design last; none if it has no site.
func ofSite(all []*plan.Plan) []*plan.Plan {
	site := all[len(all)-1].Cluster.Site
	if site == "" {
		return nil
	}
	var same []*plan.Plan
	for _, p := range all {
		if p.Cluster.Site == site {
			same = append(same, p)
		}
	}
	return same
}

// owner is what has an address in a cluster.
type owner struct {
	who   string
	at    hcl.Range
	block *spec.Source // of a host
	other bool         // a host without a cluster role
}

// owners returns the owner of each address of a cluster, hosts in file order.
func owners(p *plan.Plan) (order []netip.Addr, of map[netip.Addr]owner) {
	of = map[netip.Addr]owner{}
	add := func(a netip.Addr, o owner) {
		if _, known := of[a]; a.IsValid() && unusable(a) == "" && !known {
			of[a], order = o, append(order, a)
		}
	}
	for _, n := range byPlace(p.Nodes) {
		add(n.Address, owner{n.Name, attr(n, "address"), n.Source, n.Roles == 0})
		add(n.SecondaryAddress, owner{n.Name, attr(n, "secondary_address"), n.Source, n.Roles == 0})
	}
	if p.LoadBalancer.Has("virtual_ip") {
		add(p.LoadBalancer.VirtualIP, owner{"the virtual IP", p.LoadBalancer.Attr("virtual_ip"), nil, false})
	}
	return order, of
}

// sharedPools finds Service addresses that another cluster also has: in a pool, or as a host's address or virtual IP.
func sharedPools(p, other *plan.Plan) hcl.Diagnostics {
	var diags hcl.Diagnostics
	say := func(at hcl.Range, format string, args ...any) {
		diags = append(diags, siteAddress.Diagnostic(at, fmt.Sprintf(format, args...)+fmt.Sprintf(" Both clusters are in site %q. "+
			"Use other addresses.", p.Cluster.Site)))
	}
	mine, theirs := poolRanges(p), poolRanges(other)
	for _, c := range mine {
		for _, o := range theirs {
			if c.Overlaps(o.AddressRange) {
				say(c.at, "%s of pool %s shares addresses with %s of pool %s of cluster %q (%s).", c.Written, c.pool.Name, o.Written,
					o.pool.Name, other.Cluster.Name, fileLine(o.at))
			}
		}
	}
	for _, side := range []struct {
		pools []poolRange
		hosts *plan.Plan
	}{{mine, other}, {theirs, p}} {
		order, of := owners(side.hosts)
		for _, c := range side.pools {
			i := slices.IndexFunc(order, c.Contains)
			if i < 0 {
				continue
			}
			who := of[order[i]]
			if side.hosts == other {
				say(c.at, "%s of pool %s holds %s, the address of %s of cluster %q (%s).", c.Written, c.pool.Name, order[i], who.who,
					other.Cluster.Name, fileLine(who.at))
			} else {
				say(who.at, "%s (%s) is in %s of pool %s of cluster %q (%s).", order[i], who.who, c.Written, c.pool.Name,
					other.Cluster.Name, fileLine(c.at))
			}
		}
	}
	return diags
}

// fileLine names a place in another file.
func fileLine(r hcl.Range) string {
	return fmt.Sprintf("%s line %d", filepath.ToSlash(r.Filename), r.Start.Line)
}

// sharedAddresses finds addresses that both clusters have, once per pair of blocks.
func sharedAddresses(p, other *plan.Plan) hcl.Diagnostics {
	type pair struct{ own, theirs hcl.Range }
	order, own := owners(p)
	_, theirs := owners(other)
	var first []netip.Addr
	more := map[pair]int{}
	for _, a := range order {
		their, taken := theirs[a]
		if !taken || own[a].other && their.other { // one server may serve both clusters
			continue
		}
		key := pair{own[a].at, their.at}
		if more[key]++; more[key] == 1 {
			first = append(first, a)
		}
	}
	var diags hcl.Diagnostics
	for _, a := range first {
		o, t := own[a], theirs[a]
		also := ""
		if n := more[pair{o.at, t.at}]; n > 1 {
			also = fmt.Sprintf(", as are %d more of the two blocks", n-1)
		}
		diags = append(diags,
			siteAddress.Diagnostic(o.at, fmt.Sprintf("%s (%s) is also the address of %s of cluster %q (%s)%s. Both clusters are in "+
				"site %q. Use another address.", a, o.who, t.who, other.Cluster.Name, fileLine(t.at), also, p.Cluster.Site)))
	}
	return diags
}

// sharedRouterID finds two keepalived groups that would interfere with each other.
func sharedRouterID(p, other *plan.Plan) hcl.Diagnostics {
	a, b := &p.LoadBalancer, &other.LoadBalancer
	if a.Kind != plan.HAProxy || b.Kind != plan.HAProxy || !a.VirtualIP.IsValid() || !b.VirtualIP.IsValid() ||
		a.VirtualRouterID != b.VirtualRouterID || a.VirtualIP == b.VirtualIP || a.VirtualIP.Is4() != b.VirtualIP.Is4() {
		return nil // for the same address, siteAddress is more precise
	}
	own, theirs := p.Segment(a.VirtualIP), other.Segment(b.VirtualIP)
	if !own.Prefix.Overlaps(theirs.Prefix) {
		return nil
	}
	at, there := a.Attr("virtual_router_id"), b.Attr("virtual_router_id")
	if !a.Has("virtual_router_id") {
		at = a.Attr("virtual_ip")
	}
	if !b.Has("virtual_router_id") {
		there = b.Attr("virtual_ip")
	}
	return hcl.Diagnostics{siteRouterID.Diagnostic(at,
		fmt.Sprintf("The virtual router ID is %d, as in cluster %q (%s), and %s and %s are on one "+
			"segment (%s). Write another virtual_router_id.", a.VirtualRouterID, other.Cluster.Name, fileLine(there), a.VirtualIP,
			b.VirtualIP,
			own.Prefix))}
}

// sharedRanges finds ranges of pods or Services that overlap with those of a peer or contain its hosts.
func sharedRanges(p, other *plan.Plan) hcl.Diagnostics {
	var diags hcl.Diagnostics
	of := func(q *plan.Plan) []span { return slices.Concat(pods(q), services(q)) }
	for _, own := range of(p) {
		for _, theirs := range of(other) {
			if own.prefix.Overlaps(theirs.prefix) {
				diags = append(diags, siteRanges.Diagnostic(written(own.at, p.Cluster.Block()),
					fmt.Sprintf("The range %s of %s overlaps with %s of %s of its peer %q (%s). Move "+
						"one of them before its cluster is built.", own.prefix, own.what, theirs.prefix, theirs.what, other.Cluster.Name,
						fileLine(written(theirs.at, other.Cluster.Block())))))
			}
		}
	}
	for _, side := range []struct{ ranges, hosts *plan.Plan }{{p, other}, {other, p}} {
		for _, r := range of(side.ranges) {
			i := slices.IndexFunc(side.hosts.Nodes, func(n *plan.Node) bool {
				return r.prefix.Contains(n.Address) || r.prefix.Contains(n.SecondaryAddress)
			})
			if i < 0 {
				continue
			}
			n := side.hosts.Nodes[i]
			at, there := written(r.at, side.ranges.Cluster.Block()), attr(n, "address")
			if side.ranges == other {
				at, there = there, at
			}
			diags = append(diags, siteRanges.Diagnostic(at,
				fmt.Sprintf("The range %s of %s of %q holds %s of its peer %q (%s). Move the range before its cluster "+
					"is built.", r.prefix, r.what, side.ranges.Cluster.Name, n.Name, side.hosts.Cluster.Name, fileLine(there))))
		}
	}
	return diags
}

// unknownPeers finds peers that no other file defines; with only one file there is nothing to compare.
func unknownPeers(p *plan.Plan, all []*plan.Plan) hcl.Diagnostics {
	var others []string
	for _, q := range all {
		if q != p {
			others = append(others, q.Cluster.Name)
		}
	}
	var diags hcl.Diagnostics
	for i, peer := range p.Cluster.Peers {
		if peer == p.Cluster.Name {
			diags = append(diags, sitePeer.Diagnostic(p.Cluster.Element("peers", i), fmt.Sprintf("%q is this cluster's own name: "+
				"nothing was compared, because a cluster does not connect to itself. Write the names of the other clusters.", peer)))
			continue
		}
		if len(all) > 1 && !slices.Contains(others, peer) {
			diags = append(diags, sitePeer.Diagnostic(p.Cluster.Element("peers", i),
				fmt.Sprintf("None of the other given files defines cluster %q: nothing was compared with it.%s", peer,
					spelling.DidYouMean(peer, others))))
		}
	}
	return diags
}
