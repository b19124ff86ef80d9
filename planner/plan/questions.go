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

// NewerPatch is the newest known patch of the cluster's minor that the target takes; false if the cluster already has it.
func (p *Plan) NewerPatch() (Version, bool) {
	newest := p.Target.Facts.newestPatch(p.Cluster.Version)
	return newest, p.Cluster.Version.Before(newest)
}

// Groups returns the inventory groups in addition to those of the roles, sorted.
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

// Workers returns the nodes that run ordinary pods, including control planes that are also workers.
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

// Foreign reports whether others run etcd and the design only connects to it.
func (e *Etcd) Foreign() bool { return len(e.Endpoints) > 0 }

// ClientURLs returns the client URL of every member, or the given URLs of an etcd that others run.
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

// LocalFile is a file on the machine that runs Ansible that is copied to hosts, where only root can read it. Its content is never in the
// tree.
type LocalFile struct {
	*spec.Source
	Attr string // the argument that names it
	From string // a path, may start with ~/
	Dest string
	On   Peer // ControlPlanePeers, KubeletHosts, or AllHosts
}

// ProxyEnvironment is the file on each host that contains the proxies' URLs, including credentials, as variables that shells and systemd
// read.
const ProxyEnvironment = "/etc/k8splan/proxy.env"

// Paths in kubeadm's configuration for the files with which API servers connect to external etcd.
const (
	EtcdCAFile   = "/etc/kubernetes/pki/etcd/ca.crt"
	EtcdCertFile = "/etc/kubernetes/pki/apiserver-etcd-client.crt"
	EtcdKeyFile  = "/etc/kubernetes/pki/apiserver-etcd-client.key"
)

// LocalFiles returns the files on the machine that runs Ansible that are copied to hosts, in the order of the language.
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

// CredentialsPath is where a node's runtime reads registry credentials: for containerd a part of its configuration, for CRI-O the file
// itself.
func (r *Runtime) CredentialsPath() string {
	if r.Name == CRIO {
		return "/etc/crio/k8splan-credentials.json"
	}
	return "/etc/containerd/conf.d/50-k8splan-credentials.toml"
}

// Quorum is how many members must agree: n/2+1. Source: https://etcd.io/docs/v3.6/faq/#what-is-failure-tolerance
func (e *Etcd) Quorum() int { return Quorum(len(e.Members)) }

// FaultTolerance is how many members can fail while the rest still has quorum.
func (e *Etcd) FaultTolerance() int { return FaultTolerance(len(e.Members)) }

// Quorum returns the quorum of n members: n/2+1.
func Quorum(n int) int { return n/2 + 1 }

// FaultTolerance returns how many of n members can fail: n − quorum.
func FaultTolerance(n int) int { return n - Quorum(n) }

// IsExternal reports whether etcd runs as its own service rather than as static pods of the control planes.
func (e *Etcd) IsExternal() bool { return e.Placement == topologies.External }

// The taint key that keeps ordinary pods off control planes. Source:
// https://kubernetes.io/docs/reference/labels-annotations-taints/#node-role-kubernetes-io-control-plane-taint
const controlPlaneTaint = "node-role.kubernetes.io/control-plane"

// EffectiveTaints returns the taints that the node registers with: the written ones, sorted, plus the control plane's unless the node is
// also a worker. It is never nil: kubeadm reads an absent list as "the default" and an empty one as "none". Source: k8s.io/kubernetes
// cmd/kubeadm/app/apis/kubeadm/v1beta4/types.go, NodeRegistrationOptions.Taints
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

// NodeIP is the kubelet's --node-ip: the address, then a comma and the secondary address if there is one.
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

// HostsEntry returns the /etc/hosts line that resolves the endpoint's name on every node before any DNS server answers: the virtual IP,
// else the only balancer, else the only control plane. If every node has its own proxy, the address is loopback, and on control planes
// their own. It returns false if the endpoint is an address, or if the plan has no address for the name (a balancer that others manage,
// without a stated address): then DNS must resolve it.
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

// loopback is the address on which each node's own proxy listens, of the same family as the control planes' addresses.
func (p *Plan) loopback() netip.Addr {
	if cps := p.ControlPlanes(); len(cps) > 0 && cps[0].Address.Is6() {
		return netip.IPv6Loopback()
	}
	return netip.AddrFrom4([4]byte{127, 0, 0, 1})
}

// Proxied returns the nodes that reach the API servers through their own proxy; nil for other kinds of balancer.
func (p *Plan) Proxied() []*Node {
	if p.LoadBalancer.Kind != LocalBalancer {
		return nil
	}
	return slices.DeleteFunc(p.KubeletNodes(), func(n *Node) bool { return n.Roles.Has(ControlPlane) })
}

// front returns the host that clients connect to if there is no virtual IP: the only balancer, else the only control plane; nil if the plan
// does not determine one.
func (p *Plan) front() *Node {
	switch controlPlanes := p.ControlPlanes(); {
	case p.LoadBalancer.Kind == HAProxy && len(p.LoadBalancer.Nodes) == 1:
		return p.LoadBalancer.Nodes[0]
	case p.LoadBalancer.Kind == NoBalancer && len(controlPlanes) == 1:
		return controlPlanes[0]
	}
	return nil
}

// Architectures returns the architectures of all hosts except balancers, sorted.
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

// DualStack reports whether pods have addresses of both families. Services may still have only one.
func (n *Network) DualStack() bool { return len(n.PodSubnets) == 2 }

// ProxyNone is the kube-proxy mode of a cluster without kube-proxy.
const ProxyNone = "none"

// At is where a node's argument was written, under the argument's name in that block: in a pool, address is first_address.
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

// ByPool groups nodes by pool, in the order in which pools begin. A node without a pool is its own group.
func ByPool(nodes []*Node) [][]*Node {
	return Grouped(nodes, func(n *Node) string {
		if n.Pool == "" {
			return "\x00" + n.Name
		}
		return n.Pool
	})
}

// Grouped groups nodes by key, in the order in which keys first occur.
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

// Sensitive reports whether the plan contains the value of a sensitive variable, so that output made from it may too.
func (p *Plan) Sensitive() bool { return p.Spec != nil && p.Spec.Secrets.Read() }

// Within reports whether host is an address inside one of the ranges.
func Within(ranges []netip.Prefix, host string) bool {
	a, err := netip.ParseAddr(host)
	return err == nil && slices.ContainsFunc(ranges, func(r netip.Prefix) bool { return r.Contains(a) })
}
