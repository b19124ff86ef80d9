// Package plan resolves a spec into what will be built: it applies every default and decides every name, address, role, member, endpoint,
// and version. A Plan is complete and sorted, is never modified after Resolve, and does not depend on the order of blocks.
package plan

import (
	"cmp"
	"fmt"
	"net/netip"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/topologies"
)

// Plan is the resolved design.
type Plan struct {
	Spec *spec.Spec // what the author wrote, for positions and snippets

	Cluster      Cluster
	Network      Network
	Runtime      Runtime
	Etcd         Etcd
	LoadBalancer LoadBalancer
	SSH          SSH
	Time         Time
	Hosts        HostSettings
	Artifacts    Artifacts
	// CloudProvider is the cloud whose controller manager initializes nodes, "" if there is none. Addons includes the controller manager.
	CloudProvider string
	Schedulers    []*Scheduler
	Addons        []*Addon     // in the order they are applied
	Nodes         []*Node      // in natural order of names: cp-2 before cp-10
	Hypervisors   []Hypervisor // sorted by name
	Moved         []Moved      // sorted by From
	Target        Target
	Waivers       []Waiver

	// Decisions lists every value that the planner chose, in the order of the blocks of the language.
	Decisions []Decision
}

// Decision is one default that was applied.
type Decision struct {
	Path   string // "network.pod_subnets"
	Value  string
	Reason string // a sentence without the value
	Link   string // source of the fact, "" if the reason is enough
}

// Cluster is the settings of the cluster as a whole.
type Cluster struct {
	*spec.Source
	Name      string
	NameRange hcl.Range
	Type      topologies.Type
	Topology  topologies.Topology
	Version   Version
	// Endpoint is kubeadm's controlPlaneEndpoint: what every kubelet and client connects to.
	Endpoint            Endpoint
	CertSANs            []string // extra names and addresses as written; APIServerSANs returns all
	Site                string   // "" = shares nothing with other clusters
	Peers               []string // clusters whose pods or Services this one must reach, as written
	MaxNodes            int      // number of nodes with a kubelet to leave room for; at least the number defined
	APIServerPort       int
	EncryptionAlgorithm string        // "" = kubeadm's default
	CertificateValidity time.Duration // 0 = kubeadm's default of one year
	CAValidity          time.Duration // 0 = kubeadm's default of ten years
	FeatureGates        map[string]bool
	APIServer           APIServer
	ControllerManager   Component
	Scheduler           Component
	// SchedulerProfiles are the profiles of kubeadm's own scheduler; if empty, upstream's default applies.
	SchedulerProfiles []Profile
	Kubelet           Kubelet
	Audit             *Audit      // nil: none
	Encryption        *Encryption // nil: not encrypted at rest
	Patches           []Patch     // sorted by name, the order in which kubeadm applies them
}

// Where API servers find their extra files, and the encryption keys.
const (
	HostFilesDir      = "/etc/kubernetes/api-server"
	AuditPolicyFile   = "audit-policy.yaml"                   // in HostFilesDir
	KMSFile           = "encryption.yaml"                     // in HostFilesDir; provider kms, contains no key
	EncryptionKeyFile = "/etc/kubernetes/pki/encryption.yaml" // generated on the first control plane
)

// APIServer is the author's additions to the API server.
type APIServer struct {
	Component
	Files   []HostFile // as written, sorted by name; see Plan.HostFiles
	Volumes []Volume   // sorted by name
}

// HostFile is a file that every API server reads as HostFilesDir/Name.
type HostFile struct {
	*spec.Source
	Name      string
	NameRange hcl.Range
	Content   string
}

// Patch is a file in PatchesDir. kubeadm applies it to the files that it writes.
type Patch HostFile

// Volume is a host path mounted into every API server.
type Volume struct {
	*spec.Source
	Name                string
	NameRange           hcl.Range
	HostPath, MountPath string
	ReadOnly            bool
}

// Audit is the audit log of the API servers.
type Audit struct {
	*spec.Source
	Policy                      string // YAML
	LogDir                      string
	MaxAge, MaxBackups, MaxSize int // days, files, megabytes
}

// The providers of encryption at rest.
const (
	Secretbox = "secretbox"
	AESCBC    = "aescbc"
	KMS       = "kms"
)

// Encryption is the encryption at rest of the data in etcd.
type Encryption struct {
	*spec.Source
	Provider  string
	Resources []string // in file order
	Endpoint  string   // of kms
}

