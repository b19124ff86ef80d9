package check

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
)

const (
	networkModel   = "https://kubernetes.io/docs/concepts/cluster-administration/networking/#kubernetes-ip-address-ranges"
	overlapThread  = "https://github.com/projectcalico/calico/issues/2720"
	overlapThread2 = "https://github.com/kubernetes/kops/issues/710"
)

// pairRule returns a rule about two kinds of ranges that must not overlap. Each pair is a separate rule, so that each can be explained and
// found by name; overlaps is symmetric, so either range may contain the other.
func pairRule(id, title, doc, fix string, severity rule.Severity, a, b func(*plan.Plan) []span) Rule {
	return Rule{rule.Rule{ID: id, Severity: severity, Title: title, Permanent: severity == rule.Error, Doc: doc, Fix: fix,
		Sources: []string{networkModel, overlapThread, overlapThread2}}, func(p *plan.Plan) []Finding {
		var findings []Finding
		for i, pair := range overlaps(a(p), b(p)) {
			first, other := pair[0], pair[1]
			var moving advice
			if i < mostAdvised {
				moving = move(p, first)
			}
			findings = append(findings, advised(moving, written(first.at, other.at), "%s %s %s%s.", standing(first),
				relation(first.prefix, other.prefix), describe(other), where(other.at))...)
		}
		return findings
	}}
}

func describe(s span) string {
	switch s.what {
	case "pods":
		return "the pod range " + s.prefix.String()
	case "services":
		return "the service range " + s.prefix.String()
	}
	return "the " + s.what + " " + s.prefix.String()
}

// standing describes a range at the start of a sentence, and says if it is a default.
func standing(s span) string {
	text := opening(s)
	if s.at.Filename == "" {
		text += ", the default,"
	}
	return text
}

// opening describes a range at the start of a sentence.
func opening(s span) string {
	text := describe(s)
	return strings.ToUpper(text[:1]) + text[1:]
}

// move says what to write instead of a range of pods or Services. Other ranges belong to the site, and only their owner can change them.
func move(p *plan.Plan, s span) advice {
	switch s.what {
	case "pods":
		return free(p, s, min(s.prefix.Bits(), wideEnough(p, s.prefix, max(p.Cluster.MaxNodes, len(p.KubeletNodes()))).Bits()))
	case "services":
		return free(p, s, s.prefix.Bits())
	case "node subnet":
		return saying(" Correct node_subnets, or the other range.")
	}
	return nil
}

func where(at hcl.Range) string {
	if at.Filename == "" {
		return ", the default"
	}
	return " (" + line(at) + ")"
}

func relation(a, b netip.Prefix) string {
	switch {
	case a == b:
		return "is the same range as"
	case a.Bits() < b.Bits():
		return "contains"
	}
	return "is in"
}

// hostsInside reports each block of hosts whose addresses are in a range, at the range if the author wrote it, otherwise at the host.
func hostsInside(p *plan.Plan, ranges []span, except []span) []Finding {
	all := uses(p)
	var findings []Finding
	for _, s := range ranges {
		in := inside(s.prefix, all)
		in = slices.DeleteFunc(slices.Clone(in), func(u use) bool {
			return slices.ContainsFunc(except, func(e span) bool { return e.prefix.Contains(u.addr) && e.prefix.Overlaps(s.prefix) })
		})
		if len(in) == 0 {
			continue
		}
		slices.SortStableFunc(in, func(a, b use) int { return a.at.Start.Byte - b.at.Start.Byte })
		at := s.at
		if at.Filename == "" {
			at = in[0].at
		}
		others := ""
		if len(in) > 1 {
			others = ", and those of " + quantity(len(in)-1, "other host")
		}
		text := opening(s)
		if s.at.Filename == "" {
			text += " (the default)"
		}
		findings = append(findings, advised(move(p, s), at, "%s contains %s, the address of %s (%s)%s. Packets for hosts would go to "+
			"pods or Services instead.", text, in[0].addr, in[0].node.Name, line(in[0].at), others)...)
	}
	return findings
}

func hostRule(id, title, doc string, ranges func(*plan.Plan) []span) Rule {
	return Rule{rule.Rule{ID: id, Severity: rule.Error, Title: title, Permanent: true, Doc: doc,
		Fix:     "Move the range; the finding names one that is free.",
		Sources: []string{networkModel, overlapThread, "https://github.com/kubernetes-sigs/provider-aws-test-infra/issues/576"},
	}, func(p *plan.Plan) []Finding { return hostsInside(p, ranges(p), nodeSubnets(p)) }}
}

