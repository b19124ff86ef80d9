// Package spec reads topology.hcl: what the author wrote, and where. It applies no defaults; a nil pointer, slice, or block means that
// nothing was written. Addresses, ranges, versions, and sizes stay text; package plan interprets them.
//
// The package is internal to k8splan and makes no compatibility promise.
package spec

import (
	"github.com/hashicorp/hcl/v2"
)

// Source says where an entity was written. Every entity embeds one.
type Source struct {
	block hcl.Range            // the block's header
	attrs map[string]hcl.Range // the value of each argument that was written

	elements map[string][]hcl.Range      // of list literals, by argument
	entries  map[string]map[string]entry // of map literals, by argument and key
}

// entry is the ranges of a map key and its value.
type entry struct{ key, value hcl.Range }

func newSource(block hcl.Range, arguments int) *Source {
	return &Source{block, make(map[string]hcl.Range, arguments), map[string][]hcl.Range{}, map[string]map[string]entry{}}
}

// Block is the range of the block's header (`node "cp-1"`).
func (s *Source) Block() hcl.Range {
	if s == nil {
		return hcl.Range{}
	}
	return s.block
}

// Attr is the range of an argument's value, or of the block's header if the argument was not written.
func (s *Source) Attr(name string) hcl.Range {
	if s == nil {
		return hcl.Range{}
	}
	if r, ok := s.attrs[name]; ok {
		return r
	}
	return s.block
}

// Element is the range of a list element, or of the whole list if it is not a literal.
func (s *Source) Element(name string, i int) hcl.Range {
	if s != nil && i < len(s.elements[name]) {
		return s.elements[name][i]
	}
	return s.Attr(name)
}

// Key is the range of a map key, or of the whole map if it is not a literal.
func (s *Source) Key(name, key string) hcl.Range {
	if s != nil {
		if e, ok := s.entries[name][key]; ok {
			return e.key
		}
	}
	return s.Attr(name)
}

// Value is the range of the value at a map key, or of the whole map if it is not a literal.
func (s *Source) Value(name, key string) hcl.Range {
	if s != nil {
		if e, ok := s.entries[name][key]; ok {
			return e.value
		}
	}
	return s.Attr(name)
}

// Has reports whether the argument was written.
func (s *Source) Has(name string) bool {
	if s == nil {
		return false
	}
	_, ok := s.attrs[name]
	return ok
}

// Spec is one topology file.
type Spec struct {
	Filename string
	// Files holds the parsed file by name, for printing snippets (hcl.NewDiagnosticTextWriter).
	Files map[string]*hcl.File
	// Context is what expressions read: variables, locals, and functions. Nil if reading stopped before that.
	Context *hcl.EvalContext

	Variables     []*Variable // in file order
	Cluster       *Cluster    // never nil after Load without errors
	Network       *Network
	Runtime       *Runtime
	Etcd          *Etcd
	Balancer      *LoadBalancer
	SSH           *SSH
	Time          *Time
	Hosts         *HostSettings
	Artifacts     *Artifacts
	Addons        []*Addon
	CloudProvider *CloudProvider
	Schedulers    []*Scheduler
	Nodes         []*Node
	NodePools     []*NodePool
	Hypervisors   []*Hypervisor
	Moved         []*Moved
	Target        *Target
	Waivers       []*Waiver

	Read map[string]string // digests ("sha256:…") by path of the files next to the topology that were read; nil if none

	Secrets *Secrets // what diagnostics must not show; nil if no variable is sensitive

	unread []place               // see SupposeUnread
	strays []hcl.Range           // see Strays
	other  int                   // the first byte of a second cluster; 0: there is none
	second string                // the label of a second target
	torn   bool                  // see Recoverable
	places []place               // see Suppose
	absent map[hcl.Range][]place // arguments that are not written, by block
}

// Variable is a `variable "<name>"` block. Its value is not kept, because the expressions that read it are already evaluated.
type Variable struct {
	*Source
	Name        string
	NameRange   hcl.Range
	Description *string
	Sensitive   *bool
}

