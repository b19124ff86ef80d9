package check

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
)

// balancerAt is where the kind of load balancer was written.
func balancerAt(p *plan.Plan) hcl.Range { return p.LoadBalancer.Block() }

// balancerWritten reports whether there is a load_balancer block.
func balancerWritten(p *plan.Plan) bool { return p.LoadBalancer.Written }

// carriers returns the hosts between which the virtual IP moves.
func carriers(p *plan.Plan) []*plan.Node {
	if p.LoadBalancer.Kind == plan.KubeVIP {
		return p.ControlPlanes()
	}
	return p.LoadBalancer.Nodes
}

var balancerRules = []Rule{
	{rule.Rule{
		ID: "load-balancer-no-host", Severity: rule.Error, Title: "haproxy without a host", Permanent: true,
		Doc:     "haproxy runs on the hosts with the role load-balancer. There are none, so nothing would answer at the endpoint.",
		Fix:     "Give a host `roles = [\"load-balancer\"]`, or two hosts and a `virtual_ip`; a control plane can also have the role.",
		Sources: []string{haConsider},
	}, loadBalancerNoHost},
	{rule.Rule{
		ID: "load-balancer-idle-host", Severity: rule.Error, Title: "Load balancer host without a load balancer",
		Doc: "kube-vip runs on the control planes, and k8splan does not configure an external load balancer: a host with the role " +
			"load-balancer has nothing to run.",
		Fix:     "Remove the role, or write `load_balancer \"haproxy\"`.",
		Sources: []string{haConsider, kubeVIPDocs},
	}, loadBalancerIdleHost},
	{rule.Rule{
		ID: "load-balancer-no-virtual-ip", Severity: rule.Error, Title: "kube-vip without a virtual IP", Permanent: true,
		Doc: "kube-vip does one thing here: it keeps a virtual IP on one of the control planes. Without a virtual IP it has nothing " +
			"to do.",
		Fix:     "Write `virtual_ip`, with a free address of the control planes' subnet.",
		Sources: []string{kubeVIPDocs},
	}, loadBalancerNoVirtualIP},
	{rule.Rule{
		ID: "load-balancer-virtual-ip-alone", Severity: rule.Warning, Title: "Virtual IP with a single load balancer",
		Doc: "A virtual IP moves between load balancers. With only one, it has nowhere to go: it adds keepalived's complexity without " +
			"redundancy.",
		Fix:     "Add a second host with the role load-balancer, or remove `virtual_ip`.",
		Sources: []string{haConsider},
	}, loadBalancerVirtualIPAlone},
	{rule.Rule{
		ID: "load-balancer-pair-apart", Severity: rule.Warning, Title: "Several load balancers without a virtual IP",
		Doc: "Without a virtual IP, the endpoint's name resolves to one load balancer, or to all of them round-robin: if one fails, " +
			"connections to it fail until DNS is changed.",
		Fix:     "Write `virtual_ip` in load_balancer.",
		Sources: []string{haConsider},
	}, loadBalancerPairApart},
	{rule.Rule{
		ID: "load-balancer-virtual-ip-filtered", Severity: rule.Error, Title: "Virtual IP on a network that filters it",
		Doc: "A virtual IP moves by gratuitous ARP or VRRP. Clouds let a machine use only the addresses that they assigned to it, so " +
			"the virtual IP never moves, and often never even answers.",
		Fix: "Use the cloud's own balancer: `load_balancer \"external\" {}` with its name as `control_plane_endpoint`, " +
			"or kube-vip in mode bgp.",
		Sources: []string{haConsider, "https://github.com/kubernetes-sigs/cluster-api-provider-vsphere/issues/1120"},
	}, loadBalancerVirtualIPFiltered},
	{rule.Rule{
		ID: "load-balancer-virtual-ip-subnet", Severity: rule.Error, Title: "Virtual IP outside the hosts' subnet",
		Doc: "A virtual IP moves by ARP, inside one subnet. Routers do not send packets for an address of another subnet to these " +
			"hosts.",
		Fix:     "Use an address in their subnet, put the hosts into one subnet, or use BGP (kube-vip) or an external load balancer.",
		Sources: []string{haConsider, "https://github.com/kubernetes-sigs/cluster-api-provider-vsphere/issues/1120"},
	}, loadBalancerVirtualIPSubnet},
	{rule.Rule{
		ID: "load-balancer-virtual-ip-segment-unstated", Severity: rule.Warning, Title: "Virtual IP across several assumed subnets",
		Doc: "A virtual IP moves by ARP or VRRP, which routers do not forward: it works only for hosts in one network segment. " +
			"`node_subnets` does not say where segments end, and the addresses look like several segments (one for each /24, or /64 of " +
			"IPv6). If a host in another segment takes over the address, no router sends packets for it there.",
		Fix: "Write `node_subnets`, as one range if it is one segment. Otherwise put the load balancers into one segment, or use " +
			"kube-vip in mode bgp or an external load balancer.",
		Sources: []string{haConsider, "https://github.com/kubernetes/kubeadm/issues/2153"},
	}, loadBalancerVirtualIPSegmentUnstated},
	{rule.Rule{
		ID: "load-balancer-virtual-ip-family", Severity: rule.Error, Title: "Virtual IP of an address family that hosts " +
			"lack", Permanent: true,
		Doc:     "The virtual IP is an address on an interface of its hosts. Hosts without addresses of that family have no route for it.",
		Fix:     "Write an address of the hosts' family.",
		Sources: []string{dualStackDocs},
	}, loadBalancerVirtualIPFamily},
	{rule.Rule{
		ID: "load-balancer-virtual-ip-unusable", Severity: rule.Error, Title: "Virtual IP that no host can have", Permanent: true,
		Doc:     "Other hosts cannot reach a host at a loopback, multicast, link-local, or reserved address.",
		Fix:     "Use a free address in the hosts' subnet.",
		Sources: []string{specialPurpose},
	}, loadBalancerVirtualIPUnusable},
	{rule.Rule{
		ID: "load-balancer-port-clash", Severity: rule.Error, Title: "Load balancer on a port in use", Permanent: true,
		Doc: "The load balancer shares a host with a component that already uses the port: on a control plane, usually the API server " +
			"with 6443. The one that starts first gets it; the other crashes.",
		Fix:     "Use another port, such as 8443, or separate hosts for the load balancers.",
		Sources: []string{haConsider, "https://github.com/kubernetes/community/issues/7524"},
	}, loadBalancerPortClash},
	{rule.Rule{
		ID: "load-balancer-kube-vip-port", Severity: rule.Error, Title: "kube-vip on another port than the API server", Permanent: true,
		Doc: "kube-vip moves an address between control planes and does not translate ports: on the virtual IP, the API server itself " +
			"answers, on its own port.",
		Fix:     "Remove `port`, or change `api_server_port`.",
		Sources: []string{kubeVIPDocs},
	}, loadBalancerKubeVipPort},
	{rule.Rule{
		ID: "load-balancer-bgp-peers", Severity: rule.Error, Title: "BGP without routers", Permanent: true,
		Doc: "kube-vip in mode bgp announces the virtual IP to routers. Without its own autonomous system number and the routers' " +
			"addresses, it cannot announce anything.",
		Fix:     "Write `bgp_as` and `bgp_peers`, such as `bgp_peers = [\"10.0.0.1:65001\"]`, or use `mode = \"arp\"`.",
		Sources: []string{"https://kube-vip.io/docs/modes/bgp/"},
	}, loadBalancerBGPPeers},
	{rule.Rule{
		ID: "load-balancer-bgp-family", Severity: rule.Error, Title: "BGP without IPv4", Permanent: true,
		Doc: "kube-vip in mode bgp connects to the routers in `bgp_peers`, which are IPv4, from the host's own address, and uses that " +
			"address as its four-byte identifier. A host with an IPv6 address cannot open a session. A session over IPv4 cannot " +
			"announce an IPv6 virtual IP either: its next hop would be the host's IPv4 address.",
		Fix: "Give the control planes an IPv4 `address` (and the IPv6 one as `secondary_address`) and write an IPv4 `virtual_ip`, or " +
			"use `mode = \"arp\"` or an external balancer.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc4271#section-4.2", "https://kube-vip.io/docs/modes/bgp/",
			"https://github.com/kube-vip/kube-vip/issues/988"},
	}, loadBalancerBGPFamily},
	{rule.Rule{
		ID: "load-balancer-unused-argument", Severity: rule.Warning, Title: "Load balancer argument without effect",
		Doc:     "The argument belongs to another kind of load balancer. It has no effect, although it looks like a decision.",
		Fix:     "Remove it.",
		Sources: []string{haConsider, kubeVIPDocs},
	}, loadBalancerUnusedArgument},
	{rule.Rule{
		ID: "load-balancer-router-id-preset", Severity: rule.Warning, Title: "Common virtual router ID",
		Doc: "Routers on one segment with the same VRID fight for the address. 51 is in every example and is the default of several " +
			"distributions, so it is the most likely to collide.",
		Fix:     "Leave it out to have it computed from the virtual IP, or choose another number that is free on the segment.",
		Sources: []string{haConsider, "https://keepalived.readthedocs.io/en/latest/configuration_synopsis.html"},
	}, loadBalancerRouterIDPreset},
	{rule.Rule{
		ID: "load-balancer-on-etcd", Severity: rule.Warning, Title: "Load balancer on an etcd host",
		Doc: "etcd is sensitive to every delay of its disk and network. A load balancer on the same host carries all API traffic, and is " +
			"the host that operators restart first.",
		Fix:     "Put the load balancer on a separate host, or on a control plane with another port.",
		Sources: []string{"https://etcd.io/docs/v3.6/op-guide/hardware/"},
	}, loadBalancerOnEtcd},
	{rule.Rule{
		ID: "load-balancer-anonymous", Severity: rule.Error, Title: "Health check that the API server refuses",
		Doc: "haproxy and keepalived check /readyz without a certificate. With anonymous requests turned off, the API servers answer " +
			"401: all of them count as down, and none is reachable.",
		Fix: "Remove `anonymous-auth`, or limit anonymous requests to the health paths with an AuthenticationConfiguration.",
		Sources: []string{"https://kubernetes.io/docs/reference/access-authn-authz/authentication/#anonymous-authenticator-configuration",
			haConsider},
	}, loadBalancerAnonymous},
	{rule.Rule{
		ID: "load-balancer-local", Severity: rule.Error, Title: "Unreachable proxy on every node", Permanent: true,
		Doc: "With `load_balancer \"local\"`, the endpoint's name resolves to a haproxy on each worker's own loopback address, and to " +
			"the API server itself on each control plane. So the endpoint must be a name, not an address, with the API servers' port, " +
			"and there is no virtual IP.",
		Fix: "Write `control_plane_endpoint = \"api.example.com:6443\"`, leave `virtual_ip` and `port` out, and for clients outside the " +
			"cluster add a DNS record with the addresses of the control planes.",
		Sources: []string{haKubeadm, "https://github.com/kubernetes-sigs/kubespray/blob/master/docs/operations/ha-mode.md"},
	}, loadBalancerLocal},
}

