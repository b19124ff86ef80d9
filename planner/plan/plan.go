// Package plan turns what was written into what will be built: every default applied, every name, address, role, member, endpoint
// and version decided. A Plan is complete and sorted, never modified after Resolve, and does not depend on the order of blocks.
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
	Spec *spec.Spec // what was written, for positions and snippets

	Cluster      Cluster
	Network      Network
	Runtime      Runtime
	Etcd         Etcd
	LoadBalancer LoadBalancer
	SSH          SSH
	Time         Time
	Hosts        HostSettings
	Artifacts    Artifacts
	// CloudProvider is the cloud whose controller manager initializes nodes, "" if there is none. It is among Addons too.
	CloudProvider string
	Schedulers    []*Scheduler
	Addons        []*Addon     // in the order in which they are applied
	Nodes         []*Node      // in natural order of names: cp-2 before cp-10
	Hypervisors   []Hypervisor // sorted by name
	Moved         []Moved      // sorted by From
	Target        Target
	Waivers       []Waiver

	// Decisions lists every value that the author left to the planner, in the order of the blocks of the language.
	Decisions []Decision
}

// Decision is one default that was applied.
type Decision struct {
	Path   string // "network.pod_subnets"
	Value  string
	Reason string // a sentence without the value
	Link   string // where the fact comes from, "" if the reason says it all
}

// Cluster is what the cluster as a whole is.
type Cluster struct {
	*spec.Source
	Name      string
	NameRange hcl.Range
	Type      topologies.Type
	Topology  topologies.Topology
	Version   Version
	// Endpoint is kubeadm's controlPlaneEndpoint: what every kubelet and client connects to.
	Endpoint            Endpoint
	CertSANs            []string // extra names and addresses as the author wrote them; APIServerSANs has all
	Site                string   // "" = shares nothing with other clusters
	Peers               []string // clusters whose pods or Services are reached, as written
	MaxNodes            int      // nodes with a kubelet that the design must have room for; never below what is defined
	APIServerPort       int
	EncryptionAlgorithm string        // "" = kubeadm's default
	CertificateValidity time.Duration // 0 = kubeadm's default of one year
	CAValidity          time.Duration // 0 = kubeadm's default of ten years
	FeatureGates        map[string]bool
	APIServer           APIServer
	ControllerManager   Component
	Scheduler           Component
	// SchedulerProfiles are those of kubeadm's own scheduler; none leaves it as upstream has it.
	SchedulerProfiles []Profile
	Kubelet           Kubelet
	Audit             *Audit      // nil: none
	Encryption        *Encryption // nil: etcd holds plain values
	Patches           []Patch     // sorted by name, the order in which kubeadm applies them
}

// Where API servers find the files that are laid down for them, and the keys that they encrypt with.
const (
	HostFilesDir      = "/etc/kubernetes/api-server"
	AuditPolicyFile   = "audit-policy.yaml"                   // of HostFilesDir
	KMSFile           = "encryption.yaml"                     // of HostFilesDir: provider kms, without a key
	EncryptionKeyFile = "/etc/kubernetes/pki/encryption.yaml" // made on the first control plane
)

// APIServer is what was added to the API server.
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

// Patch is a file of PatchesDir: kubeadm changes with it what it writes.
type Patch HostFile

// Volume is a path of the host that every API server sees.
type Volume struct {
	*spec.Source
	Name                string
	NameRange           hcl.Range
	HostPath, MountPath string
	ReadOnly            bool
}

// Audit is the log of what the API servers are asked.
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

// Encryption is how etcd's values are encrypted.
type Encryption struct {
	*spec.Source
	Provider  string
	Resources []string // in the order of the file
	Endpoint  string   // of kms
}

// Component holds what was added to a control plane component's command line.
type Component struct {
	*spec.Source
	ExtraArgs []Arg // sorted by name
}

// Arg is a command line flag without its dashes. A flag that repeats has several in a row, in the order of the file.
type Arg struct{ Name, Value string }