// Cluster is the `cluster "<name>"` block.
type Cluster struct {
	*Source
	Name                 string
	NameRange            hcl.Range
	Type                 *string
	KubernetesVersion    *string
	ControlPlaneEndpoint *string // host:port or host
	CertSANs             []string
	MaxNodes             *int
	Site                 *string           // a network in which addresses are unique
	Peers                []string          // other clusters whose pods or Services this one must reach
	APIServerPort        *int              // default 6443
	EncryptionAlgorithm  *string           // kubeadm's ClusterConfiguration.encryptionAlgorithm
	CertificateValidity  *string           // a Go duration, such as "8760h"
	CAValidity           *string           // a Go duration
	FeatureGates         map[string]bool   // Kubernetes' own feature gates, on every component
	APIServer            *APIServer        // api_server {}
	ControllerManager    *Component        // controller_manager {}
	Scheduler            *DefaultScheduler // scheduler {}
	Kubelet              *Kubelet          // kubelet {}
	Audit                *Audit            // audit {}
	Encryption           *Encryption       // encryption_at_rest {}
	Patches              []*Patch          // kubeadm_patch "<file>" {}
}

// Patch is a `kubeadm_patch "<file>"` block: a patch that kubeadm applies to the files it writes. The name follows upstream's format:
// target[suffix][+type].extension.
type Patch HostFile

// APIServer is the `api_server` block of cluster.
type APIServer struct {
	*Source
	ExtraArgs map[string][]string // extra_args
	Files     []*HostFile
	Volumes   []*ExtraVolume
}

// HostFile is a `host_file "<name>"` block: a file that every API server reads.
type HostFile struct {
	*Source
	Name      string
	NameRange hcl.Range
	From      *string // source: a path in the topology's folder
	Content   *string // what was written, or the content of From
}

// ExtraVolume is an `extra_volume "<name>"` block: a host path that is mounted into every API server.
type ExtraVolume struct {
	*Source
	Name      string
	NameRange hcl.Range
	HostPath  *string
	MountPath *string
	ReadOnly  *bool
}

// Audit is the `audit` block.
type Audit struct {
	*Source
	Policy     *string // a path in the topology's folder
	Content    *string // the content of Policy
	LogDir     *string
	MaxAge     *int // days
	MaxBackups *int // files
	MaxSize    *int // megabytes of a file
}

// Encryption is the `encryption_at_rest` block.
type Encryption struct {
	*Source
	Provider  *string // secretbox | aescbc | kms
	Resources []string
	Endpoint  *string // of kms
}

// Component is an api_server, controller_manager, or scheduler block.
type Component struct {
	*Source
	ExtraArgs map[string][]string // extra_args
}

// DefaultScheduler is the `scheduler` block of cluster: kubeadm's own scheduler.
type DefaultScheduler struct {
	*Source
	ExtraArgs map[string][]string // extra_args
	Profiles  []*Profile
}

// Scheduling is the arguments that a profile and a separate scheduler share.
type Scheduling struct {
	ScoringStrategy   *string  // least-allocated | most-allocated
	EnablePlugins     []string // upstream's names
	DisablePlugins    []string
	PercentageToScore *int // of nodes, 0 = upstream's default
}

// Profile is a `profile "<name>"` block of cluster.scheduler: pods select it with spec.schedulerName.
type Profile struct {
	*Source
	Scheduling
	Name      string
	NameRange hcl.Range
}

// Scheduler is a `scheduler "<name>"` block: a scheduler in addition to kubeadm's, in separate pods.
type Scheduler struct {
	*Source
	Scheduling
	Name      string
	NameRange hcl.Range
	Image     *string
	Replicas  *int
}

// Addon is an `addon "<name>"` block: what the playbook applies once the cluster is up.
type Addon struct {
	*Source
	Name      string
	NameRange hcl.Range
	Version   *string           // only known addons
	Settings  map[string]string // only known addons
	Images    []string          // in the manifests, for copies in a private registry
	After     []string          // addons that must be applied before this one
	Manifests []*Manifest
	Pools     []*AddressPool
	Chart     *Chart
}

// Chart is a `chart "<name>"` block of an addon: a Helm chart that is rendered on the machine that runs the playbook.
type Chart struct {
	*Source
	Name       string
	NameRange  hcl.Range
	Repository *string
	Version    *string
	Digest     *string // "sha256:…" of the archive
	Namespace  *string
	ValuesFile *string // a path in the topology's folder
	Values     *string // the content of ValuesFile
}

// AddressPool is a `pool "<name>"` block of addon "metallb".
type AddressPool struct {
	*Source
	Name      string
	NameRange hcl.Range
	Addresses []string // ranges "10.0.0.200-10.0.0.220" and prefixes
	Announce  *string  // arp | none
}

