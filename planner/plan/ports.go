package plan

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/k8splan/k8splan/topologies"
)

// Peer is a group of hosts or people at one end of a connection.
type Peer string

// The ends of a connection. KubeletHosts is control planes plus workers.
const (
	ControlPlanePeers Peer = "control-plane"
	EtcdPeers         Peer = "etcd" // external members only: stacked ones are control planes
	BalancerPeers     Peer = "load-balancer"
	KubeletHosts      Peer = "kubelet"
	AllHosts          Peer = "all"       // every host of the plan
	Clients           Peer = "clients"   // administrators and CI: everything that runs kubectl
	Consumers         Peer = "consumers" // everything that uses a Service of type NodePort
	Operator          Peer = "operator"  // the machine that runs Ansible
)

// Words describes the group: "nodes" means control planes and workers.
func (p Peer) Words() string {
	switch p {
	case ControlPlanePeers:
		return "control planes"
	case EtcdPeers:
		return "etcd members"
	case BalancerPeers:
		return "load balancers"
	case KubeletHosts:
		return "nodes"
	case AllHosts:
		return "every host"
	case Clients:
		return "kubectl and CI"
	case Consumers:
		return "users of Services"
	case Operator:
		return "where Ansible runs"
	}
	return string(p)
}

// Port is an opening in the firewall of one group's hosts. All other ports may stay closed.
type Port struct {
	On          Peer   // the hosts that listen
	From        []Peer // who connects, in the order of the constants; hosts of On only if listed
	Protocol    string // tcp | udp | ipip | vrrp (the last two are IP protocols 4 and 112 and have no port)
	First, Last int    // equal for a single port; 0 if the protocol has none
	Component   string // who listens: "kube-apiserver"
	Purpose     string // a noun phrase
	Source      string // where the fact comes from
}

// Ports as text: "6443", "30000-32767", "" if the protocol has none.
func (p Port) Ports() string {
	switch {
	case p.First == 0:
		return ""
	case p.First == p.Last:
		return strconv.Itoa(p.First)
	}
	return strconv.Itoa(p.First) + "-" + strconv.Itoa(p.Last)
}

// MetalLBPort is the port on which the speakers of the addon metallb find each other.
const MetalLBPort = 7946

// NodeExporterPort is the port on which each node serves its metrics with the addon prometheus.
const NodeExporterPort = 9100

const (
	portsDocs   = "https://kubernetes.io/docs/reference/networking/ports-and-protocols/"
	calicoPorts = "https://docs.tigera.io/calico/latest/getting-started/kubernetes/requirements#network-requirements"
	ciliumPorts = "https://docs.cilium.io/en/stable/operations/system_requirements/#firewall-rules"
	flannelDocs = "https://github.com/flannel-io/flannel/blob/master/Documentation/backends.md"
)

// Members returns the nodes of a group in natural order, none for groups that are not hosts of the plan.
func (p *Plan) Members(of Peer) []*Node {
	switch of {
	case ControlPlanePeers:
		return p.ControlPlanes()
	case EtcdPeers:
		var nodes []*Node
		if p.Etcd.IsExternal() {
			for _, m := range p.Etcd.Members {
				nodes = append(nodes, m.Node)
			}
		}
		return nodes
	case BalancerPeers:
		return p.LoadBalancer.Nodes
	case KubeletHosts:
		return p.KubeletNodes()
	case AllHosts:
		return p.Nodes
	}
	return nil
}

