package hardway

// The fields of the components' configurations that we write, with upstream's names; the tests decode the files strictly with upstream's
// types. Sources: k8s.io/kubelet config/v1beta1/types.go, k8s.io/kube-proxy config/v1alpha1/types.go

type kubeletConfiguration struct {
	APIVersion               string          `json:"apiVersion"`
	Kind                     string          `json:"kind"`
	Authentication           authentication  `json:"authentication"`
	Authorization            authorization   `json:"authorization"`
	CgroupDriver             string          `json:"cgroupDriver"`
	ClusterDNS               []string        `json:"clusterDNS"`
	ClusterDomain            string          `json:"clusterDomain"`
	ContainerRuntimeEndpoint string          `json:"containerRuntimeEndpoint"`
	FailSwapOn               bool            `json:"failSwapOn"`
	FeatureGates             map[string]bool `json:"featureGates,omitempty"`
	MaxPods                  int             `json:"maxPods"`
	TLSCertFile              string          `json:"tlsCertFile"`
	TLSPrivateKeyFile        string          `json:"tlsPrivateKeyFile"`
}

type authentication struct {
	Anonymous struct {
		Enabled bool `json:"enabled"`
	} `json:"anonymous"`
	Webhook struct {
		Enabled bool `json:"enabled"`
	} `json:"webhook"`
	X509 struct {
		ClientCAFile string `json:"clientCAFile"`
	} `json:"x509"`
}

type authorization struct {
	Mode string `json:"mode"`
}

type proxyConfiguration struct {
	APIVersion       string          `json:"apiVersion"`
	Kind             string          `json:"kind"`
	ClientConnection connection      `json:"clientConnection"`
	ClusterCIDR      string          `json:"clusterCIDR"`
	FeatureGates     map[string]bool `json:"featureGates,omitempty"`
	Mode             string          `json:"mode"`
}

type connection struct {
	Kubeconfig string `json:"kubeconfig"`
}

// The pod network's configuration. Source: https://www.cni.dev/plugins/current/main/bridge/
type conflist struct {
	CNIVersion string `json:"cniVersion"`
	Name       string `json:"name"`
	Plugins    []any  `json:"plugins"`
}

type bridge struct {
	Type        string `json:"type"`
	Bridge      string `json:"bridge"`
	IsGateway   bool   `json:"isGateway"`
	IPMasq      bool   `json:"ipMasq"`
	HairpinMode bool   `json:"hairpinMode"`
	MTU         int    `json:"mtu,omitempty"`
	IPAM        ipam   `json:"ipam"`
}

type ipam struct {
	Type   string        `json:"type"`
	Ranges [][]share     `json:"ranges"`
	Routes []destination `json:"routes"`
}

type share struct {
	Subnet string `json:"subnet"`
}

type destination struct {
	Dst string `json:"dst"`
}

type portmap struct {
	Type         string          `json:"type"`
	Capabilities map[string]bool `json:"capabilities"`
}