// Component is the author's additions to the command line of a control plane component.
type Component struct {
	*spec.Source
	ExtraArgs []Arg // sorted by name
}

// Arg is a command line flag without its dashes. A repeated flag has one Arg per value, in file order.
type Arg struct{ Name, Value string }

// Kubelet is the configuration of every kubelet.
type Kubelet struct {
	*spec.Source
	MaxPods      int
	CgroupDriver string // systemd | cgroupfs
	FailSwapOn   bool
	// ServerTLSBootstrap has the cluster's CA sign the kubelets' serving certificates; the playbook approves the requests.
	ServerTLSBootstrap bool
	ExtraArgs          []Arg
	Config             *spec.Object // fields of upstream's KubeletConfiguration; nil: none
}

// Endpoint is a host and a port.
type Endpoint struct {
	Host string // a DNS name or an address without brackets
	Port int
}

// Network is the cluster's addressing.
type Network struct {
	*spec.Source
	PodSubnets         []netip.Prefix // one, or one per family
	ServiceSubnets     []netip.Prefix // same families in the same order
	ReservedSubnets    []netip.Prefix
	NodeSubnets        []netip.Prefix // as written; may be empty
	DNSDomain          string
	NodeCIDRMaskSize   int // IPv4 pods per node: /24
	NodeCIDRMaskSizeV6 int
	NodePorts          PortRange
	MTU                int // of the underlay
	CNI                CNI
	DNS                DNS
	KubeProxy          KubeProxy
	HTTPProxy          *HTTPProxy // nil: none
}

// PortRange runs from First to Last, both included.
type PortRange struct{ First, Last int }

// The pod networks that the planner knows.
const (
	Flannel      = "flannel"
	Calico       = "calico"
	Cilium       = "cilium"
	StaticRoutes = "static-routes"
	OtherCNI     = "other" // not known to the planner, described by the author
	NoCNI        = "none"  // the author installs one
)

// CNI is the pod network.
type CNI struct {
	*spec.Source
	Written              bool // whether the file has the block
	Name                 string
	Version              string // "v0.28.10"; "" for static-routes and none
	Encapsulation        string // vxlan | host-gw | ipip | wireguard | geneve | bgp | none
	MTU                  int    // MTU of a pod's interface: that of the underlay minus the encapsulation
	Interface            string // "" = the one with the node's address
	KubeProxyReplacement bool
	VXLANPort            int         // UDP; 0 = the plugin's default
	BGPAS                int         // AS of the nodes; 0 = the plugin's default
	BGPPeers             []BGPPeer   // routers of every node
	BGPDomains           []BGPDomain // routers per failure domain, sorted by name
	Plugin               string      // the name behind OtherCNI
	Images               []string    // only OtherCNI, sorted
	Manifests            []Manifest  // only OtherCNI, in file order
}

// Foreign reports that the planner does not know the pod network.
func (c *CNI) Foreign() bool { return c.Name == OtherCNI || c.Name == NoCNI }

// Called is the name of the pod network.
func (c *CNI) Called() string {
	if c.Name == OtherCNI && c.Plugin != "" {
		return c.Plugin
	}
	return c.Name
}

// DNS is the cluster DNS settings.
type DNS struct {
	*spec.Source
	Upstream       []Endpoint // in file order; none: the node's resolvers
	NodeLocalCache bool
	Replicas       int // 0 = kubeadm's 2
}

// KubeProxy is how nodes implement Services.
type KubeProxy struct {
	*spec.Source
	Written   bool   // whether the file has the block
	Mode      string // iptables | nftables | ipvs | none
	StrictARP bool
	Config    *spec.Object // fields of upstream's KubeProxyConfiguration; nil: none
}

// HTTPProxy is how hosts reach the internet. NoProxy is computed: nodes, ranges, endpoint, cluster domain, and the author's additions.
type HTTPProxy struct {
	*spec.Source
	HTTP, HTTPS string
	NoProxy     []string
	// Credentials is a file on the machine that runs Ansible, with user:password on its only line. "" if there is none.
	Credentials string
}

// The container runtimes that the planner knows.
const (
	Containerd = "containerd"
	CRIO       = "cri-o"
	Docker     = "docker" // Docker Engine with cri-dockerd
)

// Runtime is the container runtime.
type Runtime struct {
	*spec.Source
	Name    string
	Version string // without v: "2.4.2"
	Socket  string // "unix:///run/containerd/containerd.sock"
	// Credentials is a file on the machine that runs Ansible: a Docker config.json with registry credentials. "" if there is none.
	Credentials string
	Registries  []Registry
}

