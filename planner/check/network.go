package check

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spelling"
)

const (
	dualStackDocs  = "https://kubernetes.io/docs/concepts/services-networking/dual-stack/"
	kubeadmLimits  = "https://github.com/kubernetes/kubernetes/blob/v1.37.2/cmd/kubeadm/app/constants/constants.go"
	kubeProxyDocs  = "https://kubernetes.io/docs/reference/networking/virtual-ips/"
	flannelDocs    = "https://github.com/flannel-io/flannel/blob/master/Documentation/backends.md"
	calicoDocs     = "https://docs.tigera.io/calico/latest/networking/configuring/vxlan-ipip"
	calicoMTU      = "https://docs.tigera.io/calico/latest/networking/configuring/mtu"
	calicoFabric   = "https://docs.tigera.io/calico/latest/networking/configuring/bgp"
	ciliumRouting  = "https://docs.cilium.io/en/stable/network/concepts/routing/#native-routing"
	ciliumDocs     = "https://docs.cilium.io/en/stable/network/kubernetes/kubeproxy-free/"
	portsReference = "https://kubernetes.io/docs/reference/networking/ports-and-protocols/"
)

// network is one pod network, and the encapsulations that it supports.
type network struct {
	name           string
	encapsulations []string
}

// networks lists what each pod network supports of what package emit/cni writes. Sources: flannelDocs, calicoDocs,
// https://docs.cilium.io/en/stable/network/concepts/routing/
var networks = []network{
	{plan.Flannel, []string{plan.VXLAN, plan.HostGateway, plan.WireGuard, plan.IPIP}},
	{plan.Calico, []string{plan.VXLAN, plan.IPIP, plan.BGP, plan.WireGuard, plan.NoEncapsulation}},
	{plan.Cilium, []string{plan.VXLAN, plan.Geneve, plan.HostGateway, plan.BGP, plan.WireGuard, plan.NoEncapsulation}},
	{plan.StaticRoutes, []string{plan.NoEncapsulation}},
}

func networkOf(p *plan.Plan) (network, bool) {
	for _, n := range networks {
		if n.name == p.Network.CNI.Name {
			return n, true
		}
	}
	return network{}, false
}

// cniHas reports whether the cni block was written and has the argument; without the block, its source is that of network.
func cniHas(p *plan.Plan, name string) bool {
	return p.Network.CNI.Written && p.Network.CNI.Has(name)
}

// underlayV6 reports whether hosts talk to each other over IPv6.
func underlayV6(p *plan.Plan) bool {
	return slices.ContainsFunc(p.Nodes, func(n *plan.Node) bool { return n.Address.Is6() })
}

// arpVirtualIP reports whether the virtual IP moves by ARP on kubelet hosts.
func arpVirtualIP(p *plan.Plan) bool {
	return p.LoadBalancer.Kind == plan.KubeVIP && p.LoadBalancer.Mode != "bgp" && p.LoadBalancer.VirtualIP.IsValid()
}

var dnsName = regexp.MustCompile(`^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$`)

