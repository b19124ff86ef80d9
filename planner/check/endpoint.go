package check

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/topologies"
)

const (
	endpointForever = "https://github.com/kubernetes/kubeadm/issues/1955"
	kubeVIPDocs     = "https://kube-vip.io/docs/about/architecture/"
	haConsider      = "https://github.com/kubernetes/kubeadm/blob/main/docs/ha-considerations.md"
)

// hostCalled returns the host with a name or an address.
func hostCalled(p *plan.Plan, name string) *plan.Node {
	a, err := netip.ParseAddr(name)
	for _, n := range p.Nodes {
		if n.Name == name || err == nil && (n.Address == a || n.SecondaryAddress == a) || n.PublicAddress != "" && n.PublicAddress == name {
			return n
		}
	}
	return nil
}

// stated reports whether the author wrote the endpoint and the design is complete enough to judge it.
func stated(p *plan.Plan) bool {
	return p.Cluster.Has("control_plane_endpoint") && p.Cluster.Endpoint.Host != "" && len(p.ControlPlanes()) > 0
}

// nowhere returns the address that the author wrote as the endpoint but that nothing in the design has. It returns false if there is none,
// and if the balancer or kube-vip's virtual IP is missing, which other rules report.
func nowhere(p *plan.Plan) (netip.Addr, bool) {
	a, err := netip.ParseAddr(p.Cluster.Endpoint.Host)
	lb := p.LoadBalancer
	if err != nil || !stated(p) || p.Target.Facts.Hosting != plan.Hosts || a == lb.VirtualIP || unusable(a) != "" ||
		hostCalled(p, a.String()) != nil {
		return a, false
	}
	for _, s := range slices.Concat(pods(p), services(p), reserved(p)) {
		if s.prefix.Contains(a) {
			return a, false // network-endpoint-overlap reports it
		}
	}
	switch lb.Kind {
	case plan.NoBalancer:
		return a, len(p.ControlPlanes()) == 1
	case plan.HAProxy:
		return a, len(lb.Nodes) > 0 || len(p.ControlPlanes()) == 1
	case plan.KubeVIP:
		return a, lb.VirtualIP.IsValid()
	}
	return a, false
}

