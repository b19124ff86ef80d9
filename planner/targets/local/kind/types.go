package kind

// The fields of kind's configuration that we write, with upstream's names, so that kind's strict decoder accepts it. Source:
// sigs.k8s.io/kind@v0.33.0 pkg/apis/config/v1alpha4/types.go

// Cluster is kind.x-k8s.io/v1alpha4, kind Cluster.
type Cluster struct {
	Kind                 string          `json:"kind"`
	APIVersion           string          `json:"apiVersion"`
	Name                 string          `json:"name"`
	Nodes                []Node          `json:"nodes"`
	Networking           Networking      `json:"networking"`
	FeatureGates         map[string]bool `json:"featureGates,omitempty"`
	KubeadmConfigPatches []string        `json:"kubeadmConfigPatches,omitempty"`
}

// Node is one container.
type Node struct {
	Role                 string            `json:"role"` // control-plane | worker
	Image                string            `json:"image"`
	Labels               map[string]string `json:"labels,omitempty"`
	ExtraMounts          []Mount           `json:"extraMounts,omitempty"`
	ExtraPortMappings    []PortMapping     `json:"extraPortMappings,omitempty"`
	KubeadmConfigPatches []string          `json:"kubeadmConfigPatches,omitempty"`
}

// Networking is the cluster's addressing.
type Networking struct {
	IPFamily          string `json:"ipFamily"` // ipv4 | ipv6 | dual
	APIServerPort     int    `json:"apiServerPort,omitempty"`
	APIServerAddress  string `json:"apiServerAddress,omitempty"`
	PodSubnet         string `json:"podSubnet"`     // two, comma-separated, if ipFamily is dual
	ServiceSubnet     string `json:"serviceSubnet"` // same format
	DisableDefaultCNI bool   `json:"disableDefaultCNI,omitempty"`
	KubeProxyMode     string `json:"kubeProxyMode"` // iptables | ipvs | nftables | none
}

// Mount mounts a directory of the machine in a node.
type Mount struct {
	ContainerPath string `json:"containerPath"`
	HostPath      string `json:"hostPath"`
	ReadOnly      bool   `json:"readOnly,omitempty"`
}

// PortMapping publishes a node's port on the machine.
type PortMapping struct {
	ContainerPort int    `json:"containerPort"`
	HostPort      int    `json:"hostPort"`
	ListenAddress string `json:"listenAddress,omitempty"`
	Protocol      string `json:"protocol,omitempty"` // TCP | UDP | SCTP
}

// Patches are merged into kubeadm's documents of the same kind. They name no API version, so that kind applies them to each version that
// kubeadm has had, and converts arguments to a list if the version needs one. Source: sigs.k8s.io/kind@v0.33.0
// pkg/internal/patch/kubeadm_merge.go

type clusterPatch struct {
	Kind              string      `json:"kind"`
	APIServer         *component  `json:"apiServer,omitempty"`
	ControllerManager *component  `json:"controllerManager,omitempty"`
	Scheduler         *component  `json:"scheduler,omitempty"`
	Etcd              *etcd       `json:"etcd,omitempty"`
	Networking        *networking `json:"networking,omitempty"`
}

type component struct {
	CertSANs  []string          `json:"certSANs,omitempty"`
	ExtraArgs map[string]string `json:"extraArgs,omitempty"`
}

type etcd struct {
	Local component `json:"local"`
}

type networking struct {
	DNSDomain string `json:"dnsDomain"`
}

type registrationPatch struct {
	Kind             string       `json:"kind"` // InitConfiguration | JoinConfiguration
	NodeRegistration registration `json:"nodeRegistration"`
}

type registration struct {
	KubeletExtraArgs map[string]string `json:"kubeletExtraArgs,omitempty"`
	Taints           *[]taint          `json:"taints,omitempty"` // empty: none, not even the control plane's
}

type taint struct {
	Key    string `json:"key"`
	Value  string `json:"value,omitempty"`
	Effect string `json:"effect"`
}

type kubeletPatch struct {
	Kind    string `json:"kind"`
	MaxPods int    `json:"maxPods"`
}