var networkRules = []Rule{
	{rule.Rule{
		ID: "network-dual-stack-order", Severity: rule.Error, Title: "Pod and service ranges of different families", Permanent: true,
		Doc: "The first Service range must be of the same family as the first pod range: it is the default for Services, and the API " +
			"server, kube-proxy, and kubelets must agree on it. A Service of a family that no pod has reaches no pods. The opposite " +
			"works: pods of both families behind Services of one family.",
		Fix: "Write the families in `pod_subnets` and `service_subnets` in the same order.",
		Sources: []string{dualStackDocs + "#configure-ipv4-ipv6-dual-stack",
			"https://github.com/kubernetes/enhancements/tree/master/keps/sig-network/563-dual-stack"},
	}, networkDualStackOrder},
	{rule.Rule{
		ID: "network-service-range-large", Severity: rule.Error, Title: "Service range too large", Permanent: true,
		Doc:     "kubeadm and the API server accept Service ranges with at most 20 host bits: /12 for IPv4, /108 for IPv6.",
		Fix:     "Write a longer prefix; a /16 has room for 65,534 Services, as does a /112 for IPv6.",
		Sources: []string{kubeadmLimits},
	}, networkServiceRangeLarge},
	{rule.Rule{
		ID: "network-service-range-small", Severity: rule.Error, Title: "Service range too small", Permanent: true,
		Doc:     "kubeadm requires room for at least 10 addresses. The first belongs to the API server, the tenth to cluster DNS.",
		Fix:     "Write a shorter prefix. The range cannot be changed easily later: a /16 costs nothing.",
		Sources: []string{kubeadmLimits},
	}, networkServiceRangeSmall},
	{rule.Rule{
		ID: "network-pod-mask-gap", Severity: rule.Error, Title: "Pod range too large for its node mask", Permanent: true,
		Doc: "The controller manager keeps one bit for each node's share, and kubeadm allows at most 16 bits between the pod range's " +
			"prefix and the node mask: 65,536 nodes.",
		Fix:     "Write a longer prefix for the pod range, or give nodes a larger share with a shorter node mask.",
		Sources: []string{kubeadmLimits},
	}, networkPodMaskGap},
	{rule.Rule{
		ID: "network-pod-mask-inverted", Severity: rule.Error, Title: "Node's share larger than the pod range", Permanent: true,
		Doc: "Each node takes a share of the pod range for its pods. If the share is larger than the whole range, no node gets one: " +
			"nodes stay NotReady without pod addresses.",
		Fix:     "Write a node mask that is longer than the pod range's prefix, by enough bits for all nodes.",
		Sources: []string{kubeadmLimits},
	}, networkPodMaskInverted},
	{rule.Rule{
		ID: "network-node-mask-unused", Severity: rule.Warning, Title: "Node mask for an unused address family",
		Doc:     "The mask applies to pod ranges of its family, and there are none. It has no effect, although it looks like a decision.",
		Fix:     "Remove it, or use the mask of the other family.",
		Sources: []string{dualStackDocs},
	}, networkNodeMaskUnused},
	{rule.Rule{
		ID: "network-node-port-clash", Severity: rule.Error, Title: "NodePort range contains a port in use",
		Doc: "kube-proxy, or its replacement, claims node ports on every node. If the range contains a port on which a component " +
			"listens, a Service may get that port, and traffic for the component goes to pods: the API server or etcd becomes " +
			"unreachable.",
		Fix:     "Change the range, or the component's port.",
		Sources: []string{portsReference, "https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport"},
	}, networkNodePortClash},
	{rule.Rule{
		ID: "network-node-port-ephemeral", Severity: rule.Warning, Title: "NodePort range overlaps local ports",
		Doc: "Linux uses local ports 32768-60999 for outgoing connections. Sometimes a connection is using a node port in this range, " +
			"and the Service does not work on that node.",
		Fix: "End the range at 32767, or change net.ipv4.ip_local_port_range on every host.",
		Sources: []string{"https://docs.kernel.org/networking/ip-sysctl.html",
			"https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport"},
	}, networkNodePortEphemeral},
	{rule.Rule{
		ID: "network-node-port-privileged", Severity: rule.Warning, Title: "NodePort range contains well-known ports",
		Doc: "SSH, DNS, NTP, and others use ports below 1024. Upstream advises against such ranges: one Service with the wrong port " +
			"locks you out of the hosts.",
		Fix:     "Start at 30000, as the default does.",
		Sources: []string{"https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/"},
	}, networkNodePortPrivileged},
	{rule.Rule{
		ID: "network-mtu-encapsulation", Severity: rule.Error, Title: "MTU without room for the encapsulation",
		Doc: "The pod network wraps each packet: VXLAN and Geneve take 50 bytes, IP-in-IP 20, WireGuard 60, and 20 more over IPv6. If " +
			"the pods' MTU leaves no room for that, their packets do not fit: small responses work, large ones hang.",
		Fix:     "Leave out `mtu` to have it computed, or write the underlay's MTU minus the overhead.",
		Sources: []string{calicoMTU, "https://github.com/easzlab/kubeasz/issues/1444"},
	}, networkMTUEncapsulation},
	{rule.Rule{
		ID: "network-mtu-small", Severity: rule.Warning, Title: "Very small MTU",
		Doc:     "IPv6 needs 1280 bytes on every link, and many paths rely on that. With less, packets are fragmented or lost.",
		Fix:     "Write the MTU that `ip link` shows on the hosts; Ethernet has 1500.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc8200#section-5"},
	}, networkMTUSmall},
	{rule.Rule{
		ID: "network-mtu-large", Severity: rule.Error, Title: "MTU beyond what Ethernet carries",
		Doc: "Jumbo frames have at most about 9,000 bytes; a few switches support 9,216. With more, interfaces refuse the setting, or " +
			"switches silently drop packets.",
		Fix:     "Write the MTU that `ip link` shows on the hosts.",
		Sources: []string{"https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/network_mtu.html"},
	}, networkMTULarge},
	{rule.Rule{
		ID: "network-dns-domain-shadows", Severity: rule.Warning, Title: "Cluster domain that hides the endpoint",
		Doc: "CoreDNS answers for the whole cluster domain. In that domain only the names of Services exist for pods, so pods cannot " +
			"resolve the endpoint's name.",
		Fix:     "Give the cluster a separate domain, such as `cluster.local`, or move the endpoint out of it.",
		Sources: []string{"https://coredns.io/plugins/kubernetes/"},
	}, networkDNSDomainShadows},
	{rule.Rule{
		ID: "network-dns-domain-top-level", Severity: rule.Warning, Title: "Cluster domain of one label",
		Doc: "CoreDNS answers for everything below the domain. With one label that is a whole top-level domain, and resolvers treat " +
			"names with one dot differently.",
		Fix:     "Write at least two labels: `cluster.local`.",
		Sources: []string{"https://coredns.io/plugins/kubernetes/"},
	}, networkDNSDomainTopLevel},
	{rule.Rule{
		ID: "network-encapsulation", Severity: rule.Error, Title: "Encapsulation not supported by the pod network", Permanent: true,
		Doc:     "Each pod network has its own ways to carry packets between nodes. With an unsupported one, its agents crash repeatedly.",
		Fix:     "Write one that it supports, or leave it out for the default.",
		Sources: []string{flannelDocs, calicoDocs, "https://docs.cilium.io/en/stable/network/concepts/routing/"},
	}, networkEncapsulation},
	{rule.Rule{
		ID: "network-encapsulation-ipv6", Severity: rule.Error, Title: "IP-in-IP with IPv6 pods", Permanent: true,
		Doc: "IP-in-IP carries IPv4 only. flannel then has no way to carry IPv6, and Calico sends IPv6 without encapsulation, and " +
			"cannot use IP-in-IP without IPv4.",
		Fix:     "Write `encapsulation = \"vxlan\"`.",
		Sources: []string{calicoDocs, "https://docs.tigera.io/calico/latest/networking/ipam/ipv6"},
	}, networkEncapsulationIPv6},
	{rule.Rule{
		ID: "network-routes-need-segment", Severity: rule.Error, Title: "Direct routes across subnets",
		Doc: "Without an encapsulation each node's route to the pods of another names that node, or its router, as the next hop. " +
			"Between hosts on one segment that works. A router in between does not know about pods and drops their packets, whatever " +
			"sets the routes: flannel's host-gw, Calico, or Cilium without encapsulation, BGP among the nodes only, or an administrator.",
		Fix: "Use an encapsulation (`vxlan`), put all nodes into one subnet, or, with Calico or Cilium, announce the pods' ranges to " +
			"the routers of each subnet (`encapsulation = \"bgp\"` with `bgp_peers`).",
		Sources: []string{flannelDocs + "#host-gw", calicoFabric, ciliumRouting},
	}, func(p *plan.Plan) []Finding {
		return routesApart(p, true)
	}},
	{rule.Rule{
		ID: "network-routes-segment-unstated", Severity: rule.Warning, Title: "Direct routes across several assumed subnets",
		Doc: "`node_subnets` does not say where the nodes' network segments end, and their addresses look like several segments (one " +
			"for each /24, or /64 of IPv6). Without encapsulation, pods reach each other only inside one segment.",
		Fix:     "Write `node_subnets`, as one range if it is one segment; otherwise write all of them, and use an encapsulation.",
		Sources: []string{flannelDocs + "#host-gw", calicoFabric, ciliumRouting},
	}, func(p *plan.Plan) []Finding {
		return routesApart(p, false)
	}},
	{rule.Rule{
		ID: "network-routes-filtered", Severity: rule.Warning, Title: "Direct routes on a network that filters them",
		Doc: "Clouds drop packets with addresses that they did not assign, including those of pods, unless the source check is off on " +
			"every machine and the network itself has routes for them.",
		Fix: "Use an encapsulation (`vxlan`).",
		Sources: []string{flannelDocs + "#host-gw",
			"https://docs.aws.amazon.com/vpc/latest/userguide/work-with-nat-instances.html#EIP_Disable_SrcDestCheck"},
	}, networkRoutesFiltered},
	{rule.Rule{
		ID: "network-static-routes-many", Severity: rule.Warning, Title: "Static routes between many nodes",
		Doc: "The playbook gives every node a route to every other node: a new node changes all of them, and a node that is down during " +
			"the change is cut off until `site.yml` runs again.",
		Fix:     "Use a pod network with an agent, such as flannel.",
		Sources: []string{"https://github.com/kelseyhightower/kubernetes-the-hard-way/blob/master/docs/11-pod-network-routes.md"},
	}, networkStaticRoutesMany},
	{rule.Rule{
		ID: "network-replacement-foreign", Severity: rule.Error, Title: "kube-proxy replacement without Cilium", Permanent: true,
		Doc: "`kube_proxy_replacement` is a setting of Cilium, whose eBPF programs implement Services. Other pod networks have no such " +
			"setting, and Services would not work.",
		Fix:     "Remove it, or use `cni \"cilium\"`.",
		Sources: []string{ciliumDocs},
	}, networkReplacementForeign},
	{rule.Rule{
		ID: "network-replacement-beside-proxy", Severity: rule.Error, Title: "Both kube-proxy and its replacement enabled",
		Doc: "Cilium's replacement and kube-proxy both implement Services. Together they conflict, and which of them handles a " +
			"connection depends on the order in which they start.",
		Fix:     "Write `kube_proxy { mode = \"none\" }`, or turn the replacement off.",
		Sources: []string{ciliumDocs},
	}, networkReplacementBesideProxy},
	{rule.Rule{
		ID: "network-no-service-routing", Severity: rule.Error, Title: "No implementation of Services",
		Doc: "Without kube-proxy or a replacement, no Service address works, not even that of the API server, which pods and the pod " +
			"network itself use.",
		Fix:     "Remove `mode = \"none\"`, or use Cilium with `kube_proxy_replacement = true`.",
		Sources: []string{kubeProxyDocs, ciliumDocs},
	}, networkNoServiceRouting},
	{rule.Rule{
		ID: "network-strict-arp", Severity: rule.Error, Title: "IPVS and a virtual IP without strict ARP",
		Doc: "In ipvs mode, every node has the addresses of Services on a dummy interface and answers ARP for them, even for kube-vip's " +
			"address. The virtual IP then jumps between nodes.",
		Fix:     "Write `kube_proxy { mode = \"ipvs\", strict_arp = true }`, or another mode.",
		Sources: []string{"https://kube-vip.io/docs/", "https://metallb.io/installation/"},
	}, networkStrictARP},
	{rule.Rule{
		ID: "network-strict-arp-unused", Severity: rule.Warning, Title: "Strict ARP without IPVS",
		Doc:     "Strict ARP is a setting of kube-proxy's ipvs mode and has no effect in other modes.",
		Fix:     "Remove `strict_arp`.",
		Sources: []string{kubeProxyDocs},
	}, networkStrictARPUnused},
}

