package check

import (
	"slices"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/spelling"
)

const ciliumBGP = "https://docs.cilium.io/en/stable/network/bgp-control-plane/bgp-control-plane/"

// vxlanRules are about the pod network's VXLAN tunnels.
var vxlanRules = []Rule{
	{rule.Rule{
		ID: "network-vxlan-port-unused", Severity: rule.Warning, Title: "Unused VXLAN port",
		Doc: "`vxlan_port` is the port of flannel's and Cilium's VXLAN tunnels. Calico always uses 4789, and other encapsulations have " +
			"no such port.",
		Fix: "Remove `vxlan_port`.",
		Sources: []string{"https://github.com/flannel-io/flannel/blob/master/Documentation/backends.md#vxlan",
			"https://docs.cilium.io/en/stable/network/concepts/routing/#encapsulation"},
	}, networkVXLANPortUnused},
}

func networkVXLANPortUnused(p *plan.Plan) []Finding {
	c := &p.Network.CNI
	switch {
	case c.VXLANPort == 0 || c.Tunnels() && c.Name != plan.Calico:
		return nil
	case c.Name == plan.Calico && c.Tunnels():
		return one(c.Attr("vxlan_port"), "Calico's VXLAN always uses port 4789. Remove vxlan_port.")
	}
	return one(c.Attr("vxlan_port"), "cni %q with encapsulation %s has no VXLAN. Remove vxlan_port.", c.Name, c.Encapsulation)
}

// bgpRules are about the pod network's BGP sessions with routers.
var bgpRules = []Rule{
	{rule.Rule{
		ID: "network-bgp-as", Severity: rule.Error, Title: "BGP peers without an autonomous system for nodes", Permanent: true,
		Doc: "A BGP session connects two autonomous systems. `bgp_peers` has the routers' numbers; without `bgp_as`, the nodes have no " +
			"number of their own.",
		Fix:     "Write `bgp_as`, your own number: 64512 to 65534 are private, and with Cilium 4200000000 to 4294967294.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc6996", calicoFabric, ciliumBGP},
	}, networkBGPAS},
	{rule.Rule{
		ID: "network-bgp-unused", Severity: rule.Warning, Title: "BGP settings ignored by the pod network",
		Doc: "Calico and Cilium open sessions with routers if `encapsulation` is `bgp`. Otherwise `bgp_as` and `bgp_peers` have no " +
			"effect.",
		Fix:     "Write `encapsulation = \"bgp\"` in cni \"calico\" or \"cilium\", or remove them.",
		Sources: []string{calicoFabric, ciliumBGP},
	}, networkBGPUnused},
	{rule.Rule{
		ID: "network-bgp-domain", Severity: rule.Error, Title: "BGP peers of a failure domain without nodes",
		Doc:     "These peers are for nodes in one failure domain, and no node with a kubelet is in it: no session is opened with them.",
		Fix:     "Write the failure domain exactly as the nodes do.",
		Sources: []string{calicoFabric, ciliumBGP},
	}, networkBGPDomain},
	{rule.Rule{
		ID: "network-bgp-family", Severity: rule.Error, Title: "BGP peer of an address family that nodes lack",
		Doc: "A node opens the session from its own address. Without an address of the router's family there is no session, and its " +
			"pods are unreachable.",
		Fix:     "Write the router's address of the nodes' family.",
		Sources: []string{calicoFabric, ciliumBGP},
	}, networkBGPFamily},
	{rule.Rule{
		ID: "network-bgp-as-large", Severity: rule.Error, Title: "Autonomous system number too large for Calico", Permanent: true,
		Doc: "Calico's resource definitions use a signed 32-bit integer, and the API server rejects numbers above 2147483647. The " +
			"four-byte private numbers start at 4200000000.",
		Fix:     "Write a number up to 2147483647, such as a private one from 64512 to 65534, or use Cilium, which accepts all numbers.",
		Sources: []string{"https://github.com/projectcalico/calico/issues/13494", "https://www.rfc-editor.org/rfc/rfc6996"},
	}, networkBGPASLarge},
}

