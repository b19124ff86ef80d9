package clusterapi

import "github.com/k8splan/k8splan/planner/plan"

// The fields of Cluster API's objects that we write, with upstream's names. Source: sigs.k8s.io/cluster-api/api@v1.14.2: core/v1beta2,
// controlplane/kubeadm/v1beta2, bootstrap/kubeadm/v1beta2.

type object struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Metadata   meta   `json:"metadata"`
	Spec       any    `json:"spec"`
}

type meta struct {
	Name      string            `json:"name,omitempty"`
	Namespace string            `json:"namespace,omitempty"`
	Labels    map[string]string `json:"labels,omitempty"`
}

type reference struct {
	APIGroup string `json:"apiGroup"`
	Kind     string `json:"kind"`
	Name     string `json:"name"`
}

type clusterSpec struct {
	ClusterNetwork       clusterNetwork `json:"clusterNetwork"`
	ControlPlaneEndpoint *endpoint      `json:"controlPlaneEndpoint,omitempty"`
	ControlPlaneRef      reference      `json:"controlPlaneRef"`
	InfrastructureRef    reference      `json:"infrastructureRef"`
}

type clusterNetwork struct {
	APIServerPort int    `json:"apiServerPort"`
	Pods          ranges `json:"pods"`
	Services      ranges `json:"services"`
	ServiceDomain string `json:"serviceDomain"`
}

type ranges struct {
	CIDRBlocks []string `json:"cidrBlocks"`
}

type endpoint struct {
	Host string `json:"host"`
	Port int    `json:"port"`
}

type controlPlaneSpec struct {
	Replicas          int             `json:"replicas"`
	Version           string          `json:"version"`
	MachineTemplate   machineTemplate `json:"machineTemplate"`
	KubeadmConfigSpec kubeadmConfig   `json:"kubeadmConfigSpec"`
}

type machineTemplate struct {
	Metadata *meta `json:"metadata,omitempty"`
	Spec     struct {
		InfrastructureRef reference `json:"infrastructureRef"`
	} `json:"spec"`
}

type kubeadmConfig struct {
	ClusterConfiguration *clusterConfiguration `json:"clusterConfiguration,omitempty"`
	InitConfiguration    *nodeConfiguration    `json:"initConfiguration,omitempty"`
	JoinConfiguration    nodeConfiguration     `json:"joinConfiguration"`
}

type clusterConfiguration struct {
	APIServer                       component `json:"apiServer"`
	ControllerManager               component `json:"controllerManager"`
	Scheduler                       component `json:"scheduler"`
	Etcd                            etcd      `json:"etcd"`
	ImageRepository                 string    `json:"imageRepository,omitempty"`
	EncryptionAlgorithm             string    `json:"encryptionAlgorithm,omitempty"`
	CertificateValidityPeriodDays   int       `json:"certificateValidityPeriodDays,omitempty"`
	CACertificateValidityPeriodDays int       `json:"caCertificateValidityPeriodDays,omitempty"`
}

type component struct {
	ExtraArgs []argument `json:"extraArgs,omitempty"`
	CertSANs  []string   `json:"certSANs,omitempty"`
}

type etcd struct {
	Local    *localEtcd    `json:"local,omitempty"`
	External *externalEtcd `json:"external,omitempty"`
}

type localEtcd struct {
	DataDir   string     `json:"dataDir"`
	ExtraArgs []argument `json:"extraArgs,omitempty"`
}

type externalEtcd struct {
	Endpoints []string `json:"endpoints"`
	CAFile    string   `json:"caFile"`
	CertFile  string   `json:"certFile"`
	KeyFile   string   `json:"keyFile"`
}

type nodeConfiguration struct {
	NodeRegistration registration `json:"nodeRegistration"`
	SkipPhases       []string     `json:"skipPhases,omitempty"`
}

type registration struct {
	KubeletExtraArgs []argument `json:"kubeletExtraArgs,omitempty"`
	Taints           *[]taint   `json:"taints,omitempty"` // nil: kubeadm's default; empty: none
}

type taint struct {
	Key    string `json:"key"`
	Value  string `json:"value,omitempty"`
	Effect string `json:"effect"`
}

type configTemplateSpec struct {
	Template struct {
		Spec kubeadmConfig `json:"spec"`
	} `json:"template"`
}

type deploymentSpec struct {
	ClusterName string   `json:"clusterName"`
	Replicas    int      `json:"replicas"`
	Selector    selector `json:"selector"`
	Template    struct {
		Metadata meta        `json:"metadata"`
		Spec     machineSpec `json:"spec"`
	} `json:"template"`
}

type selector struct {
	MatchLabels map[string]string `json:"matchLabels"`
}

type machineSpec struct {
	ClusterName string `json:"clusterName"`
	Version     string `json:"version"`
	Bootstrap   struct {
		ConfigRef reference `json:"configRef"`
	} `json:"bootstrap"`
	InfrastructureRef reference `json:"infrastructureRef"`
	FailureDomain     string    `json:"failureDomain,omitempty"`
}

// The infrastructure provider of Cluster API's own tests: machines are containers. Source: sigs.k8s.io/cluster-api/test@v1.14.2
// infrastructure/docker/api/v1beta2

type dockerCluster struct {
	FailureDomains []failureDomain `json:"failureDomains,omitempty"`
}

type failureDomain struct {
	Name         string `json:"name"`
	ControlPlane bool   `json:"controlPlane"`
}

type dockerMachineTemplate struct {
	Template struct {
		Spec struct{} `json:"spec"`
	} `json:"template"`
}

type argument struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func arguments(of []plan.Arg) []argument {
	var out []argument
	for _, a := range of {
		out = append(out, argument(a))
	}
	return out
}