func loadBalancerLocal(p *plan.Plan) []Finding {
	lb, c := &p.LoadBalancer, &p.Cluster
	if lb.Kind != plan.LocalBalancer || p.Target.Facts.Hosting != plan.Hosts {
		return nil
	}
	var findings []Finding
	if _, err := netip.ParseAddr(c.Endpoint.Host); err == nil && c.Has("control_plane_endpoint") {
		findings = append(findings, one(c.Attr("control_plane_endpoint"), "%s is an address, and every node would connect to that "+
			"one host. Write a DNS name, such as %q: in each node's /etc/hosts it points to the node itself.", c.Endpoint.Host,
			plan.Endpoint{Host: "api." + c.Name + ".example.com", Port: c.APIServerPort})...)
	}
	if lb.Has("virtual_ip") {
		findings = append(findings, one(lb.Attr("virtual_ip"),
			"A proxy on every node listens on the loopback address, and has no virtual IP. Remove virtual_ip.")...)
	}
	if lb.Has("port") && lb.Port != c.APIServerPort {
		findings = append(findings, one(lb.Attr("port"), "Control planes connect to their own API server on port %d, and other nodes to "+
			"their proxy on port %d, but the endpoint has only one port. Remove port.", c.APIServerPort, lb.Port)...)
	}
	image := func(n *plan.Node) bool { return n.OS.ReadOnlyUsr() }
	return append(findings, each(p.Proxied(), image, osAt, func(n *plan.Node, all []*plan.Node) string {
		return fmt.Sprintf("%s of %s is an image without a package manager, and does not include haproxy. Write load_balancer "+
			"\"kube-vip\", or use a system with packages.", n.OS, whose(all))
	})...)
}