// Registry is how nodes reach one registry.
type Registry struct {
	*spec.Source
	Host       string
	Mirrors    []string
	PlainHTTP  bool
	SkipVerify bool
	CAFile     string
}

// Etcd is the etcd cluster.
type Etcd struct {
	*spec.Source
	Written           bool // whether the file has the block
	Placement         topologies.Placement
	Version           string // without v; for stacked members the version in kubeadm's image
	DataDir           string
	QuotaBytes        int64
	HeartbeatInterval time.Duration
	ElectionTimeout   time.Duration
	ExtraArgs         []Arg
	Members           []Member // in the order of Nodes
	// Endpoints are the client URLs of an etcd cluster that others run, in file order; Members is then empty. The files are paths on the
	// machine that runs Ansible.
	Endpoints                 []string
	CAFile, CertFile, KeyFile string
}

// Member is one etcd member. Its name is the node's unless the node sets another.
type Member struct {
	Name      string
	Node      *Node
	PeerURL   string // https://10.0.0.21:2380
	ClientURL string // https://10.0.0.21:2379
}

// Kinds of load balancer.
const (
	NoBalancer       = "none"
	HAProxy          = "haproxy" // with keepalived if there are two balancers and a virtual IP
	KubeVIP          = "kube-vip"
	LocalBalancer    = "local"    // haproxy on loopback of every node, except control planes, which use their own API server
	ExternalBalancer = "external" // managed by others
)

// KubeVIPLease is how many seconds a control plane keeps kube-vip's virtual IP without renewing the lease.
const KubeVIPLease = 5

// KubeVIPHold is how many seconds a router keeps its route to a control plane that has stopped responding, with kube-vip in mode bgp. It is
// the BGP hold time; the lower value of both peers applies (https://www.rfc-editor.org/rfc/rfc4271#section-4.2). kube-vip's default is 30.
const KubeVIPHold = 9

// LoadBalancer is what is in front of the API servers.
type LoadBalancer struct {
	*spec.Source
	Written         bool // whether the file has the block
	Kind            string
	VirtualIP       netip.Addr // zero: none
	Port            int        // port that clients connect to
	Interface       string     // "" = the one with the node's address
	VirtualRouterID int        // VRRP, 1–255
	Mode            string     // kube-vip: arp | bgp
	BGPAS           int        // kube-vip in mode bgp: AS of the control planes
	BGPPeers        []BGPPeer  // the routers, as written
	Version         string     // kube-vip's, "v1.0.0"
	Nodes           []*Node    // nodes with role load-balancer; only kind haproxy has any
}

// BGPPeer is a router that learns routes to the virtual IP, or to pods.
type BGPPeer struct {
	Address netip.Addr // IPv4 for kube-vip, which splits its list at colons
	AS      int
}

// Time is the hosts' clock source.
type Time struct {
	*spec.Source
	Servers []string // NTP servers, names or addresses, in file order; none leaves the hosts as they are
}

// HostSettings is what the playbook configures in the hosts' operating systems.
type HostSettings struct {
	*spec.Source
	SELinux string // Enforcing or Permissive, on hosts with a kubelet whose system has SELinux
	// Firewall makes the playbook open the plan's ports in the hosts' firewalls and close all others.
	Firewall   bool
	AdminCIDRs []netip.Prefix // sources of Operator and Clients; none: everywhere
	OpenPorts  []OpenPort     // in file order
}

// OpenPort is an extra open port that the cluster itself does not need.
type OpenPort struct {
	PortRange
	Protocol string // tcp | udp
}

// String is the port as the language writes it.
func (o OpenPort) String() string {
	if o.First == o.Last {
		return fmt.Sprintf("%d/%s", o.First, o.Protocol)
	}
	return fmt.Sprintf("%d-%d/%s", o.First, o.Last, o.Protocol)
}

// SELinux modes.
const (
	Enforcing  = "enforcing"
	Permissive = "permissive"
)

// Enforce reports whether SELinux stays enforcing on the hosts.
func (h *HostSettings) Enforce() bool { return h.SELinux == Enforcing }

// SSH is how Ansible reaches the hosts.
type SSH struct {
	*spec.Source
	User           string
	Port           int
	PrivateKeyFile string // "" = ssh's default
	JumpHost       string
}

// Values of Artifacts.Origin.
const (
	Packages = "packages"
	Binaries = "binaries"
)