// Kubelet is what every kubelet is given.
type Kubelet struct {
	*spec.Source
	MaxPods      int
	CgroupDriver string // systemd | cgroupfs
	FailSwapOn   bool
	// ServerTLSBootstrap lets the cluster's authority sign the kubelets' own certificates; the playbook approves the requests.
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
	PodSubnets         []netip.Prefix // one, or one of each family
	ServiceSubnets     []netip.Prefix // the same families in the same order
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

// PortRange is First to Last, both included.
type PortRange struct{ First, Last int }

// The pod networks that the planner knows.
const (
	Flannel      = "flannel"
	Calico       = "calico"
	Cilium       = "cilium"
	StaticRoutes = "static-routes"
	OtherCNI     = "other" // one that the planner does not know, described by the author
	NoCNI        = "none"  // the author brings one
)

// CNI is the pod network.
type CNI struct {
	*spec.Source
	Written              bool // whether the file has the block
	Name                 string
	Version              string // "v0.28.10"; "" for static-routes and none
	Encapsulation        string // vxlan | host-gw | ipip | wireguard | geneve | bgp | none
	MTU                  int    // of a pod's interface: the underlay's less the encapsulation
	Interface            string // "" = the one that holds the node's address
	KubeProxyReplacement bool
	VXLANPort            int         // UDP; 0 = the plugin's own
	BGPAS                int         // the AS of the nodes; 0 = the plugin's own
	BGPPeers             []BGPPeer   // routers of every node
	BGPDomains           []BGPDomain // routers of the nodes of one failure domain, sorted by name
	Plugin               string      // what OtherCNI is called
	Images               []string    // of OtherCNI, sorted
	Manifests            []Manifest  // of OtherCNI, in the order of the file
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

// DNS is what was said of cluster DNS.
type DNS struct {
	*spec.Source
	Upstream       []Endpoint // in the order of the file; none: those of the node
	NodeLocalCache bool
	Replicas       int // 0 = kubeadm's 2
}

// KubeProxy is how Services are programmed on nodes.
type KubeProxy struct {
	*spec.Source
	Written   bool   // whether the file has the block
	Mode      string // iptables | nftables | ipvs | none
	StrictARP bool
	Config    *spec.Object // fields of upstream's KubeProxyConfiguration; nil: none
}

// HTTPProxy is how hosts reach the world; NoProxy is computed: nodes, ranges, endpoint, cluster domain, and what the author added.
type HTTPProxy struct {
	*spec.Source
	HTTP, HTTPS string
	NoProxy     []string
	// Credentials is a file of the machine that runs Ansible with user:password in its one line. "" if there is none.
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
	// Credentials is a file of the machine that runs Ansible: Docker's config.json with what registries ask for. "" if there is none.
	Credentials string
	Registries  []Registry
}

// Registry says how nodes reach one registry.
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
	Version           string // without v; of stacked members: what kubeadm's image holds
	DataDir           string
	QuotaBytes        int64
	HeartbeatInterval time.Duration
	ElectionTimeout   time.Duration
	ExtraArgs         []Arg
	Members           []Member // in the order of Nodes
	// Endpoints are the client URLs of an etcd that others run, in the order of the file; Members is empty then. The files are those of
	// the machine that runs Ansible.
	Endpoints                 []string
	CAFile, CertFile, KeyFile string
}

// Member is one etcd member. Its name is its node's, unless that says otherwise.
type Member struct {
	Name      string
	Node      *Node
	PeerURL   string // https://10.0.0.21:2380
	ClientURL string // https://10.0.0.21:2379
}

// The kinds of load balancer.
const (
	NoBalancer       = "none"
	HAProxy          = "haproxy" // with keepalived where there are two balancers and a virtual IP
	KubeVIP          = "kube-vip"
	LocalBalancer    = "local"    // haproxy on the loopback address of every node but control planes, which connect to their own API server
	ExternalBalancer = "external" // someone else's
)

// KubeVIPLease is for how many seconds a control plane holds the virtual IP of kube-vip without saying so again.
const KubeVIPLease = 5

// KubeVIPHold is for how many seconds a router keeps its way to a control plane that has fallen silent, with kube-vip in mode bgp: the hold
// time, of which the lower of both ends counts (https://www.rfc-editor.org/rfc/rfc4271#section-4.2). kube-vip's own is 30.
const KubeVIPHold = 9

// LoadBalancer is what is before the API servers.
type LoadBalancer struct {
	*spec.Source
	Written         bool // whether the file has the block
	Kind            string
	VirtualIP       netip.Addr // zero: none
	Port            int        // that clients connect to
	Interface       string     // "" = the one that holds the node's address
	VirtualRouterID int        // VRRP, 1–255
	Mode            string     // kube-vip: arp | bgp
	BGPAS           int        // kube-vip in mode bgp: the AS of the control planes
	BGPPeers        []BGPPeer  // the routers, as written
	Version         string     // kube-vip's, "v1.0.0"
	Nodes           []*Node    // with role load-balancer; haproxy alone has any
}

// BGPPeer is a router that learns the virtual IP, or where pods are.
type BGPPeer struct {
	Address netip.Addr // kube-vip's are IPv4: it splits its list at colons
	AS      int
}

// Time is whose clock the hosts follow.
type Time struct {
	*spec.Source
	Servers []string // NTP, names or addresses, in the order of the file; none leaves the hosts as they are
}

// HostSettings is what the playbook sets in the systems of the hosts.
type HostSettings struct {
	*spec.Source
	SELinux string // Enforcing or Permissive, on hosts with a kubelet whose system has SELinux
	// Firewall reports that the playbook opens the plan's ports in the hosts' firewalls, and closes all others.
	Firewall   bool
	AdminCIDRs []netip.Prefix // from which Operator and Clients come; none: from everywhere
	OpenPorts  []OpenPort     // in the order of the file
}

// OpenPort is one that is not a part of the cluster.
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

// Modes of SELinux.
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
	PrivateKeyFile string // "" = whatever ssh does by itself
	JumpHost       string
}

