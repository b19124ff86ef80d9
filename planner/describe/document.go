// Package describe presents a plan: as a stable document for programs, and as pages for people.
//
// The package is internal to k8splan and makes no compatibility promise.
package describe

import (
	"maps"
	"net/netip"
	"time"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/simulate"
)

// FormatVersion is the version of Document. The major number changes when a field is removed or changes its meaning; the minor number when
// fields are added.
const FormatVersion = "1.0"

// Document is the resolved design for programs: the output of `plan -o json` and `-o yaml`. Lists are never null; parts that the design
// does not have are absent. Addresses, ranges, and durations are strings; sizes are in bytes.
type Document struct {
	FormatVersion string       `json:"format_version"`
	Cluster       Cluster      `json:"cluster"`
	Target        Target       `json:"target"`
	Endpoint      *Endpoint    `json:"control_plane_endpoint,omitempty"`
	Nodes         []Node       `json:"nodes"`
	Etcd          *Etcd        `json:"etcd,omitempty"`
	LoadBalancer  LoadBalancer `json:"load_balancer"`
	Network       Network      `json:"network"`
	Capacity      Capacity     `json:"capacity"`
	Runtime       Runtime      `json:"container_runtime"`
	SSH           SSH          `json:"ssh"`
	Artifacts     Artifacts    `json:"artifacts"`
	Certificates  Certificates `json:"certificates"`
	Images        []Image      `json:"images"`
	Files         []File       `json:"files"`
	Ports         []Port       `json:"ports"`
	Decisions     []Decision   `json:"decisions"`
	Waivers       []Waiver     `json:"waivers"`
}

// Cluster is the cluster as a whole.
type Cluster struct {
	Name              string          `json:"name"`
	Type              string          `json:"type"`
	Title             string          `json:"title"`
	Survives          string          `json:"survives"`
	KubernetesVersion string          `json:"kubernetes_version"`
	MaxNodes          int             `json:"max_nodes"`
	FeatureGates      map[string]bool `json:"feature_gates,omitempty"`
	MaxPodsPerNode    int             `json:"max_pods_per_node"`
	CgroupDriver      string          `json:"cgroup_driver"`
}

// Target is the system that the cluster is built on.
type Target struct {
	Name    string `json:"name"`
	Title   string `json:"title"`
	Hosting string `json:"hosting"`
}

// Endpoint is what kubelets and clients connect to.
type Endpoint struct {
	Host string `json:"host"`
	Port int    `json:"port"`
	// HostsEntry is the address for the endpoint's name in every node's /etc/hosts, until DNS has it.
	HostsEntry string `json:"hosts_entry,omitempty"`
}

// Node is one host.
type Node struct {
	Name             string            `json:"name"`
	Pool             string            `json:"pool,omitempty"`
	Roles            []string          `json:"roles"`
	Bootstrap        bool              `json:"bootstrap,omitempty"`
	Address          string            `json:"address,omitempty"`
	SecondaryAddress string            `json:"secondary_address,omitempty"`
	PublicAddress    string            `json:"public_address,omitempty"`
	SSHAddress       string            `json:"ssh_address,omitempty"`
	MAC              string            `json:"mac,omitempty"`
	Interface        string            `json:"interface,omitempty"`
	FailureDomain    string            `json:"failure_domain,omitempty"`
	Power            string            `json:"power,omitempty"`
	Host             string            `json:"host,omitempty"`
	Arch             string            `json:"arch"`
	OS               string            `json:"os,omitempty"`
	CPUs             int               `json:"cpus,omitempty"`
	MemoryBytes      int64             `json:"memory_bytes,omitempty"`
	DiskBytes        int64             `json:"disk_bytes,omitempty"`
	InstanceType     string            `json:"instance_type,omitempty"`
	Labels           map[string]string `json:"labels,omitempty"`
	Annotations      map[string]string `json:"annotations,omitempty"`
	Taints           []Taint           `json:"taints,omitempty"`
	KubeletExtraArgs []Arg             `json:"kubelet_extra_args,omitempty"`
}