// Ports returns exactly what must be open between the groups of hosts in the plan: for each listener, who connects. Components that listen
// only on 127.0.0.1 (kube-proxy's and flannel's health, etcd's metrics of a stacked member) need no opening. The result is sorted by group,
// protocol, and port. It is empty if the vendor runs the control plane.
func (p *Plan) Ports() []Port {
	if p.Target.Facts.Hosting == Hosted {
		return nil
	}
	var ports []Port
	add := func(on Peer, protocol string, first, last int, component, purpose, source string, from ...Peer) {
		ports = append(ports, Port{On: on, From: from, Protocol: protocol, First: first, Last: last, Component: component, Purpose: purpose,
			Source: source})
	}
	one := func(on Peer, protocol string, port int, component, purpose, source string, from ...Peer) {
		add(on, protocol, port, port, component, purpose, source, from...)
	}

	one(AllHosts, "tcp", p.SSH.Port, "sshd", "Ansible and administration",
		"https://docs.ansible.com/ansible/latest/inventory_guide/connection_details.html", Operator)

	// Every node reaches every API server, with or without a balancer: pods connect to the Service "kubernetes", whose endpoints are the
	// API servers' own addresses. Source: https://kubernetes.io/docs/concepts/architecture/control-plane-node-communication/
	api := []Peer{KubeletHosts, Clients}
	switch p.LoadBalancer.Kind {
	case HAProxy:
		api = []Peer{BalancerPeers, KubeletHosts}
		one(BalancerPeers, "tcp", p.LoadBalancer.Port, "haproxy", "the endpoint of the API", kubeadmHA, KubeletHosts, Clients)
		if p.LoadBalancer.VirtualIP.IsValid() && len(p.LoadBalancer.Nodes) > 1 {
			add(BalancerPeers, "vrrp", 0, 0, "keepalived", "who holds the virtual IP", "https://www.rfc-editor.org/rfc/rfc9568",
				BalancerPeers)
		}
	case KubeVIP:
		if p.LoadBalancer.Mode == "bgp" {
			one(ControlPlanePeers, "tcp", 179, "kube-vip", "BGP sessions with the routers that announce the virtual IP",
				"https://kube-vip.io/docs/modes/bgp/", ControlPlanePeers)
		}
	}
	one(ControlPlanePeers, "tcp", p.Cluster.APIServerPort, "kube-apiserver", "the Kubernetes API", portsDocs, api...)

	if p.Etcd.Placement == topologies.External {
		one(EtcdPeers, "tcp", EtcdClientPort, "etcd", "clients: the API servers and the other members", portsDocs,
			ControlPlanePeers, EtcdPeers)
		one(EtcdPeers, "tcp", EtcdPeerPort, "etcd", "members among themselves", portsDocs, EtcdPeers)
	} else {
		one(ControlPlanePeers, "tcp", EtcdClientPort, "etcd", "clients: kubeadm asks every member before it adds one", portsDocs,
			ControlPlanePeers)
		if len(p.Etcd.Members) > 1 {
			one(ControlPlanePeers, "tcp", EtcdPeerPort, "etcd", "members among themselves", portsDocs, ControlPlanePeers)
		}
	}
	// The controller manager (10257) and the scheduler (10259) listen on 127.0.0.1 as kubeadm starts them.
	one(KubeletHosts, "tcp", 10250, "kubelet", "logs, exec and metrics, asked for by the API servers and by metrics-server", portsDocs,
		KubeletHosts)
	if p.Network.KubeProxy.Mode != ProxyNone {
		one(KubeletHosts, "tcp", 10256, "kube-proxy", "health of the node, asked for by load balancers in front of Services",
			portsDocs, Consumers)
	}
	for _, protocol := range []string{"tcp", "udp"} {
		add(KubeletHosts, protocol, p.Network.NodePorts.First, p.Network.NodePorts.Last, "kube-proxy",
			"Services of type NodePort and LoadBalancer", portsDocs, Consumers)
	}
	ports = append(ports, p.cniPorts()...)
	for _, a := range p.Addons {
		if a.Known != nil && a.Name == "metallb" {
			for _, protocol := range []string{"tcp", "udp"} {
				one(KubeletHosts, protocol, MetalLBPort, "metallb", "speakers agree who answers for an address",
					"https://metallb.io/installation/", KubeletHosts)
			}
		}
		if a.Known != nil && a.Name == "prometheus" {
			one(KubeletHosts, "tcp", NodeExporterPort, "node-exporter", "metrics of the node, asked for by Prometheus",
				"https://github.com/prometheus/node_exporter", KubeletHosts)
		}
	}
	for _, o := range p.Hosts.OpenPorts {
		add(AllHosts, o.Protocol, o.First, o.Last, "others", "what `open_ports` names",
			"https://kubernetes.io/docs/concepts/security/", Consumers)
	}
	return p.asked(ports)
}