func loadBalancerNoHost(p *plan.Plan) []Finding {
	if p.LoadBalancer.Kind != plan.HAProxy || len(p.LoadBalancer.Nodes) > 0 || !several(p) {
		return nil
	}
	return one(balancerAt(p), "haproxy runs on hosts with the role load-balancer, and there are none. Give two hosts roles = "+
		"[\"load-balancer\"], or write load_balancer \"kube-vip\", which runs on the control planes.")
}

func loadBalancerIdleHost(p *plan.Plan) []Finding {
	if k := p.LoadBalancer.Kind; k != plan.KubeVIP && k != plan.ExternalBalancer && k != plan.LocalBalancer || !ours(p) {
		return nil
	}
	return each(p.LoadBalancer.Nodes, func(*plan.Node) bool { return true }, func(n *plan.Node) hcl.Range { return n.Attr("roles") },
		func(n *plan.Node, all []*plan.Node) string {
			where := "runs on the control planes"
			switch p.LoadBalancer.Kind {
			case plan.ExternalBalancer:
				where = "is outside the plan"
			case plan.LocalBalancer:
				where = "runs on every node that is not a control plane"
			}
			return fmt.Sprintf("%s has the role load-balancer, and the balancer (%s, %s) %s. Remove the role, "+
				"or write load_balancer \"haproxy\".", whose(all), p.LoadBalancer.Kind, line(balancerAt(p)), where)
		})
}