// mostCalicoAS is the highest AS number that Calico accepts.
const mostCalicoAS = 1<<31 - 1

func networkBGPASLarge(p *plan.Plan) []Finding {
	c := &p.Network.CNI
	if c.Name != plan.Calico || c.Encapsulation != "bgp" {
		return nil
	}
	const detail = "%d is above 2147483647, and the API server rejects Calico's resources with it. Write a number from 64512 to " +
		"65534."
	var findings []Finding
	if c.BGPAS > mostCalicoAS {
		findings = one(c.Attr("bgp_as"), detail, c.BGPAS)
	}
	routers := func(s *spec.Source, peers []plan.BGPPeer) {
		for i, peer := range peers {
			if peer.AS > mostCalicoAS {
				findings = append(findings, one(s.Element("bgp_peers", i), detail, peer.AS)...)
			}
		}
	}
	routers(c.Source, c.BGPPeers)
	for _, d := range c.BGPDomains {
		routers(d.Source, d.Peers)
	}
	return findings
}

func networkBGPAS(p *plan.Plan) []Finding {
	c := &p.Network.CNI
	if c.BGPAS != 0 || len(c.BGPPeers) == 0 && len(c.BGPDomains) == 0 {
		return nil
	}
	at := c.Attr("bgp_peers")
	if len(c.BGPPeers) == 0 {
		at = c.BGPDomains[0].Block()
	}
	return one(at, "The routers have autonomous system numbers, and the nodes have none. Write bgp_as = 64512 in cni, or another "+
		"free number.")
}

func networkBGPUnused(p *plan.Plan) []Finding {
	c := &p.Network.CNI
	if c.BGPAS == 0 && len(c.BGPPeers) == 0 && len(c.BGPDomains) == 0 ||
		c.Encapsulation == "bgp" && (c.Name == plan.Calico || c.Name == plan.Cilium) {
		return nil
	}
	at := c.Attr("bgp_as")
	if !c.Has("bgp_as") && len(c.BGPDomains) > 0 {
		at = c.BGPDomains[0].Block()
	}
	if c.Name == plan.Calico || c.Name == plan.Cilium {
		return one(at, "%s connects to routers only with encapsulation bgp, and it is %s. Write encapsulation = \"bgp\", or remove "+
			"bgp_as and bgp_peers.", c.Name, c.Encapsulation)
	}
	if c.Name == plan.OtherCNI {
		return one(at, "k8splan configures BGP peers for Calico and Cilium only, and %s does not read these arguments. Configure "+
			"its peers in its own manifest, and remove bgp_as and bgp_peers.", c.Called())
	}
	return one(at, "cni %q does not use BGP. Remove bgp_as and bgp_peers, or write cni \"calico\" or cni \"cilium\".", c.Name)
}

func networkBGPDomain(p *plan.Plan) []Finding {
	var known []string
	for _, n := range p.KubeletNodes() {
		for _, d := range plan.Around(n.FailureDomain) {
			if !slices.Contains(known, d) {
				known = append(known, d)
			}
		}
	}
	slices.Sort(known)
	var findings []Finding
	for _, d := range p.Network.CNI.BGPDomains {
		if slices.Contains(known, d.Name) {
			continue
		}
		has := "no node states one"
		if len(known) > 0 {
			has = "they are in " + sentence(known)
		}
		findings = append(findings, one(d.NameRange, "No node with a kubelet is in %q: %s.%s", d.Name, has,
			spelling.DidYouMean(d.Name, known))...)
	}
	return findings
}

func networkBGPFamily(p *plan.Plan) []Finding {
	for _, g := range p.BGPGroups() {
		for _, peer := range g.Peers {
			for _, n := range g.Nodes {
				if n.Address.IsValid() && !n.OfFamily(peer.Address).IsValid() {
					return one(p.Network.CNI.Block(), "The router %s is %s, and %s has only %s. Write the router's address of that family.",
						peer.Address,
						family(peer.Address), n.Name, n.Address)
				}
			}
		}
	}
	return nil
}
