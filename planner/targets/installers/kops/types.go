package kops

// The fields of kops' objects that we write, with upstream's names. Source: https://github.com/kubernetes/kops/tree/release-1.36/k8s/crds
// (kops.k8s.io/v1alpha2)

type object struct {
	APIVersion string   `json:"apiVersion"`
	Kind       string   `json:"kind"`
	Metadata   metadata `json:"metadata"`
	Spec       any      `json:"spec"`
}

type metadata struct {
	Name   string            `json:"name"`
	Labels map[string]string `json:"labels,omitempty"`
}

type clusterSpec struct {
	API                   api           `json:"api"`
	AdditionalSANs        []string      `json:"additionalSans,omitempty"`
	Authorization         authorization `json:"authorization"`
	Channel               string        `json:"channel"`
	CloudProvider         string        `json:"cloudProvider"`
	ClusterDNSDomain      string        `json:"clusterDNSDomain"`
	ConfigBase            string        `json:"configBase"`
	Containerd            *containerd   `json:"containerd,omitempty"`
	EtcdClusters          []etcdCluster `json:"etcdClusters"`
	IAM                   iam           `json:"iam"`
	KubeAPIServer         *component    `json:"kubeAPIServer,omitempty"`
	KubeControllerManager *component    `json:"kubeControllerManager,omitempty"`
	KubeScheduler         *component    `json:"kubeScheduler,omitempty"`
	KubeProxy             kubeProxy     `json:"kubeProxy"`
	Kubelet               kubelet       `json:"kubelet"`
	KubernetesAPIAccess   []string      `json:"kubernetesApiAccess"`
	KubernetesVersion     string        `json:"kubernetesVersion"`
	NetworkCIDR           string        `json:"networkCIDR,omitempty"` // AWS
	Networking            networking    `json:"networking"`
	NonMasqueradeCIDR     string        `json:"nonMasqueradeCIDR"`
	PodCIDR               string        `json:"podCIDR"`
	Project               string        `json:"project,omitempty"` // Google Cloud
	ServiceClusterIPRange string        `json:"serviceClusterIPRange"`
	SSHAccess             []string      `json:"sshAccess"`
	Subnets               []subnet      `json:"subnets"`
	Topology              topology      `json:"topology"`
}

type api struct {
	LoadBalancer loadBalancer `json:"loadBalancer"`
}

type loadBalancer struct {
	Type  string `json:"type"`            // Public | Internal
	Class string `json:"class,omitempty"` // AWS: Network
}

type authorization struct {
	RBAC struct{} `json:"rbac"`
}

type containerd struct {
	RegistryMirrors map[string][]string `json:"registryMirrors"`
}

type etcdCluster struct {
	Name                  string       `json:"name"` // main | events
	EtcdMembers           []etcdMember `json:"etcdMembers"`
	HeartbeatInterval     string       `json:"heartbeatInterval,omitempty"`
	LeaderElectionTimeout string       `json:"leaderElectionTimeout,omitempty"`
	Manager               *manager     `json:"manager,omitempty"`
}

type etcdMember struct {
	Name            string `json:"name"`
	InstanceGroup   string `json:"instanceGroup"`
	EncryptedVolume bool   `json:"encryptedVolume"`
}

type manager struct {
	Env []variable `json:"env"`
}

type variable struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type iam struct {
	AllowContainerRegistry bool `json:"allowContainerRegistry"`
	Legacy                 bool `json:"legacy"` // the schema requires it
}

type component struct {
	FeatureGates         map[string]string `json:"featureGates,omitempty"`
	ServiceNodePortRange string            `json:"serviceNodePortRange,omitempty"` // API server
	NodeCIDRMaskSize     int               `json:"nodeCIDRMaskSize,omitempty"`     // controller manager
}

type kubeProxy struct {
	Enabled   bool   `json:"enabled"`
	ProxyMode string `json:"proxyMode,omitempty"`
}

type kubelet struct {
	AnonymousAuth bool              `json:"anonymousAuth"`
	MaxPods       int               `json:"maxPods,omitempty"`
	FailSwapOn    bool              `json:"failSwapOn"`
	FeatureGates  map[string]string `json:"featureGates,omitempty"`
}

type networking struct {
	Calico  *calico   `json:"calico,omitempty"`
	Cilium  *cilium   `json:"cilium,omitempty"`
	Flannel *flannel  `json:"flannel,omitempty"`
	CNI     *struct{} `json:"cni,omitempty"` // the user's
}

type calico struct {
	EncapsulationMode string `json:"encapsulationMode,omitempty"` // ipip | vxlan
	MTU               int    `json:"mtu,omitempty"`
	WireguardEnabled  bool   `json:"wireguardEnabled,omitempty"`
}

type cilium struct {
	EnableNodePort bool   `json:"enableNodePort,omitempty"` // replaces kube-proxy
	Tunnel         string `json:"tunnel,omitempty"`
}

type flannel struct {
	Backend string `json:"backend"`
}

type subnet struct {
	Name   string `json:"name"`
	Type   string `json:"type"` // Public | Private | Utility
	CIDR   string `json:"cidr"`
	Zone   string `json:"zone,omitempty"`   // AWS
	Region string `json:"region,omitempty"` // Google Cloud
}

type topology struct {
	DNS struct {
		Type string `json:"type"` // None | Private | Public
	} `json:"dns"`
}

type groupSpec struct {
	Role           string            `json:"role"` // Master | Node, kops' names
	MachineType    string            `json:"machineType,omitempty"`
	MinSize        int               `json:"minSize"`
	MaxSize        int               `json:"maxSize"`
	NodeLabels     map[string]string `json:"nodeLabels,omitempty"`
	RootVolumeSize int               `json:"rootVolumeSize,omitempty"` // GiB
	Subnets        []string          `json:"subnets"`
	Taints         []string          `json:"taints,omitempty"`
	Zones          []string          `json:"zones,omitempty"` // Google Cloud, whose subnets span a region
}