// targetRanges are in use on the target's hosts before Kubernetes is installed.
func targetRanges(p *plan.Plan) []span {
	return spans("bridge range of target "+p.Target.Name, p.Target.NameRange, p.Target.Facts.Reserved)
}

// wanted is every range that the author, or a default, lays claim to.
func wanted(p *plan.Plan) []span { return slices.Concat(pods(p), services(p), nodeSubnets(p)) }

func docker(p *plan.Plan) []span {
	if p.Runtime.Name != plan.Docker {
		return nil
	}
	return spans("bridge range of Docker (docker0)", p.Runtime.Block(), []netip.Prefix{dockerBridge})
}

const overlapWhy = "If two ranges share addresses, a host cannot tell which of the two networks a packet is for: some connections fail, " +
	"at random and only from some hosts. "

var overlapRules = []Rule{
	pairRule("network-pods-overlap-services", "Pod and service ranges overlap",
		overlapWhy+"If a Service has the address of a pod, the wrong one answers. kubeadm does not check this.",
		"Move one of the two ranges; the finding names one that is free.", rule.Error, pods, services),
	pairRule("network-pods-overlap-nodes", "Pod range overlaps a node subnet",
		overlapWhy+"Hosts in the shared part cannot be reached from pods.",
		"Move the pod range; the finding names one that is free.", rule.Error, pods, nodeSubnets),
	pairRule("network-services-overlap-nodes", "Service range overlaps a node subnet",
		overlapWhy+"kube-proxy intercepts packets for hosts in the shared part.",
		"Move the service range; the finding names one that is free.", rule.Error, services, nodeSubnets),
	pairRule("network-pods-overlap-reserved", "Pod range overlaps a reserved range",
		"`reserved_subnets` lists existing networks: an office, a VPN, another cluster. Pods could not reach the shared part, nor "+
			"answer clients from there.",
		"Move the pod range; the finding names one that is free.", rule.Error, pods, reserved),
	pairRule("network-services-overlap-reserved", "Service range overlaps a reserved range",
		"`reserved_subnets` lists existing networks: an office, a VPN, another cluster. kube-proxy would intercept packets for the "+
			"shared part.",
		"Move the service range; the finding names one that is free.", rule.Error, services, reserved),
	pairRule("network-nodes-overlap-reserved", "Node subnet overlaps a reserved range",
		"`reserved_subnets` lists existing networks, and nothing in the cluster may use their addresses.",
		"Correct `node_subnets`, or remove the range from `reserved_subnets`.", rule.Error, nodeSubnets, reserved),
	hostRule("network-pods-hold-host", "Host address inside the pod range",
		overlapWhy+"Pods that connect to such a host reach a pod instead, or nothing.", pods),
	hostRule("network-services-hold-host", "Host address inside the service range",
		overlapWhy+"kube-proxy drops packets for such a host, because no Service has its address.", services),
	{rule.Rule{
		ID: "network-reserved-holds-host", Severity: rule.Error, Title: "Host address inside a reserved range",
		Doc: "`reserved_subnets` lists ranges that this cluster must not use: an office, a VPN, another cluster. A host there takes an " +
			"address that belongs to another network.",
		Fix:     "Move the host, or narrow the reserved range.",
		Sources: []string{networkModel},
	}, networkReservedHoldsHost},
	{rule.Rule{
		ID: "network-overlaps-target", Severity: rule.Error, Title: "Range already used on the target's hosts",
		Doc: "Hypervisors and clouds add their own bridges and networks to each host. A cluster range that overlaps one of them cuts " +
			"the host off from it: in Vagrant, from the NAT interface that connects it to the internet.",
		Fix: "Move the range; the finding names one that is free.",
		Sources: []string{"https://developer.hashicorp.com/vagrant/docs/providers/virtualbox/networking",
			"https://github.com/kubernetes/kubernetes/issues/33562"},
	}, networkOverlapsTarget},
	{rule.Rule{
		ID: "network-overlaps-docker", Severity: rule.Error, Title: "Range of Docker's bridge",
		Doc: "Docker assigns 172.17.0.0/16 to docker0 on every host, unless daemon.json says otherwise. If a cluster range overlaps it, " +
			"packets go to the bridge.",
		Fix:     "Move the range, or choose another runtime.",
		Sources: []string{"https://docs.docker.com/engine/network/drivers/bridge/#connect-a-container-to-the-default-bridge-network"},
	}, networkOverlapsDocker},
	{rule.Rule{
		ID: "network-node-subnets-overlap", Severity: rule.Error, Title: "Node subnets that overlap",
		Doc:     "Two of the `node_subnets` share addresses. For a host in the shared part, the router and the neighbors are ambiguous.",
		Fix:     "Write each subnet once, with its real prefix length.",
		Sources: []string{networkModel},
	}, networkNodeSubnetsOverlap},
	{rule.Rule{
		ID: "network-virtual-ip-overlap", Severity: rule.Error, Title: "Virtual IP inside a cluster range", Permanent: true,
		Doc: "The virtual IP must be an address in the hosts' network. In the pod range, the Service range, or a reserved range, the " +
			"pod network or kube-proxy intercepts its packets on every node, and the API is unreachable.",
		Fix:     "Use a free address in the hosts' subnet.",
		Sources: []string{networkModel, haKubeadm},
	}, networkVirtualIPOverlap},
	{rule.Rule{
		ID: "network-endpoint-overlap", Severity: rule.Error, Title: "Endpoint inside a cluster range", Permanent: true,
		Doc: "The control plane endpoint must be reachable before there are pods and Services. In one of their ranges it never is, and " +
			"later every node sends its packets to the pod network.",
		Fix:     "Write the virtual IP, the balancer's address, or a DNS name.",
		Sources: []string{haKubeadm},
	}, networkEndpointOverlap},
	{rule.Rule{
		ID: "network-mirror-overlap", Severity: rule.Error, Title: "Mirror or proxy inside a cluster range",
		Doc: "A mirror, registry, or proxy with an address in the pod or service range is cut off as soon as the pod network comes " +
			"up: images can no longer be pulled.",
		Fix:     "Move the range, or the server.",
		Sources: []string{networkModel},
	}, networkMirrorOverlap},
	{rule.Rule{
		ID: "network-range-special", Severity: rule.Error, Title: "Special-purpose range", Permanent: true,
		Doc: "Loopback, link-local, multicast, and reserved ranges have a fixed meaning in every host's kernel: their packets never " +
			"leave the host, or are not delivered to a single host.",
		Fix:     "Use a private range: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, or fd00::/8.",
		Sources: []string{specialPurpose},
	}, networkRangeSpecial},
	{rule.Rule{
		ID: "network-range-public", Severity: rule.Warning, Title: "Public addresses for pods or services",
		Doc: "The range belongs to someone on the internet. The cluster cannot reach the real owners of these addresses, which goes " +
			"unnoticed until one of them matters.",
		Fix: "Use a private range (RFC 1918, RFC 6598, or fc00::/7).",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc1918", "https://www.rfc-editor.org/rfc/rfc6598",
			"https://www.rfc-editor.org/rfc/rfc4193"},
	}, networkRangePublic},
}