func networkDualStackOrder(p *plan.Plan) []Finding {
	a, b := families(p.Network.PodSubnets), families(p.Network.ServiceSubnets)
	if len(a) == 0 || len(b) == 0 || a[0] == b[0] && len(b) <= len(a) || podsOfAnotherFamily(p) && a[0] != b[0] {
		return nil // for the last, host-address-family reports that the pods' range is wrong
	}
	return one(written(writtenArg(p.Network.Has("service_subnets"), p.Network.Attr("service_subnets")), p.Network.Attr("pod_subnets")),
		"Pods are %s (%s), and Services are %s (%s). Write the same family first in both, and a second Service range only if pods have "+
			"that family.", strings.Join(a, " and "), prefixes(p.Network.PodSubnets), strings.Join(b, " and "),
		prefixes(p.Network.ServiceSubnets))
}

func networkServiceRangeLarge(p *plan.Plan) []Finding {
	var findings []Finding
	for _, s := range services(p) {
		if most := s.prefix.Addr().BitLen() - 20; s.prefix.Bits() < most {
			findings = append(findings, one(s.at, "%s has %d host bits, and the API server accepts at most 20 (/%d). Write "+
				"%s.", s.prefix,
				s.prefix.Addr().BitLen()-s.prefix.Bits(), most, netip.PrefixFrom(s.prefix.Addr(), s.prefix.Addr().BitLen()-16))...)
		}
	}
	return findings
}