// Taint is a taint that a node registers with.
type Taint struct {
	Key    string `json:"key"`
	Value  string `json:"value,omitempty"`
	Effect string `json:"effect"`
}

// Arg is a command line flag without its dashes.
type Arg struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Etcd is the etcd cluster.
type Etcd struct {
	Topology       string   `json:"topology"`
	Version        string   `json:"version"`
	DataDir        string   `json:"data_dir"`
	QuotaBytes     int64    `json:"quota_bytes"`
	Quorum         int      `json:"quorum"`
	FaultTolerance int      `json:"fault_tolerance"`
	InitialCluster string   `json:"initial_cluster"`
	Members        []Member `json:"members"`
	Endpoints      []string `json:"endpoints,omitempty"` // of an etcd that others run; the fields above are then unknown
}

// Member is one etcd member.
type Member struct {
	Name          string `json:"name"`
	Host          string `json:"host"`
	PeerURL       string `json:"peer_url"`
	ClientURL     string `json:"client_url"`
	FailureDomain string `json:"failure_domain,omitempty"`
}

// LoadBalancer is what is in front of the API servers.
type LoadBalancer struct {
	Kind            string   `json:"kind"`
	VirtualIP       string   `json:"virtual_ip,omitempty"`
	Port            int      `json:"port,omitempty"`
	Interface       string   `json:"interface,omitempty"`
	VirtualRouterID int      `json:"virtual_router_id,omitempty"`
	Mode            string   `json:"mode,omitempty"`
	Version         string   `json:"version,omitempty"`
	Nodes           []string `json:"nodes"`
}

// Network is the addressing and the pod network.
type Network struct {
	PodSubnets      []string `json:"pod_subnets"`
	ServiceSubnets  []string `json:"service_subnets"`
	ReservedSubnets []string `json:"reserved_subnets"`
	NodeSubnets     []string `json:"node_subnets"`
	DNSDomain       string   `json:"dns_domain"`
	DNSAddresses    []string `json:"dns_addresses"`
	NodePorts       string   `json:"node_port_range"`
	MTU             int      `json:"mtu"`
	NodeCapacity    int      `json:"node_capacity"`    // nodes that the pod ranges have room for
	PodsPerNode     int      `json:"pods_per_node"`    // addresses per node
	ServiceCapacity string   `json:"service_capacity"` // may exceed the range of a JSON number
	CNI             CNI      `json:"cni"`
	KubeProxy       string   `json:"kube_proxy_mode"`
	HTTPProxy       string   `json:"http_proxy,omitempty"`
	HTTPSProxy      string   `json:"https_proxy,omitempty"`
	NoProxy         []string `json:"no_proxy,omitempty"`
}

// CNI is the pod network.
type CNI struct {
	Name                 string `json:"name"`
	Version              string `json:"version,omitempty"`
	Encapsulation        string `json:"encapsulation,omitempty"`
	MTU                  int    `json:"mtu,omitempty"`
	Interface            string `json:"interface,omitempty"`
	KubeProxyReplacement bool   `json:"kube_proxy_replacement,omitempty"`
}

// Runtime is the container runtime.
type Runtime struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	Socket  string `json:"socket,omitempty"`
}

// SSH is how Ansible reaches the hosts.
type SSH struct {
	User           string `json:"user"`
	Port           int    `json:"port"`
	PrivateKeyFile string `json:"private_key_file,omitempty"`
	JumpHost       string `json:"jump_host,omitempty"`
}

// Artifacts is where binaries and images come from.
type Artifacts struct {
	Source          string `json:"source"`
	MirrorURL       string `json:"mirror_url,omitempty"`
	ImageRepository string `json:"image_repository,omitempty"`
}

// Certificates describes the cluster's certificates.
type Certificates struct {
	APIServerSANs []string `json:"api_server_sans"`
	Validity      string   `json:"validity,omitempty"` // absent: kubeadm's default of one year
	CAValidity    string   `json:"ca_validity,omitempty"`
}

// Image is a container image: upstream's reference, and the one that the cluster pulls.
type Image struct {
	Source    string `json:"source"`
	Reference string `json:"reference"`
}