func networkReservedHoldsHost(p *plan.Plan) []Finding {
	var findings []Finding
	for _, s := range reserved(p) {
		in := slices.DeleteFunc(slices.Clone(inside(s.prefix, uses(p))), func(u use) bool {
			return slices.ContainsFunc(p.Network.NodeSubnets, func(n netip.Prefix) bool {
				return n.Contains(u.addr) && n.Overlaps(s.prefix)
			})
		})
		slices.SortStableFunc(in, func(a, b use) int { return a.at.Start.Byte - b.at.Start.Byte })
		done := map[hcl.Range]bool{}
		for _, u := range in {
			if !done[u.at] {
				done[u.at] = true
				findings = append(findings, one(u.at, "%s of %s is in %s (%s), which the cluster must not use. Move it, or make "+
					"reserved_subnets smaller.", u.addr, u.node.Name, s.prefix, line(s.at))...)
			}
		}
	}
	return findings
}

func networkOverlapsTarget(p *plan.Plan) []Finding {
	var findings []Finding
	for _, pair := range overlaps(wanted(p), targetRanges(p)) {
		findings = append(findings, advised(move(p, pair[0]), written(pair[0].at, pair[1].at),
			"%s %s the range %s, which hosts of target %s use for themselves.", standing(pair[0]), relation(pair[0].prefix, pair[1].prefix),
			pair[1].prefix, p.Target.Name)...)
	}
	for _, s := range targetRanges(p) {
		in := slices.DeleteFunc(slices.Clone(inside(s.prefix, uses(p))), func(u use) bool {
			return slices.ContainsFunc(p.Network.NodeSubnets, func(n netip.Prefix) bool {
				return n.Contains(u.addr) && n.Overlaps(s.prefix)
			})
		})
		if len(in) > 0 {
			findings = append(findings, one(in[0].at, "%s of %s is in %s, which hosts of target %s use for themselves. Use "+
				"addresses outside it.", in[0].addr, in[0].node.Name, s.prefix, p.Target.Name)...)
		}
	}
	return findings
}