// asked returns the ports that other hosts connect to, in the same order.
func (p *Plan) asked(ports []Port) []Port {
	groups := map[Peer][]*Node{}
	for _, g := range []Peer{ControlPlanePeers, EtcdPeers, BalancerPeers, KubeletHosts, AllHosts} {
		groups[g] = p.Members(g)
	}
	needless := func(on, from Peer) bool {
		listeners, callers := groups[on], groups[from]
		switch {
		case from == Clients || from == Consumers || from == Operator:
			return false
		case len(callers) == 0:
			return true
		}
		return len(callers) == 1 && len(listeners) == 1 && callers[0] == listeners[0] // a host's own traffic does not pass its firewall
	}
	for i := range ports {
		ports[i].From = slices.DeleteFunc(ports[i].From, func(from Peer) bool { return needless(ports[i].On, from) })
	}
	ports = slices.DeleteFunc(ports, func(o Port) bool { return len(groups[o.On]) == 0 || len(o.From) == 0 })
	order := []Peer{AllHosts, BalancerPeers, ControlPlanePeers, EtcdPeers, KubeletHosts}
	slices.SortStableFunc(ports, func(a, b Port) int {
		return cmp.Or(slices.Index(order, a.On)-slices.Index(order, b.On), cmp.Compare(a.Protocol, b.Protocol),
			cmp.Compare(a.First, b.First))
	})
	return ports
}

// TunnelPort is the UDP port of the pod network's VXLAN tunnels, from the file or the plugin's default.
func (c *CNI) TunnelPort() int {
	switch {
	case c.VXLANPort != 0:
		return c.VXLANPort
	case c.Name == Calico:
		return 4789
	}
	return 8472
}

// Tunnels reports whether pod packets travel in VXLAN.
func (c *CNI) Tunnels() bool {
	return c.Encapsulation == VXLAN || c.Name == Cilium && c.Encapsulation == WireGuard
}

// cniPorts returns what the pod network needs between nodes. Without encapsulation, pod packets keep the pods' addresses, so firewalls
// between the nodes must allow the pod ranges.
func (p *Plan) cniPorts() []Port {
	c := p.Network.CNI
	var ports []Port
	add := func(protocol string, port int, purpose, source string) {
		ports = append(ports, Port{On: KubeletHosts, From: []Peer{KubeletHosts}, Protocol: protocol, First: port, Last: port,
			Component: c.Name, Purpose: purpose, Source: source})
	}
	six := HasFamily(p.Network.PodSubnets, true)
	switch c.Name {
	case Flannel:
		switch c.Encapsulation {
		case VXLAN:
			add("udp", c.TunnelPort(), "VXLAN between nodes", flannelDocs)
		case WireGuard:
			add("udp", 51820, "WireGuard between nodes", flannelDocs)
			if six {
				add("udp", 51821, "WireGuard between nodes, IPv6", flannelDocs)
			}
		}
	case Calico:
		switch c.Encapsulation {
		case VXLAN:
			add("udp", c.TunnelPort(), "VXLAN between nodes", calicoPorts)
		case IPIP:
			add("ipip", 0, "IP in IP between nodes", calicoPorts)
			add("tcp", 179, "BGP between nodes", calicoPorts)
		case WireGuard:
			add("udp", 51820, "WireGuard between nodes", calicoPorts)
			if six {
				add("udp", 51821, "WireGuard between nodes, IPv6", calicoPorts)
			}
			add("tcp", 179, "BGP between nodes", calicoPorts)
		case BGP, NoEncapsulation:
			add("tcp", 179, "BGP between nodes", calicoPorts)
		}
		add("tcp", 5473, "Typha, from which the nodes' agents learn what to program", calicoPorts)
	case Cilium:
		switch c.Encapsulation {
		case VXLAN:
			add("udp", c.TunnelPort(), "VXLAN between nodes", ciliumPorts)
		case Geneve:
			add("udp", 6081, "GENEVE between nodes", ciliumPorts)
		case WireGuard:
			add("udp", c.TunnelPort(), "VXLAN between nodes", ciliumPorts)
			add("udp", 51871, "WireGuard between nodes", ciliumPorts)
		case BGP:
			add("tcp", 179, "BGP with the routers that learn the pod ranges", ciliumPorts)
		}
		add("tcp", 4240, "health checks between nodes", ciliumPorts)
		add("tcp", 4244, "Hubble, asked for by its relay", ciliumPorts)
	}
	return ports
}