// File is a file that hosts download.
type File struct {
	Name string `json:"name"`
	Arch string `json:"arch"`
	URL  string `json:"url"`
	Path string `json:"path"`
}

// Port is one opening in the firewall.
type Port struct {
	On        string   `json:"on"`
	From      []string `json:"from"`
	Protocol  string   `json:"protocol"`
	Ports     string   `json:"ports,omitempty"`
	Component string   `json:"component"`
	Purpose   string   `json:"purpose"`
}

// Decision is a value that the planner chose.
type Decision struct {
	Path   string `json:"path"`
	Value  string `json:"value"`
	Reason string `json:"reason"`
	Link   string `json:"link,omitempty"`
}

// Waiver is a rule that the author waived.
type Waiver struct {
	Rule    string `json:"rule"`
	Reason  string `json:"reason"`
	Expires string `json:"expires,omitempty"`
}

// Describe converts a plan to the document.
func Describe(p *plan.Plan) Document {
	c, n := &p.Cluster, &p.Network
	d := Document{
		FormatVersion: FormatVersion,
		Cluster: Cluster{
			Name: c.Name, Type: string(c.Type), Title: c.Topology.Title, Survives: simulate.New(p).Sentence(),
			KubernetesVersion: c.Version.String(),
			MaxNodes:          c.MaxNodes, FeatureGates: c.FeatureGates, MaxPodsPerNode: c.Kubelet.MaxPods,
			CgroupDriver: c.Kubelet.CgroupDriver,
		},
		Target: Target{Name: p.Target.Name, Title: p.Target.Facts.Title, Hosting: string(p.Target.Facts.Hosting)},
		Nodes:  make([]Node, len(p.Nodes)),
		LoadBalancer: LoadBalancer{
			Kind: p.LoadBalancer.Kind, VirtualIP: address(p.LoadBalancer.VirtualIP), Port: p.LoadBalancer.Port,
			Interface:       p.LoadBalancer.Interface,
			VirtualRouterID: p.LoadBalancer.VirtualRouterID, Mode: p.LoadBalancer.Mode, Version: p.LoadBalancer.Version,
			Nodes: each(p.LoadBalancer.Nodes, func(n *plan.Node) string { return n.Name }),
		},
		Network: Network{
			PodSubnets: plan.Texts(n.PodSubnets), ServiceSubnets: plan.Texts(n.ServiceSubnets),
			ReservedSubnets: plan.Texts(n.ReservedSubnets),
			NodeSubnets:     plan.Texts(n.NodeSubnets),
			DNSDomain:       n.DNSDomain, DNSAddresses: plan.Texts(n.DNSServiceIPs()),
			NodePorts: plan.Port{First: n.NodePorts.First, Last: n.NodePorts.Last}.Ports(), MTU: n.MTU,
			NodeCapacity: n.NodeCapacity(), PodsPerNode: n.PodsPerNode(), ServiceCapacity: n.ServiceCapacity().String(),
			CNI: CNI{
				Name: n.CNI.Name, Version: n.CNI.Version, Encapsulation: n.CNI.Encapsulation, MTU: n.CNI.MTU, Interface: n.CNI.Interface,
				KubeProxyReplacement: n.CNI.KubeProxyReplacement,
			},
			KubeProxy: n.KubeProxy.Mode,
		},
		Capacity:  describeCapacity(p),
		Runtime:   Runtime{Name: p.Runtime.Name, Version: p.Runtime.Version, Socket: p.Runtime.Socket},
		SSH:       SSH{User: p.SSH.User, Port: p.SSH.Port, PrivateKeyFile: p.SSH.PrivateKeyFile, JumpHost: p.SSH.JumpHost},
		Artifacts: Artifacts{Source: p.Artifacts.Origin, MirrorURL: p.Artifacts.MirrorURL, ImageRepository: p.Artifacts.ImageRepository},
		Certificates: Certificates{APIServerSANs: []string{}, Validity: duration(c.CertificateValidity),
			CAValidity: duration(c.CAValidity)},
		Images: each(p.Images(), func(i plan.Image) Image { return Image{i.Source, i.Ref} }),
		Files:  each(p.Downloads(), func(d plan.Download) File { return File{d.Name, d.Arch, d.URL, d.Path} }),
		Ports: each(p.Ports(), func(o plan.Port) Port {
			return Port{string(o.On), each(o.From, func(peer plan.Peer) string { return string(peer) }), o.Protocol, o.Ports(),
				o.Component, o.Purpose}
		}),
		Decisions: each(p.Decisions, func(d plan.Decision) Decision { return Decision{d.Path, d.Value, d.Reason, d.Link} }),
		Waivers: each(p.Waivers, func(w plan.Waiver) Waiver {
			out := Waiver{Rule: w.Rule, Reason: w.Reason}
			if !w.Expires.IsZero() {
				out.Expires = w.Expires.Format(time.DateOnly)
			}
			return out
		}),
	}
	if proxy := n.HTTPProxy; proxy != nil {
		d.Network.HTTPProxy, d.Network.HTTPSProxy, d.Network.NoProxy = proxy.HTTP, proxy.HTTPS, proxy.NoProxy
	}
	for i, n := range p.Nodes {
		d.Nodes[i] = describeNode(n)
	}
	if p.Target.Facts.Hosting != plan.Hosted {
		d.Certificates.APIServerSANs = p.APIServerSANs()
	}
	if c.Endpoint.Host != "" {
		d.Endpoint = &Endpoint{Host: c.Endpoint.Host, Port: c.Endpoint.Port}
		if entry, ok := p.HostsEntry(); ok {
			d.Endpoint.HostsEntry = entry.Address.String()
		}
	}
	if e := &p.Etcd; e.Foreign() {
		d.Etcd = &Etcd{Topology: string(e.Placement), Members: []Member{}, Endpoints: e.Endpoints}
	} else if len(e.Members) > 0 {
		d.Etcd = &Etcd{
			Topology: string(e.Placement), Version: e.Version, DataDir: e.DataDir, QuotaBytes: e.QuotaBytes,
			Quorum: e.Quorum(), FaultTolerance: e.FaultTolerance(), InitialCluster: e.InitialCluster(),
			Members: each(e.Members, func(m plan.Member) Member {
				return Member{m.Name, address(m.Node.Address), m.PeerURL, m.ClientURL, m.Node.FailureDomain}
			}),
		}
	}
	return d
}