func networkServiceRangeSmall(p *plan.Plan) []Finding {
	var findings []Finding
	for _, s := range services(p) {
		if host := s.prefix.Addr().BitLen() - s.prefix.Bits(); host < 4 {
			findings = append(findings,
				one(s.at, "%s has %d addresses; kubeadm requires at least 10, because cluster DNS uses the tenth. Write "+
					"%s.", s.prefix,
					1<<host, netip.PrefixFrom(s.prefix.Addr(), s.prefix.Addr().BitLen()-16).Masked())...)
		}
	}
	return findings
}

func networkPodMaskGap(p *plan.Plan) []Finding {
	var findings []Finding
	for _, s := range pods(p) {
		if mask := p.Network.NodeMask(s.prefix); mask-s.prefix.Bits() > 16 {
			findings = append(findings, one(written(s.at, p.Network.Attr(maskName(s.prefix))),
				"Between the pod range %s and the node mask /%d there are %d bits, and kubeadm allows 16. Write %s, or a node mask of /%d.",
				s.prefix, mask, mask-s.prefix.Bits(), netip.PrefixFrom(s.prefix.Addr(), mask-16), s.prefix.Bits()+16)...)
		}
	}
	return findings
}

func networkPodMaskInverted(p *plan.Plan) []Finding {
	var findings []Finding
	for _, s := range pods(p) {
		if mask := p.Network.NodeMask(s.prefix); mask < s.prefix.Bits() {
			findings = append(findings, one(written(writtenArg(p.Network.Has(maskName(s.prefix)), p.Network.Attr(maskName(s.prefix))),
				s.at), "A node's share is a /%d, and the whole pod range is %s. Write a longer mask, or a pod range of /%d: room for 256 "+
				"nodes.",
				mask, s.prefix, max(8, mask-8))...)
		}
	}
	return findings
}