func loadBalancerNoVirtualIP(p *plan.Plan) []Finding {
	if p.LoadBalancer.Kind != plan.KubeVIP || p.LoadBalancer.VirtualIP.IsValid() {
		return nil
	}
	var suggestion advice
	if cps := p.ControlPlanes(); len(cps) > 0 && cps[len(cps)-1].Address.IsValid() {
		suggestion = freeRun(p, cps[len(cps)-1].Address, 1)
		if a, err := netip.ParseAddr(p.Cluster.Endpoint.Host); err == nil && p.Cluster.Has("control_plane_endpoint") &&
			!slices.ContainsFunc(uses(p), func(u use) bool { return u.addr == a }) {
			suggestion = saying(fmt.Sprintf(" The endpoint is %s.", a))
		}
	}
	return advised(suggestion, balancerAt(p), "kube-vip keeps a virtual IP on one of the control planes, and there is none. Write "+
		"virtual_ip = … here.")
}

func loadBalancerVirtualIPAlone(p *plan.Plan) []Finding {
	if p.LoadBalancer.Kind != plan.HAProxy || !p.LoadBalancer.VirtualIP.IsValid() || len(p.LoadBalancer.Nodes) != 1 {
		return nil
	}
	return one(p.LoadBalancer.Attr("virtual_ip"), "%s has nowhere to move: %s is the only load balancer. Add a second one, or "+
		"remove virtual_ip.", p.LoadBalancer.VirtualIP, p.LoadBalancer.Nodes[0].Name)
}