// Manifest is a `manifest "<source>"` block: a URL, or a path on the machine that runs Ansible.
type Manifest struct {
	*Source
	From      string
	FromRange hcl.Range
	Checksum  *string // "sha256:…"
}

// CloudProvider is the `cloud_provider "<name>"` block: the cloud whose controller manager initializes nodes.
type CloudProvider struct {
	*Source
	Name      string
	NameRange hcl.Range
	Version   *string
	Settings  map[string]string
	Images    []string
	Manifests []*Manifest
}

// Kubelet is the `kubelet` block.
type Kubelet struct {
	*Source
	MaxPods            *int
	CgroupDriver       *string // systemd | cgroupfs
	FailSwapOn         *bool
	ServerTLSBootstrap *bool
	ExtraArgs          map[string][]string
	Config             *Object // fields of upstream's KubeletConfiguration
}

// Network is the `network` block.
type Network struct {
	*Source
	PodSubnets         []string
	ServiceSubnets     []string
	ReservedSubnets    []string
	NodeSubnets        []string // networks of the nodes' addresses; optional
	DNSDomain          *string
	NodeCIDRMaskSize   *int // IPv4
	NodeCIDRMaskSizeV6 *int
	NodePortRange      *string // "30000-32767"
	MTU                *int    // of the underlay, bytes
	CNI                *CNI
	DNS                *DNS
	KubeProxy          *KubeProxy
	HTTPProxy          *HTTPProxy
}

// DNS is the `dns` block of network: cluster DNS.
type DNS struct {
	*Source
	Upstream       []string
	NodeLocalCache *bool
	Replicas       *int
}

// CNI is the `cni "<name>"` block of network.
type CNI struct {
	*Source
	Name                 string
	NameRange            hcl.Range
	Version              *string
	Encapsulation        *string // vxlan | host-gw | ipip | wireguard | geneve | bgp | none
	MTU                  *int
	Interface            *string
	KubeProxyReplacement *bool // cilium
	VXLANPort            *int  // UDP
	BGPAS                *int  // the AS of the nodes
	BGPPeers             []string
	Domains              []*CNIDomain
	Plugin               *string // plugin: the name of CNI "other"
	Images               []string
	Manifests            []*Manifest
}

// CNIDomain is a `failure_domain "<name>"` block of cni: the pod network's settings for the nodes of one failure domain.
type CNIDomain struct {
	*Source
	Name      string
	NameRange hcl.Range
	BGPPeers  []string // "address:AS" of each router
}

// KubeProxy is the `kube_proxy` block of network.
type KubeProxy struct {
	*Source
	Mode      *string // iptables | nftables | ipvs | none
	StrictARP *bool
	Config    *Object // fields of upstream's KubeProxyConfiguration
}

// HTTPProxy is the `http_proxy` block of network: how the hosts reach the internet.
type HTTPProxy struct {
	*Source
	HTTP        *string // http
	HTTPS       *string // https
	NoProxy     []string
	Credentials *string // credentials_file: a path on the machine that runs Ansible
}

// Runtime is the `container_runtime "<name>"` block.
type Runtime struct {
	*Source
	Name        string // containerd | cri-o | docker
	NameRange   hcl.Range
	Version     *string
	Credentials *string // credentials_file: a path on the machine that runs Ansible
	Registries  []*Registry
}

// Registry is a `registry "<host[:port]>"` block of container_runtime: how the nodes reach that registry.
type Registry struct {
	*Source
	Host       string
	HostRange  hcl.Range
	Mirrors    []string // base URLs, tried in order before the registry itself
	PlainHTTP  *bool
	SkipVerify *bool
	CAFile     *string // a path on the nodes
}

// Etcd is the `etcd` block.
type Etcd struct {
	*Source
	Topology          *string // stacked | external
	Version           *string // of external members
	DataDir           *string
	Quota             *string // bytes with a unit, such as "8Gi"
	HeartbeatInterval *string // a Go duration
	ElectionTimeout   *string // a Go duration
	ExtraArgs         map[string][]string
	Endpoints         []string // external_endpoints: client URLs of members that others run
	CAFile            *string  // paths on the machine that runs Ansible
	CertFile          *string
	KeyFile           *string
}