func networkNodeMaskUnused(p *plan.Plan) []Finding {
	var findings []Finding
	for _, v := range []struct {
		name string
		v4   bool
		word string
	}{{"node_cidr_mask_size", true, "IPv4"}, {"node_cidr_mask_size_v6", false, "IPv6"}} {
		if p.Network.Has(v.name) && !slices.ContainsFunc(p.Network.PodSubnets, func(r netip.Prefix) bool {
			return r.Addr().Is4() == v.v4
		}) {
			findings = append(findings, one(p.Network.Attr(v.name), "%s is for %s pods, and the pods are %s. Remove it.", v.name,
				v.word, prefixes(p.Network.PodSubnets))...)
		}
	}
	return findings
}

func networkNodePortClash(p *plan.Plan) []Finding {
	r := p.Network.NodePorts
	if r.First == 0 {
		return nil
	}
	var covered []listener
	for _, l := range listeners(p) {
		if l.port >= r.First && l.port <= r.Last && slices.ContainsFunc(p.KubeletNodes(), func(n *plan.Node) bool {
			return n.Roles&l.on != 0
		}) {
			covered = append(covered, l)
		}
	}
	free := freeNodePorts(covered)
	if !p.Network.Has("node_port_range") {
		var findings []Finding
		for _, l := range covered {
			at := l.at
			if l.who == "haproxy" && !p.LoadBalancer.Has("port") {
				at = p.Cluster.Attr("control_plane_endpoint") // the balancer's port comes from the endpoint
			}
			findings = append(findings,
				one(at, "%s would listen on port %d of nodes, in the NodePort range %d-%d: a Service could get it. Write another "+
					"port, or node_port_range = \"%d-%d\" in network.", l.who, l.port, r.First, r.Last, free.First,
					free.Last)...)
		}
		return findings
	}
	if len(covered) == 0 {
		return nil
	}
	var hit []string
	for _, l := range covered {
		hit = append(hit, fmt.Sprintf("%d (%s)", l.port, l.who))
	}
	return one(p.Network.Attr("node_port_range"), "The NodePort range %d-%d covers %s. A Service could get the port of a "+
		"component. Write \"%d-%d\", or another range that contains none of them.", r.First, r.Last, sentence(hit), free.First, free.Last)
}