func describeNode(n *plan.Node) Node {
	out := Node{
		Name: n.Name, Pool: n.Pool, Roles: n.Roles.Strings(), Bootstrap: n.Bootstrap,
		Address: address(n.Address), SecondaryAddress: address(n.SecondaryAddress), PublicAddress: n.PublicAddress,
		SSHAddress: n.SSHAddress,
		MAC:        n.MAC, Interface: n.Interface, FailureDomain: n.FailureDomain, Power: n.Power, Host: n.Host, Arch: n.Arch,
		OS:   system(n.OS),
		CPUs: n.CPUs, MemoryBytes: n.MemoryBytes, DiskBytes: n.DiskBytes, InstanceType: n.InstanceType,
		Labels: maps.Clone(n.Labels), Annotations: maps.Clone(n.Annotations),
		KubeletExtraArgs: each(n.KubeletExtraArgs, func(a plan.Arg) Arg { return Arg{a.Name, a.Value} }),
	}
	if n.Roles&(plan.ControlPlane|plan.Worker) != 0 {
		out.Taints = each(n.EffectiveTaints(), func(t plan.Taint) Taint { return Taint{t.Key, t.Value, t.Effect} })
	}
	return out
}

// each maps a slice; the result is never nil.
func each[T, U any](items []T, f func(T) U) []U {
	out := make([]U, len(items))
	for i, item := range items {
		out[i] = f(item)
	}
	return out
}

func address(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

func duration(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

func system(o plan.OS) string {
	if o.Version == "" {
		return o.Name
	}
	return o.Name + "-" + o.Version
}