// LoadBalancer is the `load_balancer "<kind>"` block.
type LoadBalancer struct {
	*Source
	Kind            string // haproxy | kube-vip | external
	KindRange       hcl.Range
	VirtualIP       *string
	Port            *int
	Interface       *string
	VirtualRouterID *int     // VRRP, 1–255
	Mode            *string  // kube-vip: arp | bgp
	BGPAS           *int     // the AS of the control planes; kube-vip in mode bgp
	BGPPeers        []string // "address:AS" of each router
	Version         *string  // kube-vip
}

// SSH is the `ssh` block.
type SSH struct {
	*Source
	User           *string
	Port           *int
	PrivateKeyFile *string
	JumpHost       *string // user@host[:port]
}

// Time is the `time` block: the hosts' clock source.
type Time struct {
	*Source
	Servers []string
}

// HostSettings is the `hosts` block: what the playbook configures in the hosts' operating systems.
type HostSettings struct {
	*Source
	SELinux    *string // enforcing | permissive
	Firewall   *string // managed | unmanaged
	AdminCIDRs []string
	OpenPorts  []string // "443/tcp", "9000-9100/udp"
}

// Artifacts is the `artifacts` block: where binaries and images come from.
type Artifacts struct {
	*Source
	Origin          *string // source: packages | binaries
	MirrorURL       *string
	ImageRepository *string
	Checksums       map[string]string // mirror path → "sha256:…"
	Images          *ImageSources
}

// ImageSources is the `images` block of artifacts: repositories of single images.
type ImageSources struct {
	*Source
	DNS  *string
	Etcd *string
}

// Machine holds the arguments that node and node_pool share.
type Machine struct {
	Roles            []string
	Arch             *string
	OS               *string // "ubuntu-24.04"
	CPUs             *int
	Memory           *string // "8Gi"
	Disk             *string // "100Gi"
	Interface        *string
	Labels           map[string]string
	Annotations      map[string]string
	Taints           []*Taint
	KubeletExtraArgs map[string][]string
	InstanceType     *string // the machine size by its cloud name
	Groups           []string
	SSH              *NodeSSH
}

// NodeSSH is the `ssh` block of a machine: where it differs from the file's ssh block.
type NodeSSH struct {
	*Source
	User           *string
	Port           *int
	PrivateKeyFile *string
	Connection     *string // ssh | local
}

// Taint is a `taint` block.
type Taint struct {
	*Source
	Key    string
	Value  string
	Effect string
}

// Node is a `node "<name>"` block.
type Node struct {
	*Source
	Machine
	Name             string
	NameRange        hcl.Range
	Address          *string
	SecondaryAddress *string
	SSHAddress       *string // where Ansible connects, if not to the address
	PublicAddress    *string // behind NAT: the address for outside clients; goes into the API certificate
	MAC              *string
	FailureDomain    *string
	Power            *string
	Host             *string // the hypervisor that the machine runs on
	Bootstrap        *bool   // the control plane that runs kubeadm init
	EtcdName         *string
}

// NodePool is a `node_pool "<name>"` block: nodes name-1 … name-count with consecutive addresses.
type NodePool struct {
	*Source
	Machine
	Name                  string
	NameRange             hcl.Range
	Count                 *int
	Names                 []string
	NamePattern           *string // "m%02d"
	FirstNumber           *int
	Addresses             []string
	DomainOf              map[string]string // failure domains by machine name
	FirstAddress          *string
	FirstSecondaryAddress *string
	FailureDomains        []string // assigned round-robin
	Hosts                 []string // hypervisors, assigned round-robin
	Powers                []string // power feeds, assigned round-robin
}

// Hypervisor is a `hypervisor "<name>"` block: its capacity for machines.
type Hypervisor struct {
	*Source
	Name      string
	NameRange hcl.Range
	CPUs      *int
	Memory    *string
	Disk      *string
}

// Moved is a `moved` block: the same machine under a new name.
type Moved struct {
	*Source
	From string
	To   string
}

// Target is the `target "<name>"` block. The target's package decodes its body, with Context for its expressions.
type Target struct {
	*Source
	Name      string
	NameRange hcl.Range
	Body      hcl.Body
	Context   *hcl.EvalContext
}

// Waiver is a `waive "<rule>"` block.
type Waiver struct {
	*Source
	Rule      string
	RuleRange hcl.Range
	Reason    *string
	Expires   *string // YYYY-MM-DD
}
