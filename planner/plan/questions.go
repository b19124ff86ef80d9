package plan

import (
	"net"
	"strconv"
	"strings"
)

// String returns host:port, with brackets around an IPv6 address.
func (e Endpoint) String() string { return net.JoinHostPort(e.Host, strconv.Itoa(e.Port)) }

// ControlPlanes returns the nodes that run an API server.
func (p *Plan) ControlPlanes() []*Node { return p.having(ControlPlane) }

// Workers returns the nodes on which ordinary pods may run, control planes that are workers too among them.
func (p *Plan) Workers() []*Node { return p.having(Worker) }

// KubeletNodes returns the nodes that join the cluster: control planes and workers.
func (p *Plan) KubeletNodes() []*Node {
	var nodes []*Node
	for _, n := range p.Nodes {
		if n.Roles&(ControlPlane|Worker) != 0 {
			nodes = append(nodes, n)
		}
	}
	return nodes
}

// Bootstrap returns the control plane that runs kubeadm init, nil where the plan has none (a hosted control plane).
func (p *Plan) Bootstrap() *Node {
	for _, n := range p.Nodes {
		if n.Bootstrap {
			return n
		}
	}
	return nil
}

func (p *Plan) having(r Roles) []*Node {
	var nodes []*Node
	for _, n := range p.Nodes {
		if n.Roles.Has(r) {
			nodes = append(nodes, n)
		}
	}
	return nodes
}

// InitialCluster is etcd's --initial-cluster: name=peerURL of every member, joined by commas.
func (e *Etcd) InitialCluster() string {
	pairs := make([]string, len(e.Members))
	for i, m := range e.Members {
		pairs[i] = m.Name + "=" + m.PeerURL
	}
	return strings.Join(pairs, ",")
}

// ClientURLs returns the client URL of every member.
func (e *Etcd) ClientURLs() []string {
	urls := make([]string, len(e.Members))
	for i, m := range e.Members {
		urls[i] = m.ClientURL
	}
	return urls
}

// Quorum is how many members must agree: n/2+1. Source: https://etcd.io/docs/v3.6/faq/#what-is-failure-tolerance
func (e *Etcd) Quorum() int { return Quorum(len(e.Members)) }

// FaultTolerance is how many members may be lost while the rest still agrees.
func (e *Etcd) FaultTolerance() int { return FaultTolerance(len(e.Members)) }

// Quorum of n members: n/2+1.
func Quorum(n int) int { return n/2 + 1 }

// FaultTolerance of n members: n − quorum.
func FaultTolerance(n int) int { return n - Quorum(n) }