// Artifacts is where binaries and images come from.
type Artifacts struct {
	*spec.Source
	Origin          string            // packages | binaries
	MirrorURL       string            // "" = upstream; no trailing slash
	ImageRepository string            // "" = upstream's registries
	Checksums       map[string]string // mirror path → "sha256:…"
	DNSRepository   string            // of CoreDNS, "" = ImageRepository
	EtcdRepository  string            // of stacked etcd, "" = ImageRepository
	ImagesAt        *spec.Source      // the block images; nil: none
}

// Roles is a set of roles.
type Roles uint8

// The roles of a node.
const (
	ControlPlane Roles = 1 << iota
	EtcdRole
	Worker
	Balancer
)

// Has reports whether every role of r is in the set.
func (s Roles) Has(r Roles) bool { return s&r == r }

// Node is one host.
type Node struct {
	*spec.Source
	Name      string
	NameRange hcl.Range // of the label that names the node or its pool
	Pool      string    // "" if it is not from a pool
	Index     int       // 1-based position in its pool, 0 otherwise
	// Roles are the resolved roles: a control plane with stacked etcd also has EtcdRole, an all-in-one node also Worker.
	Roles            Roles
	Address          netip.Addr // zero if the target assigns addresses
	SecondaryAddress netip.Addr // of the other family; zero: none
	SSHAddress       string     // where Ansible connects
	PublicAddress    string
	MAC              string
	FailureDomain    string // "" = not stated; "room-1/rack-a" if places are nested
	Power            string // power feed; "" = not stated
	Host             string // hypervisor; "" = not stated
	Bootstrap        bool   // the control plane that runs kubeadm init
	EtcdName         string // name of its etcd member, "" = Name
	Arch             string // amd64 | arm64 | …
	OS               OS
	CPUs             int   // 0 = not stated
	MemoryBytes      int64 // 0 = not stated
	DiskBytes        int64 // 0 = not stated
	Interface        string
	Labels           map[string]string
	Annotations      map[string]string
	Taints           []Taint // sorted; EffectiveTaints also has the control plane's
	KubeletExtraArgs []Arg   // sorted by name
	InstanceType     string
	Groups           []string // inventory groups in addition to those of the roles, sorted
	SSH              NodeSSH

	TargetHost string // hypervisor from the target's block if Host is ""; see Carrier
}

// Carrier is the hypervisor that a node fails with: the one it states, else the one from the target's block; "" = unknown.
func (n *Node) Carrier() string { return cmp.Or(n.Host, n.TargetHost) }

// NodeSSH is how Ansible reaches one host, if that differs from Plan.SSH.
type NodeSSH struct {
	*spec.Source   // nil: nothing written
	User           string
	Port           int
	PrivateKeyFile string
	Local          bool // Ansible runs on the host
}

// Leaving is a host that the design no longer has but the cluster may still have.
type Leaving struct {
	Name       string
	SSHAddress string // "" = same as Address
	Address    string
	Arch       string
	Roles      []string // that it had
}

// OS is an operating system as written: "ubuntu-24.04". The zero value means not stated.
type OS struct {
	Name    string // "ubuntu"
	Version string // "24.04", "" if not stated
}

// Taint is a node taint.
type Taint struct {
	*spec.Source
	Key, Value, Effect string
}

// Target is the system that the cluster is built on.
type Target struct {
	*spec.Source
	Name      string
	NameRange hcl.Range
	Facts     Facts
	Site      Site // the part that the block states
}

// OneMachine is the machine that all nodes run on, in words: "the machine that runs Vagrant"; "" if they may be on several.
func (t *Target) OneMachine() string { return cmp.Or(t.Site.OneMachine, t.Facts.OneMachine) }

// Cloud is the cloud that the machines are in, one of Clouds; "" if they are in none.
func (t *Target) Cloud() string { return cmp.Or(t.Site.Cloud, t.Facts.Cloud) }

// Hypervisor is a hypervisor's capacity for machines. 0 means not stated.
type Hypervisor struct {
	*spec.Source
	Name                   string
	NameRange              hcl.Range
	CPUs                   int
	MemoryBytes, DiskBytes int64
}

// Moved records that a machine has a new name.
type Moved struct {
	*spec.Source
	From, To string
}

// Waiver turns the findings of one rule into notes.
type Waiver struct {
	*spec.Source
	Rule      string
	RuleRange hcl.Range
	Reason    string
	Expires   time.Time // the first day on which it no longer applies, UTC; zero: never expires
}