func networkOverlapsDocker(p *plan.Plan) []Finding {
	var findings []Finding
	for _, pair := range overlaps(wanted(p), docker(p)) {
		findings = append(findings, advised(move(p, pair[0]), written(pair[0].at, pair[1].at),
			"%s %s %s, which Docker assigns to docker0 on every host.", standing(pair[0]), relation(pair[0].prefix, pair[1].prefix),
			dockerBridge)...)
	}
	if len(docker(p)) > 0 {
		if in := inside(dockerBridge, uses(p)); len(in) > 0 && len(overlaps(nodeSubnets(p), docker(p))) == 0 {
			findings = append(findings,
				one(in[0].at, "%s of %s is in %s, which Docker assigns to docker0 on every host. Use addresses outside it, or choose "+
					"another runtime.", in[0].addr, in[0].node.Name, dockerBridge)...)
		}
	}
	return findings
}

func networkNodeSubnetsOverlap(p *plan.Plan) []Finding {
	subnets := p.Network.NodeSubnets
	var findings []Finding
	for _, pair := range sharing(subnets) {
		findings = append(findings, one(p.Network.Attr("node_subnets"), "%s %s %s. Write each subnet once, with its real prefix length.",
			pair[0], relation(pair[0], pair[1]), pair[1])...)
	}
	return findings
}

func networkVirtualIPOverlap(p *plan.Plan) []Finding {
	vip := p.LoadBalancer.VirtualIP
	if !vip.IsValid() {
		return nil
	}
	for _, s := range slices.Concat(pods(p), services(p), reserved(p)) {
		if s.prefix.Contains(vip) {
			if slices.ContainsFunc(p.Nodes, func(n *plan.Node) bool { return s.prefix.Contains(n.Address) }) {
				return nil // the range covers the hosts' network, which is reported at the hosts
			}
			return one(p.LoadBalancer.Attr("virtual_ip"), "%s is in %s%s. Use a free address in the hosts' subnet.", vip,
				describe(s), where(s.at))
		}
	}
	return nil
}

func networkEndpointOverlap(p *plan.Plan) []Finding {
	a, err := netip.ParseAddr(p.Cluster.Endpoint.Host)
	if err != nil || !p.Cluster.Has("control_plane_endpoint") || a == p.LoadBalancer.VirtualIP ||
		len(inside(netip.PrefixFrom(a, a.BitLen()), uses(p))) > 0 {
		return nil // other rules report the virtual IP and the hosts
	}
	for _, s := range slices.Concat(pods(p), services(p), reserved(p)) {
		if s.prefix.Contains(a) {
			return one(p.Cluster.Attr("control_plane_endpoint"),
				"%s is in %s%s. Write the virtual IP, the balancer's address, or a DNS name.", a, describe(s), where(s.at))
		}
	}
	return nil
}

func networkMirrorOverlap(p *plan.Plan) []Finding {
	var findings []Finding
	for _, server := range p.Servers() {
		for _, s := range slices.Concat(pods(p), services(p)) {
			if s.prefix.Contains(server.Addr) {
				findings = append(findings,
					advised(move(p, s), server.At, "The %s %s is in %s%s, so it is cut off when the pod network starts. Move the "+
						"range, or the server.", server.What, server.Addr, describe(s), where(s.at))...)
				break
			}
		}
	}
	return findings
}

