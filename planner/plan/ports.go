package plan

import "strconv"

// Peer is a group of hosts, or of people, at one end of a connection.
type Peer string

// The ends of a connection. KubeletHosts is control planes and workers together.
const (
	ControlPlanePeers Peer = "control-plane"
	EtcdPeers         Peer = "etcd"
	WorkerPeers       Peer = "worker"
	BalancerPeers     Peer = "load-balancer"
	KubeletHosts      Peer = "kubelet"
	Clients           Peer = "clients"   // administrators and CI: whoever runs kubectl
	Consumers         Peer = "consumers" // whoever uses a Service of type NodePort
	Controller        Peer = "ssh"       // where Ansible runs
)

// Port is one opening in the firewall of the hosts of one group. All else may stay shut.
type Port struct {
	On          Peer   // the hosts that listen
	From        []Peer // who connects, sorted; the hosts of On are among them only if they are listed
	Protocol    string // tcp | udp | ipip | vrrp (the last two are IP protocols 4 and 112 and have no port)
	First, Last int    // equal for a single port; 0 where the protocol has none
	Component   string // who listens: "kube-apiserver"
	Purpose     string // a short sentence
	Source      string // where the fact comes from
}

// Ports as text: "6443", "30000-32767", "" where the protocol has none.
func (p Port) Ports() string {
	switch {
	case p.First == 0:
		return ""
	case p.First == p.Last:
		return strconv.Itoa(p.First)
	}
	return strconv.Itoa(p.First) + "-" + strconv.Itoa(p.Last)
}

// Ports returns what must be open between the groups of hosts that the plan draws, and nothing more: for each listener, who connects.
func (p *Plan) Ports() []Port { return nil }
