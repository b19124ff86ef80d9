package plan

import (
	"cmp"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/k8splan/k8splan/planner/spec"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/topologies"
)

// String returns host:port, with brackets around an IPv6 address.
func (e Endpoint) String() string { return net.JoinHostPort(e.Host, strconv.Itoa(e.Port)) }

// NewerPatch is the newest patch known of the cluster's minor that the target takes, where the cluster has an older one.
func (p *Plan) NewerPatch() (Version, bool) {
	newest := p.Target.Facts.newestPatch(p.Cluster.Version)
	return newest, p.Cluster.Version.Before(newest)
}

// Groups are the groups of the inventory that hosts are in next to those of their roles, sorted.
func (p *Plan) Groups() []string {
	var all []string
	for _, n := range p.Nodes {
		all = append(all, n.Groups...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// SSHOf is how Ansible reaches a host.
func (p *Plan) SSHOf(n *Node) SSH {
	s := p.SSH
	s.User, s.Port = cmp.Or(n.SSH.User, s.User), cmp.Or(n.SSH.Port, s.Port)
	s.PrivateKeyFile = cmp.Or(n.SSH.PrivateKeyFile, s.PrivateKeyFile)
	return s
}

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

// Bootstrap returns the control plane that runs kubeadm init, nil if the plan has none (a hosted control plane).
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

// Foreign reports whether others run etcd, and the design only connects to it.
func (e *Etcd) Foreign() bool { return len(e.Endpoints) > 0 }

// ClientURLs returns the client URL of every member, or those that were given of an etcd that others run.
func (e *Etcd) ClientURLs() []string {
	if e.Foreign() {
		return slices.Clone(e.Endpoints)
	}
	urls := make([]string, len(e.Members))
	for i, m := range e.Members {
		urls[i] = m.ClientURL
	}
	return urls
}

// LocalFile is a file on the machine that runs Ansible that hosts get, root's alone there. What it holds is never in the tree.
type LocalFile struct {
	*spec.Source
	Attr string // the argument that names it
	From string // a path, which may begin with ~/
	Dest string
	On   Peer // ControlPlanePeers, KubeletHosts or AllHosts
}

// ProxyEnvironment is the file of each host with the proxies' URLs, credentials included, as shells and systemd read variables.
const ProxyEnvironment = "/etc/k8splan/proxy.env"

// Where kubeadm's configuration names what the API servers reach external etcd with.
const (
	EtcdCAFile   = "/etc/kubernetes/pki/etcd/ca.crt"
	EtcdCertFile = "/etc/kubernetes/pki/apiserver-etcd-client.crt"
	EtcdKeyFile  = "/etc/kubernetes/pki/apiserver-etcd-client.key"
)

// LocalFiles are the files of the machine that runs Ansible that hosts get, in the order of the language.
func (p *Plan) LocalFiles() []LocalFile {
	var files []LocalFile
	add := func(src *spec.Source, attr, from, dest string, on Peer) {
		if from != "" {
			files = append(files, LocalFile{src, attr, from, dest, on})
		}
	}
	if r := &p.Runtime; r.Credentials != "" {
		add(r.Source, "credentials_file", r.Credentials, r.CredentialsPath(), KubeletHosts)
	}
	if h := p.Network.HTTPProxy; h != nil && h.Credentials != "" {
		add(h.Source, "credentials_file", h.Credentials, ProxyEnvironment, AllHosts)
	}
	if e := &p.Etcd; e.Foreign() {
		add(e.Source, "ca_file", e.CAFile, EtcdCAFile, ControlPlanePeers)
		add(e.Source, "cert_file", e.CertFile, EtcdCertFile, ControlPlanePeers)
		add(e.Source, "key_file", e.KeyFile, EtcdKeyFile, ControlPlanePeers)
	}
	return files
}

// CredentialsPath is where a node's runtime reads credentials for registries: containerd as a part of its configuration, CRI-O as the file
// is.
func (r *Runtime) CredentialsPath() string {
	if r.Name == CRIO {
		return "/etc/crio/k8splan-credentials.json"
	}
	return "/etc/containerd/conf.d/50-k8splan-credentials.toml"
}

// Quorum is how many members must agree: n/2+1. Source: https://etcd.io/docs/v3.6/faq/#what-is-failure-tolerance
func (e *Etcd) Quorum() int { return Quorum(len(e.Members)) }

// FaultTolerance is how many members may be lost while the rest still agrees.
func (e *Etcd) FaultTolerance() int { return FaultTolerance(len(e.Members)) }

// Quorum of n members: n/2+1.
func Quorum(n int) int { return n/2 + 1 }

// FaultTolerance of n members: n − quorum.
func FaultTolerance(n int) int { return n - Quorum(n) }

// IsExternal reports whether etcd runs as its own service rather than as static pods of the control planes.
func (e *Etcd) IsExternal() bool { return e.Placement == topologies.External }

// The key of the taint that keeps ordinary pods off control planes.
// Source: https://kubernetes.io/docs/reference/labels-annotations-taints/#node-role-kubernetes-io-control-plane-taint
const controlPlaneTaint = "node-role.kubernetes.io/control-plane"

// EffectiveTaints returns the taints with which the node registers: those written, sorted, and the control plane's own where the node is
// not a worker too. Never nil: kubeadm reads an absent list as "the default" and an empty one as "none".
// Source: k8s.io/kubernetes cmd/kubeadm/app/apis/kubeadm/v1beta4/types.go, NodeRegistrationOptions.Taints
func (n *Node) EffectiveTaints() []Taint {
	taints := append([]Taint{}, n.Taints...)
	if n.Roles.Has(Worker) || !n.Roles.Has(ControlPlane) {
		return taints
	}
	for _, t := range taints {
		if t.Key == controlPlaneTaint && t.Effect == "NoSchedule" {
			return taints
		}
	}
	return append(taints, Taint{Source: n.Source, Key: controlPlaneTaint, Effect: "NoSchedule"})
}

// NodeIP is the kubelet's --node-ip: the address, and the secondary one after a comma.
func (n *Node) NodeIP() string {
	if !n.SecondaryAddress.IsValid() {
		return n.Address.String()
	}
	return n.Address.String() + "," + n.SecondaryAddress.String()
}

// HostsEntry is a line of /etc/hosts.
type HostsEntry struct {
	Address netip.Addr
	Name    string
}

// HostsEntry returns the line by which every node finds the endpoint's name before any DNS server answers: the virtual IP, else the one
// balancer, else the one control plane. If every node has its own proxy it is the loopback address, and on control planes their own.
// False if the endpoint is an address, and if the plan defines nothing that the name could stand for (someone else's balancer without a
// stated address): then DNS must have it.
func (p *Plan) HostsEntry() (HostsEntry, bool) {
	host := p.Cluster.Endpoint.Host
	if host == "" {
		return HostsEntry{}, false
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return HostsEntry{}, false
	}
	if p.LoadBalancer.Kind == LocalBalancer {
		return HostsEntry{Address: p.loopback(), Name: host}, true
	}
	address := p.LoadBalancer.VirtualIP
	if n := p.front(); !address.IsValid() && n != nil {
		address = n.Address
	}
	return HostsEntry{Address: address, Name: host}, address.IsValid()
}

// loopback is the address on which each node's own proxy listens, of the family of the control planes' addresses.
func (p *Plan) loopback() netip.Addr {
	if cps := p.ControlPlanes(); len(cps) > 0 && cps[0].Address.Is6() {
		return netip.IPv6Loopback()
	}
	return netip.AddrFrom4([4]byte{127, 0, 0, 1})
}

// Proxied are the nodes that reach the API servers by their own proxy; nil if the balancer is of another kind.
func (p *Plan) Proxied() []*Node {
	if p.LoadBalancer.Kind != LocalBalancer {
		return nil
	}
	return slices.DeleteFunc(p.KubeletNodes(), func(n *Node) bool { return n.Roles.Has(ControlPlane) })
}

// front returns the one host that clients connect to where there is no virtual IP: the one balancer, else the one control plane; nil if
// the plan does not say which host answers.
func (p *Plan) front() *Node {
	switch controlPlanes := p.ControlPlanes(); {
	case p.LoadBalancer.Kind == HAProxy && len(p.LoadBalancer.Nodes) == 1:
		return p.LoadBalancer.Nodes[0]
	case p.LoadBalancer.Kind == NoBalancer && len(controlPlanes) == 1:
		return controlPlanes[0]
	}
	return nil
}

// Architectures returns the architectures of all hosts but the balancers, sorted.
func (p *Plan) Architectures() []string {
	var archs []string
	for _, n := range p.Nodes {
		if n.Roles&(ControlPlane|EtcdRole|Worker) != 0 && !slices.Contains(archs, n.Arch) {
			archs = append(archs, n.Arch)
		}
	}
	slices.Sort(archs)
	return archs
}

// DualStack reports whether pods have addresses of both families. Services may have one all the same.
func (n *Network) DualStack() bool { return len(n.PodSubnets) == 2 }

// ProxyNone is the kube-proxy mode of a cluster without kube-proxy.
const ProxyNone = "none"

// At is where a node's argument was written, under the name that it has there: a pool says first_address for address.
func (n *Node) At(name string) hcl.Range {
	if n.Pool != "" {
		switch name {
		case "address":
			name = "first_address"
		case "secondary_address":
			name = "first_secondary_address"
		case "failure_domain":
			name = "failure_domains"
		case "host":
			name = "hosts"
		case "power":
			name = "powers"
		}
	}
	return n.Attr(name)
}

// ByPool puts nodes of one pool together, in the order in which pools begin; its own node is a group of one.
func ByPool(nodes []*Node) [][]*Node {
	return Grouped(nodes, func(n *Node) string {
		if n.Pool == "" {
			return "\x00" + n.Name
		}
		return n.Pool
	})
}

// Grouped puts nodes with the same key together, in the order in which keys come first.
func Grouped[K comparable](nodes []*Node, key func(*Node) K) [][]*Node {
	var groups [][]*Node
	index := map[K]int{}
	for _, n := range nodes {
		k := key(n)
		i, ok := index[k]
		if !ok {
			i = len(groups)
			index[k] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], n)
	}
	return groups
}

// Sensitive reports whether the value of a sensitive variable is in the plan, and so may be in what is made of it.
func (p *Plan) Sensitive() bool { return p.Spec != nil && p.Spec.Secrets.Read() }

// Within reports whether a host is an address in one of some ranges.
func Within(ranges []netip.Prefix, host string) bool {
	a, err := netip.ParseAddr(host)
	return err == nil && slices.ContainsFunc(ranges, func(r netip.Prefix) bool { return r.Contains(a) })
}