var endpointRules = []Rule{
	{rule.Rule{
		ID: "endpoint-missing", Severity: rule.Error, Title: "Missing control plane endpoint", Permanent: true,
		Doc: "Without one address for all control planes, kubeadm refuses the second one, and certificates are issued for the first. " +
			"The endpoint cannot be set later without new certificates and kubeconfigs everywhere.",
		Fix:     "Write `control_plane_endpoint = \"api.example.com:6443\"`, or a `virtual_ip` in load_balancer.",
		Sources: []string{"https://github.com/kubernetes/kubeadm/issues/1331", endpointForever},
	}, endpointMissing},
	{rule.Rule{
		ID: "endpoint-is-control-plane", Severity: rule.Error, Title: "Endpoint that is one of several control planes",
		Doc: "All kubelets and clients connect to the endpoint. If it is the address of one control plane, the cluster is down whenever " +
			"that host is down, and the others are useless.",
		Fix:     "Write the virtual IP, the load balancer's address, or a DNS name for all of them.",
		Sources: []string{haKubeadm, "https://github.com/kubernetes/kubeadm/issues/2472"},
	}, endpointIsControlPlane},
	{rule.Rule{
		ID: "endpoint-leads-nowhere", Severity: rule.Error, Title: "Endpoint address that is not in the design",
		Doc: "The load balancer of this design answers at its own address or at the virtual IP. Any other endpoint is outside the " +
			"design. Usually it is a typo, and kubeadm init waits for it until it times out.",
		Fix: "Write the virtual IP, a load balancer's address, or a DNS name; for a load balancer outside the plan, " +
			"`load_balancer \"external\" {}`.",
		Sources: []string{haKubeadm},
	}, endpointLeadsNowhere},
	{rule.Rule{
		ID: "endpoint-is-other-host", Severity: rule.Error, Title: "Endpoint on a host that does not answer",
		Doc:     "The host runs neither the API server nor the load balancer, so nothing listens there.",
		Fix:     "Write the virtual IP, a balancer's address, or the control plane's address.",
		Sources: []string{haKubeadm},
	}, endpointIsOtherHost},
	{rule.Rule{
		ID: "endpoint-special-address", Severity: rule.Error, Title: "Endpoint address that is local to each host", Permanent: true,
		Doc: "localhost and loopback, link-local, and multicast addresses mean something different on every host: nodes would look for " +
			"the API server on themselves.",
		Fix:     "Write the name or address at which every host reaches the control plane.",
		Sources: []string{endpointForever, specialPurpose},
	}, endpointSpecialAddress},
	{rule.Rule{
		ID: "endpoint-port", Severity: rule.Error, Title: "Endpoint port on which nothing listens",
		Doc: "Clients connect to the endpoint's port. The load balancer, or the API server if there is none, listens on another port: " +
			"connections are refused.",
		Fix:     "Write the same port in both places, or leave one of them out.",
		Sources: []string{haKubeadm, portsReference},
	}, endpointPort},
	{rule.Rule{
		ID: "endpoint-family", Severity: rule.Error, Title: "Endpoint of an address family that hosts lack",
		Doc:     "Hosts can reach only addresses of families that they have themselves.",
		Fix:     "Write an address of the hosts' family, or a DNS name.",
		Sources: []string{dualStackDocs},
	}, endpointFamily},
	{rule.Rule{
		ID: "endpoint-fixed-address", Severity: rule.Warning, Title: "Endpoint without a name",
		Doc: "Clients connect to the one control plane at its own address, which is in every certificate and kubeconfig. A second " +
			"control plane cannot be added later without replacing all of them: kubeadm does not support changing the endpoint.",
		Fix: "Write a DNS name now: `control_plane_endpoint = \"api.<cluster>.example.com:6443\"`. The playbook adds it to /etc/hosts, " +
			"so no DNS record is needed yet.",
		Sources: []string{endpointForever, "https://github.com/kubernetes/kubernetes/issues/95564"},
	}, endpointFixedAddress},
	{rule.Rule{
		ID: "endpoint-mdns", Severity: rule.Warning, Title: "Endpoint name in .local",
		Doc: "On hosts with systemd-resolved or Avahi, resolvers look up names in .local by multicast (mDNS) instead of asking the DNS " +
			"server. The name then resolves on some hosts only, or after a timeout.",
		Fix:     "Use a name in your own domain, or in home.arpa or .internal.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc6762#section-3"},
	}, endpointMdns},
	{rule.Rule{
		ID: "endpoint-one-balancer", Severity: rule.Warning, Title: "Endpoint that bypasses the virtual IP",
		Doc: "A virtual IP moves to a healthy load balancer. An endpoint that is the address of one load balancer fails with that " +
			"host.",
		Fix:     "Write the virtual IP, or a DNS name for it.",
		Sources: []string{haConsider},
	}, endpointOneBalancer},
	{rule.Rule{
		ID: "endpoint-api-port-clash", Severity: rule.Error, Title: "API server on a port in use", Permanent: true,
		Doc:     "Another component on the control plane already uses the port. The one that starts first gets it; the other crashes.",
		Fix:     "Leave `api_server_port` at 6443, or choose a free port.",
		Sources: []string{portsReference},
	}, endpointAPIPortClash},
}

func endpointMissing(p *plan.Plan) []Finding {
	cps := p.ControlPlanes()
	if p.Cluster.Endpoint.Host != "" || len(cps) == 0 || p.LoadBalancer.Kind == plan.NoBalancer ||
		p.Target.Facts.Hosting != plan.Hosts || p.LoadBalancer.Kind == plan.KubeVIP ||
		p.LoadBalancer.Kind == plan.HAProxy && len(p.LoadBalancer.Nodes) != 1 && len(p.LoadBalancer.Nodes) == 0 {
		return nil
	}
	at := p.LoadBalancer.Block()
	if p.LoadBalancer.Kind == plan.LocalBalancer {
		return one(at, "Nodes need a name for their own proxy. Write control_plane_endpoint = \"api.%s.example.com:%d\" in "+
			"cluster: in every node's /etc/hosts it points to the node itself.", p.Cluster.Name, p.Cluster.APIServerPort)
	}
	if p.LoadBalancer.Kind == plan.ExternalBalancer {
		return one(at,
			"The address of the external load balancer is missing. Write control_plane_endpoint = \"api.example.com:6443\" in "+
				"cluster, with its name or address.")
	}
	return one(at, "The %d balancers (%s) have no common address. Write virtual_ip = … here, with a free address of their subnet, or "+
		"control_plane_endpoint in cluster.", len(p.LoadBalancer.Nodes), sentence(names(p.LoadBalancer.Nodes)))
}