func loadBalancerPairApart(p *plan.Plan) []Finding {
	lb := p.LoadBalancer
	if lb.Kind != plan.HAProxy || lb.VirtualIP.IsValid() || len(lb.Nodes) < 2 || p.Cluster.Endpoint.Host == "" ||
		hostCalled(p, p.Cluster.Endpoint.Host) != nil || !p.Target.Facts.L2 {
		return nil
	}
	if _, lost := nowhere(p); lost {
		return nil // endpoint-leads-nowhere reports it
	}
	return advised(freeRun(p, lb.Nodes[0].Address, 1), balancerAt(p),
		"%s (%s) share no address, so %s resolves to one of them at a time. Write virtual_ip = … "+
			"here.", quantity(len(lb.Nodes), "balancer"), sentence(names(lb.Nodes)), p.Cluster.Endpoint.Host)
}

func loadBalancerVirtualIPFiltered(p *plan.Plan) []Finding {
	lb := p.LoadBalancer
	moves := lb.Kind == plan.HAProxy && len(lb.Nodes) > 1 || arpVirtualIP(p)
	if p.Target.Facts.L2 || !lb.VirtualIP.IsValid() || !moves || p.Target.Facts.Hosting != plan.Hosts {
		return nil
	}
	return one(lb.Attr("virtual_ip"),
		"The network of target %s does not let hosts take over %s. Write load_balancer \"external\" {} and the name of the cloud's load "+
			"balancer as control_plane_endpoint.", p.Target.Name, lb.VirtualIP)
}

func loadBalancerVirtualIPSubnet(p *plan.Plan) []Finding {
	lb := p.LoadBalancer
	shared := virtualIP(p)
	if shared == nil {
		return nil
	}
	hosts := &plan.Shared{Among: shared.Among[1:]}
	if a, b, apart := hosts.StatedApart(); apart {
		return one(lb.Attr("virtual_ip"),
			"%s moves by %s inside one subnet only, and %s is in %s, %s in %s. Put them into one subnet, "+
				"or write load_balancer \"external\".", lb.VirtualIP, neighbors(lb.VirtualIP), a.Who, a.Prefix, b.Who, b.Prefix)
	}
	if l, out := outside(shared); out {
		return advised(freeRun(p, l.Addr, 1), lb.Attr("virtual_ip"),
			"%s is outside %s, the subnet of %s, and moves by %s inside one subnet only. Use an address in that "+
				"subnet.", lb.VirtualIP, l.Prefix, l.Who, neighbors(lb.VirtualIP))
	}
	return nil
}

func loadBalancerVirtualIPSegmentUnstated(p *plan.Plan) []Finding {
	shared := virtualIP(p)
	if shared == nil {
		return nil
	}
	_, _, certain := shared.StatedApart()
	if _, out := outside(shared); certain || out {
		return nil // load-balancer-virtual-ip-subnet reports it
	}
	_, b, apart := shared.Apart()     // the first is the virtual IP itself
	if !apart || !p.Target.Facts.L2 { // for such a network, load-balancer-virtual-ip-filtered is more precise
		return nil
	}
	return one(shared.At, "%s moves by %s inside one segment only, and %s (%s) appears to be in another. If they share one, write its "+
		"range as node_subnets in network; if not, put the load balancers into one segment, or write load_balancer \"external\".",
		p.LoadBalancer.VirtualIP, neighbors(p.LoadBalancer.VirtualIP), b.Who, b.Addr)
}

// neighbors is the protocol by which the hosts of a segment find the owner of an address.
func neighbors(a netip.Addr) string {
	if a.Is4() {
		return "ARP"
	}
	return "neighbor discovery"
}