func networkNodePortEphemeral(p *plan.Plan) []Finding {
	if r := p.Network.NodePorts; p.Network.Has("node_port_range") && r.Last >= 32768 && r.First <= 60999 {
		return one(p.Network.Attr("node_port_range"),
			"The NodePort range %d-%d covers local ports of outgoing connections (32768-60999 in "+
				"Linux). End it at 32767.", r.First, r.Last)
	}
	return nil
}

func networkNodePortPrivileged(p *plan.Plan) []Finding {
	if r := p.Network.NodePorts; p.Network.Has("node_port_range") && r.First < 1024 && r.First > 0 {
		return one(p.Network.Attr("node_port_range"),
			"The NodePort range %d-%d contains well-known ports (1-1023): a Service could take those of DNS or NTP on every node. "+
				"Start at 30000.", r.First, r.Last)
	}
	return nil
}

func networkMTUEncapsulation(p *plan.Plan) []Finding {
	c := p.Network.CNI
	need := plan.Overhead(c, underlayV6(p))
	if !cniHas(p, "mtu") || c.MTU <= p.Network.MTU-need {
		return nil
	}
	if need == 0 {
		return one(c.Attr("mtu"), "Pods would send packets of %d bytes over a network with an MTU of %d. Write %d at most, or leave it "+
			"out.", c.MTU,
			p.Network.MTU, p.Network.MTU)
	}
	return one(c.Attr("mtu"), "The underlay carries %d bytes, %s takes %d: pods can have an MTU of %d, and %d does not fit. Leave "+
		"mtu out to have it computed.", p.Network.MTU, c.Encapsulation, need, p.Network.MTU-need, c.MTU)
}

func networkMTUSmall(p *plan.Plan) []Finding {
	var findings []Finding
	if p.Network.Has("mtu") && p.Network.MTU < 1280 {
		findings = one(p.Network.Attr("mtu"), "%d is below 1280, the minimum for IPv6. Write what `ip link` shows on the hosts; "+
			"Ethernet has 1500.", p.Network.MTU)
	}
	if c := p.Network.CNI; cniHas(p, "mtu") && c.MTU < 1280 {
		findings = append(findings, one(c.Attr("mtu"), "%d is below 1280, the minimum for IPv6. Leave mtu out to have it computed "+
			"from the underlay's %d.", c.MTU, p.Network.MTU)...)
	}
	return findings
}

func networkMTULarge(p *plan.Plan) []Finding {
	if p.Network.Has("mtu") && p.Network.MTU > 9216 {
		return one(p.Network.Attr("mtu"), "%d bytes are more than Ethernet carries (jumbo frames: 9000, at most 9216). Write what "+
			"`ip link` shows on the hosts.", p.Network.MTU)
	}
	return nil
}

func networkDNSDomainShadows(p *plan.Plan) []Finding {
	host, domain := p.Cluster.Endpoint.Host, p.Network.DNSDomain
	if host == "" || domain == "" || host != domain && !strings.HasSuffix(host, "."+domain) {
		return nil
	}
	instead := `dns_domain = "cluster.local"`
	if host == "cluster.local" || strings.HasSuffix(host, ".cluster.local") {
		instead = fmt.Sprintf("control_plane_endpoint = %q", plan.Endpoint{Host: "api." + p.Cluster.Name + ".example.com",
			Port: p.Cluster.Endpoint.Port})
	}
	return one(written(writtenArg(p.Network.Has("dns_domain"), p.Network.Attr("dns_domain")), p.Cluster.Attr("control_plane_endpoint")),
		"The endpoint %s is in the cluster domain %s. CoreDNS answers for that domain, so pods cannot resolve the endpoint. Change one "+
			"of the two: write %s.", host, domain, instead)
}

func networkDNSDomainTopLevel(p *plan.Plan) []Finding {
	if d := p.Network.DNSDomain; dnsName.MatchString(d) && !strings.Contains(d, ".") {
		return one(p.Network.Attr("dns_domain"), "%q is a top-level domain: CoreDNS would answer for all of it. Write \"%s.local\".", d,
			d)
	}
	return nil
}