func networkRangeSpecial(p *plan.Plan) []Finding {
	var findings []Finding
	for _, s := range wanted(p) {
		for _, bad := range specialRanges {
			if bad.prefix.Overlaps(s.prefix) && s.prefix.Bits() > 0 {
				findings = append(findings, advised(move(p, s), s.at, "%s %s the %s range %s.", opening(s), touches(s.prefix, bad.prefix),
					bad.what, bad.prefix)...)
				break
			}
		}
		if s.prefix.Bits() == 0 {
			instead := saying(" Write the subnets that the hosts are in.")
			if s.what != "node subnet" {
				instead = free(p, s, s.prefix.Addr().BitLen()/2)
			}
			findings = append(findings, advised(instead, s.at, "%s covers every address.", opening(s))...)
		}
	}
	return findings
}

func networkRangePublic(p *plan.Plan) []Finding {
	var findings []Finding
	for _, s := range slices.Concat(pods(p), services(p)) {
		special := slices.ContainsFunc(specialRanges, func(b specialRange) bool { return b.prefix.Overlaps(s.prefix) })
		refused := s.what == "services" && s.prefix.Bits() < 12 // network-service-range-large reports it
		if s.prefix.Addr().Is4() && !private(s.prefix) && !special && !refused && s.prefix.Bits() > 0 {
			findings = append(findings,
				advised(move(p, s), s.at, "%s is not private: its addresses belong to someone on the internet, whom the cluster "+
					"then cannot reach.%s", opening(s), takenForPrivate(s.prefix.Addr()))...)
		}
	}
	return findings
}

// lookAlikes are public ranges that are often mistaken for the adjacent private one.
var lookAlikes = []struct{ public, private netip.Prefix }{
	{netip.MustParsePrefix("172.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12")},
	{netip.MustParsePrefix("192.160.0.0/12"), netip.MustParsePrefix("192.168.0.0/16")},
	{netip.MustParsePrefix("11.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8")},
	{netip.MustParsePrefix("100.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10")},
}

// takenForPrivate says which private range a public address is often mistaken for, with a leading space; "" if there is none.
func takenForPrivate(a netip.Addr) string {
	for _, l := range lookAlikes {
		if l.public.Contains(a) && !l.private.Contains(a) {
			return fmt.Sprintf(" The private range is %s (%s to %s).", l.private, l.private.Addr(), plan.LastAddress(l.private))
		}
	}
	return ""
}

// documentation is ranges reserved for examples, which no network uses. Source: RFC 5737, RFC 2544
var documentation = []netip.Prefix{
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"),
}

// public reports whether an IPv4 address is public.
func public(a netip.Addr) bool {
	if !a.Is4() {
		return false
	}
	one := netip.PrefixFrom(a, 32)
	holds := func(p netip.Prefix) bool { return p.Contains(a) }
	return !private(one) && !slices.ContainsFunc(documentation, holds) && !slices.ContainsFunc(specialRanges, func(s specialRange) bool {
		return s.prefix.Contains(a)
	})
}

type specialRange struct {
	prefix netip.Prefix
	what   string
}

var specialRanges = []specialRange{
	{netip.MustParsePrefix("0.0.0.0/8"), "this-network"}, {netip.MustParsePrefix("127.0.0.0/8"), "loopback"},
	{netip.MustParsePrefix("169.254.0.0/16"), "link-local"}, {netip.MustParsePrefix("224.0.0.0/4"), "multicast"},
	{netip.MustParsePrefix("240.0.0.0/4"), "reserved"}, {netip.MustParsePrefix("fe80::/10"), "link-local"},
	{netip.MustParsePrefix("ff00::/8"), "multicast"}, {netip.MustParsePrefix("::/16"), "special"},
}

func touches(a, b netip.Prefix) string {
	if a.Bits() < b.Bits() {
		return "holds"
	}
	return "is in"
}

// sharing returns the pairs of ranges in a list that overlap.
func sharing(list []netip.Prefix) [][2]netip.Prefix {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b netip.Prefix) int {
		if c := a.Masked().Addr().Compare(b.Masked().Addr()); c != 0 {
			return c
		}
		return a.Bits() - b.Bits()
	})
	var pairs [][2]netip.Prefix
	for i, widest := 1, 0; i < len(list); i++ {
		if list[widest].Overlaps(list[i]) {
			pairs = append(pairs, [2]netip.Prefix{list[i].Masked(), list[widest].Masked()})
			continue
		}
		widest = i
	}
	return pairs
}