// Where binaries come from.
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
	NameRange hcl.Range // of the label that names the node, or the pool that it comes from
	Pool      string    // "" for its own node
	Index     int       // 1-based position in its pool, 0 otherwise
	// Roles as resolved: a control plane with stacked etcd has EtcdRole too, an all-in-one node has Worker.
	Roles            Roles
	Address          netip.Addr // zero if the target gives addresses itself
	SecondaryAddress netip.Addr // of the other family; zero: none
	SSHAddress       string     // where Ansible connects
	PublicAddress    string
	MAC              string
	FailureDomain    string // "" = not stated; "room-1/rack-a" where places are in each other
	Power            string // power feed; "" = not stated
	Host             string // hypervisor; "" = not stated
	Bootstrap        bool   // the one control plane that runs kubeadm init
	EtcdName         string // of its member, "" = Name
	Arch             string // amd64 | arm64 | …
	OS               OS
	CPUs             int   // 0 = not stated
	MemoryBytes      int64 // 0 = not stated
	DiskBytes        int64 // 0 = not stated
	Interface        string
	Labels           map[string]string
	Annotations      map[string]string
	Taints           []Taint // sorted; EffectiveTaints has the control plane's too
	KubeletExtraArgs []Arg   // sorted by name
	InstanceType     string
	Groups           []string // of the inventory, sorted, next to those of the roles
	SSH              NodeSSH

	TargetHost string // what the target's block says of a node without Host; see Carrier
}

// Carrier is the hypervisor that a node is lost with: the one it states, else the one that the target's block names; "" = not known.
func (n *Node) Carrier() string { return cmp.Or(n.Host, n.TargetHost) }

// NodeSSH is how Ansible reaches one host, where that differs from Plan.SSH.
type NodeSSH struct {
	*spec.Source   // nil: nothing is written
	User           string
	Port           int
	PrivateKeyFile string
	Local          bool // Ansible runs on the host
}

// Leaving is a host that the design has no longer and that the cluster may still have.
type Leaving struct {
	Name       string
	SSHAddress string // "" if it is Address
	Address    string
	Arch       string
	Roles      []string // that it had
}

// OS is an operating system as written: "ubuntu-24.04". The zero value means that it was not stated.
type OS struct {
	Name    string // "ubuntu"
	Version string // "24.04", "" if not stated
}

// Taint is a node taint.
type Taint struct {
	*spec.Source
	Key, Value, Effect string
}

// Target is the system that the cluster lands on.
type Target struct {
	*spec.Source
	Name      string
	NameRange hcl.Range
	Facts     Facts
	Site      Site // as far as the block states it
}

// OneMachine is the machine that all nodes are on, in words: "the machine that runs Vagrant"; "" if they may be on several.
func (t *Target) OneMachine() string { return cmp.Or(t.Site.OneMachine, t.Facts.OneMachine) }

// Cloud is the cloud of the machines, one of Clouds; "" if they are not in one.
func (t *Target) Cloud() string { return cmp.Or(t.Site.Cloud, t.Facts.Cloud) }

// Hypervisor is what a hypervisor has for machines. What is not stated is 0.
type Hypervisor struct {
	*spec.Source
	Name                   string
	NameRange              hcl.Range
	CPUs                   int
	MemoryBytes, DiskBytes int64
}

// Moved reports whether a machine has a new name.
type Moved struct {
	*spec.Source
	From, To string
}

// Waiver demotes one rule's findings to notes.
type Waiver struct {
	*spec.Source
	Rule      string
	RuleRange hcl.Range
	Reason    string
	Expires   time.Time // the first day on which it no longer holds, UTC; zero: never
}