func loadBalancerVirtualIPFamily(p *plan.Plan) []Finding {
	vip := p.LoadBalancer.VirtualIP
	for _, n := range carriers(p) {
		if vip.IsValid() && n.Address.IsValid() && n.Address.Is4() != vip.Is4() && (!n.SecondaryAddress.IsValid() ||
			n.SecondaryAddress.Is4() != vip.Is4()) {
			return one(p.LoadBalancer.Attr("virtual_ip"), "%s is %s, and %s has only %s (%s). Write an address of that family.", vip,
				family(vip), n.Name, family(n.Address), n.Address)
		}
	}
	return nil
}

func loadBalancerVirtualIPUnusable(p *plan.Plan) []Finding {
	vip := p.LoadBalancer.VirtualIP
	if !vip.IsValid() {
		return nil
	}
	if why := unusable(vip); why != "" {
		return one(p.LoadBalancer.Attr("virtual_ip"), "%s is %s. Use a free address in the hosts' subnet.", vip, why)
	}
	for _, s := range p.Network.NodeSubnets {
		if s.Addr().Is4() && s.Bits() < 31 && (vip == s.Masked().Addr() || vip == plan.LastAddress(s)) {
			return one(p.LoadBalancer.Attr("virtual_ip"), "%s is the network or broadcast address of %s. Use a free address in the "+
				"subnet.",
				vip, s.Masked())
		}
	}
	return nil
}

func loadBalancerPortClash(p *plan.Plan) []Finding {
	if p.LoadBalancer.Kind != plan.HAProxy || len(p.ControlPlanes()) == 0 {
		return nil
	}
	findings := portClash(p, "haproxy", "The load balancer")
	if len(findings) > 0 && !p.LoadBalancer.Has("port") {
		findings[0].At = p.Cluster.Attr("control_plane_endpoint")
	}
	return findings
}

func loadBalancerKubeVipPort(p *plan.Plan) []Finding {
	lb := p.LoadBalancer
	if lb.Kind != plan.KubeVIP || lb.Port == p.Cluster.APIServerPort || lb.Port == 0 {
		return nil
	}
	return one(lb.Attr("port"), "kube-vip does not translate ports: on %s the API server answers on %d, not on %d. Remove port, or "+
		"write api_server_port = %d.", lb.VirtualIP, p.Cluster.APIServerPort, lb.Port, lb.Port)
}

func loadBalancerBGPPeers(p *plan.Plan) []Finding {
	lb := p.LoadBalancer
	if lb.Kind != plan.KubeVIP || lb.Mode != "bgp" || lb.BGPAS != 0 && len(lb.BGPPeers) > 0 {
		return nil
	}
	missing := "bgp_as and bgp_peers are"
	switch {
	case lb.BGPAS != 0:
		missing = "bgp_peers is"
	case len(lb.BGPPeers) > 0:
		missing = "bgp_as is"
	}
	return one(lb.Attr("mode"), "In mode bgp, kube-vip announces the virtual IP to routers, and %s not written. Write both, or use "+
		"mode = \"arp\".", missing)
}

func loadBalancerBGPFamily(p *plan.Plan) []Finding {
	lb := p.LoadBalancer
	if lb.Kind != plan.KubeVIP || lb.Mode != "bgp" {
		return nil
	}
	for _, n := range p.ControlPlanes() {
		if n.Address.Is6() {
			return one(lb.Attr("mode"),
				"In mode bgp, kube-vip connects to IPv4 routers from the host's own address, and %s has %s. Give the control "+
					"planes an IPv4 address, or use mode = \"arp\".", n.Name, n.Address)
		}
	}
	if lb.VirtualIP.Is6() {
		return one(lb.Attr("virtual_ip"), "In mode bgp, kube-vip connects to IPv4 routers, which learn no route to %s. Write an "+
			"IPv4 address, or use mode = \"arp\".", lb.VirtualIP)
	}
	return nil
}

