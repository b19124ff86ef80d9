// Package spec reads topology.hcl: what the author wrote, and where. No default appears in it; a nil pointer, a nil slice or a
// nil block means that nothing was written. Addresses, ranges, versions and sizes stay text here: package plan gives them meaning.
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

	elements map[string][]hcl.Range      // of lists that are written out, by argument
	entries  map[string]map[string]entry // of maps that are written out, by argument and key
}

// entry is where a key of a map and its value stand.
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

// Attr is the range of an argument's value, or the block's header where the argument was not written.
func (s *Source) Attr(name string) hcl.Range {
	if s == nil {
		return hcl.Range{}
	}
	if r, ok := s.attrs[name]; ok {
		return r
	}
	return s.block
}

// Element is the range of an element of a list, or of the whole list where it is not written out.
func (s *Source) Element(name string, i int) hcl.Range {
	if s != nil && i < len(s.elements[name]) {
		return s.elements[name][i]
	}
	return s.Attr(name)
}

// Key is the range of a key of a map, or of the whole map where it is not written out.
func (s *Source) Key(name, key string) hcl.Range {
	if s != nil {
		if e, ok := s.entries[name][key]; ok {
			return e.key
		}
	}
	return s.Attr(name)
}

// Value is the range of the value at a key of a map, or of the whole map where it is not written out.
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
	// Context is what expressions read: variables, locals and functions. Nil if reading stopped before that.
	Context *hcl.EvalContext

	Variables     []*Variable // in the order of the file
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

	Read map[string]string // files next to the topology that were read: their digests ("sha256:…") by path; nil if none was

	Secrets *Secrets // what diagnostics must not show; nil if no variable is sensitive

	unread []place               // see SupposeUnread
	strays []hcl.Range           // see Strays
	other  int                   // the first byte of a second cluster; 0: there is none
	second string                // the label of a second target
	torn   bool                  // see Recoverable
	places []place               // see Suppose
	absent map[hcl.Range][]place // arguments that are not written, by block
}

// Variable is a `variable "<name>"` block. Its value is not kept: expressions that read it are evaluated already.
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
	Peers                []string          // other clusters whose pods or Services are reached
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

// Patch is a `kubeadm_patch "<file>"` block: a file that kubeadm changes with what it writes. Its name is upstream's:
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
	Content   *string // what was written, or what From holds
}

// ExtraVolume is an `extra_volume "<name>"` block: a path of the hosts that every API server sees.
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
	Content    *string // what Policy holds
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

// Component is an api_server, controller_manager or scheduler block.
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

// Scheduling is what a profile and its own scheduler may both say.
type Scheduling struct {
	ScoringStrategy   *string  // least-allocated | most-allocated
	EnablePlugins     []string // upstream's names
	DisablePlugins    []string
	PercentageToScore *int // of nodes, 0 = upstream's own choice
}

// Profile is a `profile "<name>"` block of cluster.scheduler: pods ask for it by spec.schedulerName.
type Profile struct {
	*Source
	Scheduling
	Name      string
	NameRange hcl.Range
}

// Scheduler is a `scheduler "<name>"` block: a scheduler next to kubeadm's own, in pods of its own.
type Scheduler struct {
	*Source
	Scheduling
	Name      string
	NameRange hcl.Range
	Image     *string
	Replicas  *int
}

// Addon is an `addon "<name>"` block: what the playbook applies to the cluster when it stands.
type Addon struct {
	*Source
	Name      string
	NameRange hcl.Range
	Version   *string           // of one that the planner knows
	Settings  map[string]string // of one that the planner knows
	Images    []string          // that the manifests name, for copies in a registry of one's own
	After     []string          // addons that must be there before
	Manifests []*Manifest
	Pools     []*AddressPool
	Chart     *Chart
}

// Chart is a `chart "<name>"` block of an addon: a Helm chart, which is rendered where the playbook runs.
type Chart struct {
	*Source
	Name       string
	NameRange  hcl.Range
	Repository *string
	Version    *string
	Digest     *string // "sha256:…" of the archive
	Namespace  *string
	ValuesFile *string // a path in the topology's folder
	Values     *string // what ValuesFile holds
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
	NodeSubnets        []string // where the nodes' addresses live; optional
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
	Plugin               *string // plugin: what "other" is called
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

// HTTPProxy is the `http_proxy` block of network: how the hosts reach the world.
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
	Endpoints         []string // external_endpoints: client URLs of members that are others'
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

// Time is the `time` block: whose clock the hosts follow.
type Time struct {
	*Source
	Servers []string
}

// HostSettings is the `hosts` block: what the playbook does to the systems of the hosts.
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
	InstanceType     *string // where a cloud calls the machine's size by a name
	Groups           []string
	SSH              *NodeSSH
}

// NodeSSH is the `ssh` block of a machine: what differs from the ssh block of the file.
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
	PublicAddress    *string // behind NAT: what clients outside connect to; goes into the API certificate
	MAC              *string
	FailureDomain    *string
	Power            *string
	Host             *string // the hypervisor that the machine runs on
	Bootstrap        *bool   // the control plane that runs kubeadm init
	EtcdName         *string
}

// NodePool is a `node_pool "<name>"` block: nodes name-1 … name-count with addresses that follow each other.
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
	DomainOf              map[string]string // failure domains by the names of machines
	FirstAddress          *string
	FirstSecondaryAddress *string
	FailureDomains        []string // assigned round-robin
	Hosts                 []string // hypervisors, assigned round-robin
	Powers                []string // power feeds, assigned round-robin
}

// Hypervisor is a `hypervisor "<name>"` block: what it has for machines.
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

// Target is the `target "<name>"` block. Its body is decoded by the package of the target, with Context for its expressions.
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