func networkEncapsulation(p *plan.Plan) []Finding {
	c := p.Network.CNI
	n, ok := networkOf(p)
	if !ok || !cniHas(p, "encapsulation") || slices.Contains(n.encapsulations, c.Encapsulation) {
		return nil
	}
	return one(c.Attr("encapsulation"), "%s supports %s, not %q.%s", c.Name, choice(n.encapsulations), c.Encapsulation,
		spelling.DidYouMean(c.Encapsulation, n.encapsulations))
}

func networkEncapsulationIPv6(p *plan.Plan) []Finding {
	six := plan.HasFamily(p.Network.PodSubnets, true)
	if c := p.Network.CNI; c.Encapsulation == plan.IPIP && six && (c.Name == plan.Flannel || len(p.Network.PodSubnets) == 1) {
		return one(c.Attr("encapsulation"), "IP-in-IP carries IPv4 only, and pods have IPv6 (%s). Write \"vxlan\".",
			prefixes(p.Network.PodSubnets))
	}
	return nil
}

func networkRoutesFiltered(p *plan.Plan) []Finding {
	c := &p.Network.CNI
	if p.Target.Facts.L2 || p.Target.Facts.Hosting != plan.Hosts || !c.Direct() {
		return nil
	}
	return one(written(writtenArg(cniHas(p, "encapsulation"), c.Attr("encapsulation")), c.Block()),
		"%s sends pods' own addresses over "+
			"the network of %s, which drops addresses that it did not assign. Write %s.", c.Words(), p.Target.Name, wrapInstead(c))
}

func networkStaticRoutesMany(p *plan.Plan) []Finding {
	if n := len(p.KubeletNodes()); p.Network.CNI.Name == plan.StaticRoutes && n > 50 {
		return one(p.Network.CNI.Block(), "%d nodes need %d routes, and each new node changes all %d. Write cni \"flannel\" {}.",
			n, n*(n-1), n)
	}
	return nil
}

func networkReplacementForeign(p *plan.Plan) []Finding {
	if c := p.Network.CNI; c.KubeProxyReplacement && c.Name != plan.Cilium {
		return one(c.Attr("kube_proxy_replacement"), "%s has no kube-proxy replacement. Remove it, or write cni \"cilium\".", c.Name)
	}
	return nil
}

func networkReplacementBesideProxy(p *plan.Plan) []Finding {
	c, k := p.Network.CNI, p.Network.KubeProxy
	if c.Name == plan.Cilium && c.KubeProxyReplacement && k.Mode != plan.ProxyNone {
		return one(written(writtenArg(k.Has("mode"), k.Attr("mode")), c.Attr("kube_proxy_replacement")),
			"Cilium replaces kube-proxy (%s), "+
				"and kube-proxy runs in mode %s. Write kube_proxy { mode = \"none\" }.", line(c.Attr("kube_proxy_replacement")), k.Mode)
	}
	return nil
}

func networkNoServiceRouting(p *plan.Plan) []Finding {
	c, k := p.Network.CNI, p.Network.KubeProxy
	if k.Mode == plan.ProxyNone && !c.KubeProxyReplacement && !c.Foreign() && ours(p) {
		return one(k.Attr("mode"), "kube-proxy is off, and %s does not replace it: no Service would work, including the API "+
			"server's. Remove mode = \"none\", or write cni \"cilium\" { kube_proxy_replacement = true }.", c.Name)
	}
	return nil
}

func networkStrictARP(p *plan.Plan) []Finding {
	k := p.Network.KubeProxy
	if pools := p.ARPPools(); k.Mode == "ipvs" && !k.StrictARP && !arpVirtualIP(p) && len(pools) > 0 {
		return one(written(writtenArg(k.Has("strict_arp"), k.Attr("strict_arp")), k.Attr("mode")),
			"In ipvs mode, every node also answers ARP for the addresses of pool %s (%s). Write strict_arp = true, or another mode.",
			pools[0].Name, line(pools[0].NameRange))
	}
	if k.Mode == "ipvs" && !k.StrictARP && arpVirtualIP(p) {
		return one(written(writtenArg(k.Has("strict_arp"), k.Attr("strict_arp")), k.Attr("mode")),
			"In ipvs mode, every node also answers ARP for the virtual IP %s (%s). Write strict_arp = true, or another "+
				"mode.", p.LoadBalancer.VirtualIP,
			line(p.LoadBalancer.Attr("virtual_ip")))
	}
	return nil
}