func endpointIsControlPlane(p *plan.Plan) []Finding {
	if !stated(p) || len(p.ControlPlanes()) < 2 || p.LoadBalancer.Kind == plan.NoBalancer && p.Cluster.Topology.LoadBalancer {
		return nil // without a balancer, that is the mistake
	}
	n := hostCalled(p, p.Cluster.Endpoint.Host)
	if n == nil || !n.Roles.Has(plan.ControlPlane) || n.Roles.Has(plan.Balancer) && p.LoadBalancer.Kind == plan.HAProxy {
		return nil
	}
	instead := "a DNS name for all control planes"
	if vip := p.LoadBalancer.VirtualIP; vip.IsValid() && hostCalled(p, vip.String()) != nil {
		instead = "a virtual IP that no host has, here and in load_balancer, or a DNS name for all control planes"
	} else if vip.IsValid() {
		instead = fmt.Sprintf("the virtual IP %s", vip)
	} else if p.LoadBalancer.Kind == plan.HAProxy && len(p.LoadBalancer.Nodes) == 1 {
		instead = fmt.Sprintf("the balancer %s", p.LoadBalancer.Nodes[0].Address)
	}
	return one(p.Cluster.Attr("control_plane_endpoint"), "%s is %s (%s), one of %d control planes: when it is down, "+
		"the others are unreachable. Write %s.", p.Cluster.Endpoint.Host, n.Name, line(n.NameRange), len(p.ControlPlanes()), instead)
}

func endpointLeadsNowhere(p *plan.Plan) []Finding {
	a, lost := nowhere(p)
	if !lost {
		return nil
	}
	lb, instead := p.LoadBalancer, "a DNS name"
	switch {
	case lb.VirtualIP.IsValid():
		instead = fmt.Sprintf("the virtual IP %s, or a DNS name", lb.VirtualIP)
	case len(lb.Nodes) == 1:
		instead = fmt.Sprintf("the balancer's address %s, or a DNS name", lb.Nodes[0].Address)
	case len(p.ControlPlanes()) == 1:
		instead = fmt.Sprintf("the control plane's address %s, or a DNS name", p.ControlPlanes()[0].Address)
	case p.Target.Facts.L2:
		if subnet, known := p.Network.NodeSubnet(lb.Nodes[0].Address); !known || subnet.Contains(a) {
			instead = fmt.Sprintf("virtual_ip = %q in load_balancer, or a DNS name here", a)
		}
	}
	return one(p.Cluster.Attr("control_plane_endpoint"), "No host of the design has %s, and it is not a virtual IP. Write %s; if "+
		"the load balancer is outside the plan, write load_balancer \"external\" {}.", a, instead)
}

func endpointIsOtherHost(p *plan.Plan) []Finding {
	n := hostCalled(p, p.Cluster.Endpoint.Host)
	if !stated(p) || n == nil || n.Roles&(plan.ControlPlane|plan.Balancer) != 0 ||
		n.Address.String() == p.LoadBalancer.VirtualIP.String() {
		return nil
	}
	return one(p.Cluster.Attr("control_plane_endpoint"), "%s is %s (%s), which is neither a control plane nor a load balancer: "+
		"nothing answers there. Write the address of a host that does.", p.Cluster.Endpoint.Host, n.Name, line(n.NameRange))
}

func endpointSpecialAddress(p *plan.Plan) []Finding {
	host := p.Cluster.Endpoint.Host
	a, err := netip.ParseAddr(host)
	if !p.Cluster.Has("control_plane_endpoint") || host != "localhost" && !strings.HasSuffix(host, ".localhost") &&
		(err != nil || unusable(a) == "") {
		return nil
	}
	what := "every host's name for itself"
	if err == nil {
		what = unusable(a)
	}
	return one(p.Cluster.Attr("control_plane_endpoint"),
		"%s is %s. Write the name or address at which every host reaches the control plane.", host, what)
}

func endpointPort(p *plan.Plan) []Finding {
	if !stated(p) || p.LoadBalancer.Kind == plan.ExternalBalancer && !p.LoadBalancer.Has("port") ||
		p.LoadBalancer.Kind == plan.NoBalancer && len(p.ControlPlanes()) > 1 {
		return nil
	}
	who, port := "the load balancer", p.LoadBalancer.Port
	switch p.LoadBalancer.Kind {
	case plan.NoBalancer:
		who, port = "the API server", p.Cluster.APIServerPort
	case plan.LocalBalancer:
		who, port = "an API server", p.Cluster.APIServerPort
	case plan.KubeVIP:
		who, port = "the API server behind kube-vip", p.Cluster.APIServerPort
		if p.LoadBalancer.Port != p.Cluster.APIServerPort {
			return nil // load-balancer-kube-vip-port reports it
		}
	}
	if port == 0 || p.Cluster.Endpoint.Port == port {
		return nil
	}
	return one(p.Cluster.Attr("control_plane_endpoint"), "Clients would connect to port %d, and %s listens on %d. Write %q.",
		p.Cluster.Endpoint.Port, who, port, plan.Endpoint{Host: p.Cluster.Endpoint.Host, Port: port}.String())
}