func loadBalancerUnusedArgument(p *plan.Plan) []Finding {
	lb := p.LoadBalancer
	if !balancerWritten(p) {
		return nil
	}
	useless := map[string]map[string]string{
		plan.HAProxy: {"mode": "kube-vip", "version": "kube-vip", "bgp_as": "kube-vip", "bgp_peers": "kube-vip"},
		plan.KubeVIP: {"virtual_router_id": "haproxy with keepalived"},
		plan.LocalBalancer: {"mode": "kube-vip", "version": "kube-vip", "virtual_router_id": "haproxy with keepalived",
			"interface": "haproxy and kube-vip", "bgp_as": "kube-vip", "bgp_peers": "kube-vip"},
		plan.ExternalBalancer: {"mode": "kube-vip", "version": "kube-vip", "virtual_router_id": "haproxy with keepalived",
			"interface": "haproxy and kube-vip", "bgp_as": "kube-vip", "bgp_peers": "kube-vip"},
	}[lb.Kind]
	var findings []Finding
	for _, name := range []string{"interface", "virtual_router_id", "mode", "version", "bgp_as", "bgp_peers"} {
		if of := useless[name]; of != "" && lb.Has(name) {
			findings = append(findings, one(lb.Attr(name), "%s is for %s, and the balancer is %s. Remove it.", name, of, lb.Kind)...)
		}
	}
	for _, name := range []string{"bgp_as", "bgp_peers"} {
		if lb.Kind == plan.KubeVIP && lb.Mode != "bgp" && lb.Has(name) {
			findings = append(findings,
				one(lb.Attr(name), "%s is for mode bgp, and the mode is %s. Remove it, or write mode = \"bgp\".", name, lb.Mode)...)
		}
	}
	if lb.Kind == plan.HAProxy && lb.Has("virtual_router_id") && !lb.VirtualIP.IsValid() {
		findings = append(findings, one(lb.Attr("virtual_router_id"),
			"virtual_router_id is keepalived's, and without virtual_ip there is "+
				"no keepalived. Remove it, or write virtual_ip.")...)
	}
	return findings
}

func loadBalancerRouterIDPreset(p *plan.Plan) []Finding {
	if lb := p.LoadBalancer; lb.Kind == plan.HAProxy && lb.Has("virtual_router_id") && lb.VirtualRouterID == 51 &&
		lb.VirtualIP.IsValid() {
		return one(lb.Attr("virtual_router_id"),
			"51 is the virtual router ID in every example: a second cluster on the segment is likely to have it too. Leave it out "+
				"to have it computed from the virtual IP.")
	}
	return nil
}

func loadBalancerOnEtcd(p *plan.Plan) []Finding {
	if !p.Etcd.IsExternal() {
		return nil
	}
	return each(p.LoadBalancer.Nodes, func(n *plan.Node) bool { return n.Roles.Has(plan.EtcdRole) && !n.Roles.Has(plan.ControlPlane) },
		func(n *plan.Node) hcl.Range { return n.Attr("roles") }, func(n *plan.Node, all []*plan.Node) string {
			return fmt.Sprintf("%s is both an etcd member and a load balancer: all API traffic shares the host with etcd. Put the "+
				"load balancer on a separate host.", whose(all))
		})
}

func loadBalancerAnonymous(p *plan.Plan) []Finding {
	if k := p.LoadBalancer.Kind; k != plan.HAProxy && k != plan.ExternalBalancer && k != plan.LocalBalancer {
		return nil
	}
	for _, a := range p.Cluster.APIServer.ExtraArgs {
		if a.Name == "anonymous-auth" && a.Value == "false" {
			return one(p.Cluster.APIServer.Key("extra_args", a.Name),
				"With --anonymous-auth=false, the API servers answer the load balancer's health check with 401, and all of them "+
					"count as down. Remove it.")
		}
	}
	return nil
}