func networkStrictARPUnused(p *plan.Plan) []Finding {
	if k := p.Network.KubeProxy; k.Has("strict_arp") && k.StrictARP && k.Mode != "ipvs" {
		return one(k.Attr("strict_arp"), "strict_arp has no effect in mode %s. Remove it.", k.Mode)
	}
	return nil
}

// freeNodePorts is the API server's default range, or its widest part that contains no listener.
func freeNodePorts(covered []listener) plan.PortRange {
	ports := []int{32768}
	for _, l := range covered {
		if l.port >= 30000 && l.port <= 32767 {
			ports = append(ports, l.port)
		}
	}
	slices.Sort(ports)
	widest, first := plan.PortRange{}, 30000
	for _, port := range ports {
		if port-first > widest.Last-widest.First+1 || widest.First == 0 {
			widest = plan.PortRange{First: first, Last: port - 1}
		}
		first = port + 1
	}
	return widest
}

func families(ranges []netip.Prefix) []string {
	words := make([]string, len(ranges))
	for i, r := range ranges {
		words[i] = family(r.Addr())
	}
	return words
}

func maskName(pods netip.Prefix) string {
	if pods.Addr().Is6() {
		return "node_cidr_mask_size_v6"
	}
	return "node_cidr_mask_size"
}

// listener is a port that a component uses on some hosts.
type listener struct {
	port int
	who  string
	on   plan.Roles // hosts with any of these roles
	at   hcl.Range  // the argument that sets the port, if any
}

const everyHost = plan.ControlPlane | plan.EtcdRole | plan.Worker | plan.Balancer

// listeners lists the fixed ports of the design, the most important first.
func listeners(p *plan.Plan) []listener {
	kubelet := plan.ControlPlane | plan.Worker
	all := []listener{
		{p.SSH.Port, "sshd", everyHost, p.SSH.Attr("port")},
		{p.Cluster.APIServerPort, "kube-apiserver", plan.ControlPlane, p.Cluster.Attr("api_server_port")},
		{10250, "kubelet", kubelet, hcl.Range{}},
		{10248, "kubelet's health check", kubelet, hcl.Range{}},
		{10257, "kube-controller-manager", plan.ControlPlane, hcl.Range{}},
		{10259, "kube-scheduler", plan.ControlPlane, hcl.Range{}},
		{plan.EtcdClientPort, "etcd clients", plan.EtcdRole, hcl.Range{}},
		{plan.EtcdPeerPort, "etcd peers", plan.EtcdRole, hcl.Range{}},
		{2381, "etcd metrics", plan.EtcdRole, hcl.Range{}},
	}
	if p.Network.KubeProxy.Mode != plan.ProxyNone {
		all = append(all, listener{10256, "kube-proxy's health check", kubelet, hcl.Range{}}, listener{10249, "kube-proxy's metrics",
			kubelet, hcl.Range{}})
	}
	switch {
	case p.Network.CNI.Name == plan.Calico:
		all = append(all, listener{179, "Calico BGP", kubelet, hcl.Range{}}, listener{p.Network.CNI.TunnelPort(), "VXLAN", kubelet,
			hcl.Range{}},
			listener{5473, "Calico Typha", kubelet, hcl.Range{}}, listener{9099, "Calico's health check", kubelet, hcl.Range{}})
	case p.Network.CNI.Name == plan.Cilium:
		all = append(all, listener{4240, "Cilium health", kubelet, hcl.Range{}}, listener{4244, "Hubble", kubelet, hcl.Range{}},
			listener{p.Network.CNI.TunnelPort(), "VXLAN", kubelet, hcl.Range{}})
	case p.Network.CNI.Name == plan.Flannel && p.Network.CNI.Encapsulation == plan.VXLAN:
		all = append(all, listener{p.Network.CNI.TunnelPort(), "VXLAN", kubelet, hcl.Range{}})
	}
	if p.LoadBalancer.Kind == plan.HAProxy {
		all = append(all, listener{p.LoadBalancer.Port, "haproxy", plan.Balancer, p.LoadBalancer.Attr("port")})
		if p.LoadBalancer.VirtualIP.IsValid() {
			all = append(all, listener{8405, "haproxy's health check", plan.Balancer, hcl.Range{}})
		}
	}
	return all
}