func endpointFamily(p *plan.Plan) []Finding {
	a, err := netip.ParseAddr(p.Cluster.Endpoint.Host)
	if err != nil || !stated(p) || p.LoadBalancer.Kind != plan.ExternalBalancer {
		return nil // with a balancer in the design, the address is one of its hosts'
	}
	for _, n := range p.KubeletNodes() {
		if n.Address.IsValid() && n.Address.Is4() != a.Is4() && !n.SecondaryAddress.IsValid() {
			return one(p.Cluster.Attr("control_plane_endpoint"), "%s is %s, and %s has only %s (%s). Write an address of that family, or "+
				"a DNS name.", a, family(a), n.Name, family(n.Address), n.Address)
		}
	}
	return nil
}

func endpointFixedAddress(p *plan.Plan) []Finding {
	cps := p.ControlPlanes()
	if p.Cluster.Has("control_plane_endpoint") || len(cps) != 1 || p.LoadBalancer.Kind != plan.NoBalancer ||
		p.Cluster.Type != topologies.SingleEtcdSingleMaster || p.Target.Facts.Hosting != plan.Hosts {
		return nil
	}
	return one(p.Cluster.Block(), "The endpoint is %s's own address, so a second control plane could never be added. Write "+
		"control_plane_endpoint = \"api.%s.example.com:6443\"; the playbook adds the name to /etc/hosts.", cps[0].Name,
		p.Cluster.Name)
}

func endpointMdns(p *plan.Plan) []Finding {
	host := p.Cluster.Endpoint.Host
	if strings.HasSuffix(host, ".local") && host != p.Network.DNSDomain && !strings.HasSuffix(host, "."+p.Network.DNSDomain) {
		return one(p.Cluster.Attr("control_plane_endpoint"), "%s ends in .local, which resolvers look up by multicast. Write "+
			"%q.", host,
			strings.TrimSuffix(host, ".local")+".internal")
	}
	return nil
}

func endpointOneBalancer(p *plan.Plan) []Finding {
	n := hostCalled(p, p.Cluster.Endpoint.Host)
	if !stated(p) || n == nil || !n.Roles.Has(plan.Balancer) || len(p.LoadBalancer.Nodes) < 2 || p.LoadBalancer.Kind != plan.HAProxy ||
		n.Address == p.LoadBalancer.VirtualIP {
		return nil
	}
	if p.LoadBalancer.VirtualIP.IsValid() {
		return one(p.Cluster.Attr("control_plane_endpoint"), "%s is %s's own address. The virtual IP %s (%s) moves to a healthy "+
			"load balancer: write that address.", p.Cluster.Endpoint.Host, n.Name, p.LoadBalancer.VirtualIP,
			line(p.LoadBalancer.Attr("virtual_ip")))
	}
	return one(p.Cluster.Attr("control_plane_endpoint"), "%s is %s's own address, and the other load balancers are idle. Give "+
		"load_balancer a virtual_ip, and write that.", p.Cluster.Endpoint.Host, n.Name)
}

func endpointAPIPortClash(p *plan.Plan) []Finding {
	if !p.Cluster.Has("api_server_port") {
		return nil
	}
	return portClash(p, "kube-apiserver", "The API server", "haproxy")
}

// portClash finds other listeners on a host with the same port. It skips those with a separate rule. A written sshd port is the mistake
// wherever it clashes, and only its rule reports it.
func portClash(p *plan.Plan, who, subject string, others ...string) []Finding {
	if who != "sshd" && p.SSH.Has("port") {
		others = append(others, "sshd")
	}
	all := listeners(p)
	i := slices.IndexFunc(all, func(l listener) bool { return l.who == who })
	if i < 0 {
		return nil
	}
	me := all[i]
	var taken []string
	for _, l := range all {
		if l.who == who || l.port != me.port || slices.Contains(others, l.who) {
			continue
		}
		shared := slices.IndexFunc(p.Nodes, func(n *plan.Node) bool { return n.Roles&me.on != 0 && n.Roles&l.on != 0 })
		if shared >= 0 {
			taken = append(taken, fmt.Sprintf("%s uses on %s", l.who, p.Nodes[shared].Name))
		}
	}
	if len(taken) == 0 {
		return nil
	}
	return one(me.at, "%s would listen on port %d, which %s.%s", subject, me.port, sentence(taken), freePort(p, me))
}

// freePort suggests a port that no component of the design uses.
func freePort(p *plan.Plan, l listener) string {
	for _, port := range map[string][]int{"haproxy": {6443, 8443, 7443}, "kube-apiserver": {6443, 7443}, "sshd": {22, 2222}}[l.who] {
		nodePort := port >= p.Network.NodePorts.First && port <= p.Network.NodePorts.Last
		if port != l.port && !nodePort && !slices.ContainsFunc(listeners(p), func(o listener) bool {
			return o.port == port && o.who != l.who
		}) {
			return fmt.Sprintf(" Port %d is free.", port)
		}
	}
	return ""
}
