package gkeonprem

import (
	"cmp"
	"maps"
	"slices"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/topologies"
)

// The fields of bmctl's configuration that we write, with Google's names. Source:
// https://cloud.google.com/kubernetes-engine/distributed-cloud/bare-metal/docs/reference/cluster-config-ref (read 2026-11)

// keys is the first document, which has no kind: paths on the workstation that runs bmctl.
type keys struct {
	Registry string `json:"gcrKeyPath"`
	SSH      string `json:"sshPrivateKeyPath"`
	Agent    string `json:"gkeConnectAgentServiceAccountKeyPath"`
	Register string `json:"gkeConnectRegisterServiceAccountKeyPath"`
	Ops      string `json:"cloudOperationsServiceAccountKeyPath"`
}

type object struct {
	APIVersion string   `json:"apiVersion"`
	Kind       string   `json:"kind"`
	Metadata   metadata `json:"metadata"`
	Spec       any      `json:"spec,omitempty"`
}

type metadata struct {
	Name      string `json:"name"`
	Namespace string `json:"namespace,omitempty"`
}

type clusterSpec struct {
	Type           string         `json:"type"`
	Profile        string         `json:"profile,omitempty"`
	Version        string         `json:"anthosBareMetalVersion"`
	Connect        connect        `json:"gkeConnect"`
	ControlPlane   controlPlane   `json:"controlPlane"`
	ClusterNetwork clusterNetwork `json:"clusterNetwork"`
	LoadBalancer   loadBalancer   `json:"loadBalancer"`
	Operations     operations     `json:"clusterOperations"`
	Storage        storage        `json:"storage"`
	NodeConfig     nodeConfig     `json:"nodeConfig"`
	NodeAccess     *nodeAccess    `json:"nodeAccess,omitempty"`
	Proxy          *proxy         `json:"proxy,omitempty"`
}

type connect struct {
	Project  string `json:"projectID"`
	Location string `json:"location"`
}

type controlPlane struct {
	Pool poolSpec `json:"nodePoolSpec"`
}

type poolSpec struct {
	Nodes []address `json:"nodes"`
}

type address struct {
	Address string `json:"address"`
}

type clusterNetwork struct {
	Pods     blocks `json:"pods"`
	Services blocks `json:"services"`
}

type blocks struct {
	CIDR []string `json:"cidrBlocks"`
}

type loadBalancer struct {
	Mode  string  `json:"mode"`
	Type  string  `json:"type"`
	Ports lbPorts `json:"ports"`
	VIPs  lbVIPs  `json:"vips"`
	Pools []lbIPs `json:"addressPools"`
}

type lbPorts struct {
	ControlPlane int `json:"controlPlaneLBPort"`
}

type lbVIPs struct {
	ControlPlane string `json:"controlPlaneVIP"`
	Ingress      string `json:"ingressVIP"`
}

type lbIPs struct {
	Name      string   `json:"name"`
	Addresses []string `json:"addresses"`
}

type operations struct {
	Project  string `json:"projectID"`
	Location string `json:"location"`
}

type storage struct {
	NodeMounts volumes `json:"lvpNodeMounts"`
	Share      share   `json:"lvpShare"`
}

type volumes struct {
	Path  string `json:"path"`
	Class string `json:"storageClassName"`
}

type share struct {
	volumes
	Count int `json:"numPVUnderSharedPath"`
}

type nodeConfig struct {
	Density density `json:"podDensity"`
}

type density struct {
	Max int `json:"maxPodsPerNode"`
}

type nodeAccess struct {
	User string `json:"loginUser"`
}

type proxy struct {
	URL     string   `json:"url"`
	NoProxy []string `json:"noProxy,omitempty"`
}

type nodePoolSpec struct {
	Cluster string            `json:"clusterName"`
	Nodes   []address         `json:"nodes"`
	Labels  map[string]string `json:"labels,omitempty"`
	Taints  []taint           `json:"taints,omitempty"`
}

type taint struct {
	Key    string `json:"key"`
	Value  string `json:"value"`
	Effect string `json:"effect"`
}

// apiPort is the API's port at its address, chosen by bmctl.
const apiPort = 443

const apiVersion = "baremetal.cluster.gke.io/v1"

func (o *options) documents(p *plan.Plan) []any {
	name, namespace := p.Cluster.Name, "cluster-"+p.Cluster.Name
	// Where bmctl create config --create-service-accounts puts the keys.
	const folder = "bmctl-workspace/.sa-keys/"
	key := func(account string) string { return folder + o.Project + "-anthos-baremetal-" + account + ".json" }
	spec := clusterSpec{
		Type: o.kind, Version: Release(p.Cluster.Version), Connect: connect{o.Project, o.Location},
		ClusterNetwork: clusterNetwork{blocks{plan.Texts(p.Network.PodSubnets)}, blocks{plan.Texts(p.Network.ServiceSubnets)}},
		LoadBalancer: loadBalancer{
			Mode: "bundled", Type: "layer2", Ports: lbPorts{apiPort}, VIPs: lbVIPs{o.ControlVIP, o.IngressVIP},
			Pools: []lbIPs{{"services", o.Pools}},
		},
		Operations: operations{o.Project, o.Location},
		Storage: storage{
			volumes{"/mnt/localpv-disk", "local-disks"},
			share{volumes{"/mnt/localpv-share", "local-shared"}, 5},
		},
		NodeConfig: nodeConfig{density{p.Cluster.Kubelet.MaxPods}},
	}
	if p.Cluster.Type == topologies.AllInOne {
		spec.Profile = "edge" // the profile that runs pods on a lone node
	}
	if o.login != "" && o.login != "root" {
		spec.NodeAccess = &nodeAccess{o.login}
	}
	if h := p.Network.HTTPProxy; h != nil {
		spec.Proxy = &proxy{cmp.Or(h.HTTPS, h.HTTP), h.NoProxy}
	}
	docs := []any{
		keys{key("gcr"), o.key, key("connect"), key("register"), key("cloud-ops")},
		object{APIVersion: "v1", Kind: "Namespace", Metadata: metadata{Name: namespace}},
	}
	for _, n := range p.ControlPlanes() {
		spec.ControlPlane.Pool.Nodes = append(spec.ControlPlane.Pool.Nodes, address{n.Address.String()})
	}
	docs = append(docs, object{apiVersion, "Cluster", metadata{name, namespace}, spec})
	for _, pool := range pools(p) {
		s := nodePoolSpec{Cluster: name, Labels: pool.nodes[0].Labels, Taints: taints(pool.nodes[0])}
		for _, n := range pool.nodes {
			s.Nodes = append(s.Nodes, address{n.Address.String()})
		}
		docs = append(docs, object{apiVersion, "NodePool", metadata{pool.name, namespace}, s})
	}
	return docs
}

// pool is a pool of the plan, or a single node.
type pool struct {
	name  string
	nodes []*plan.Node
}

// pools returns the workers' pools, by name.
func pools(p *plan.Plan) []pool {
	var out []pool
	for _, n := range p.Nodes {
		if n.Roles.Has(plan.ControlPlane) {
			continue
		}
		name := cmp.Or(n.Pool, n.Name)
		at := slices.IndexFunc(out, func(p pool) bool { return p.name == name })
		if at < 0 {
			at, out = len(out), append(out, pool{name: name})
		}
		out[at].nodes = append(out[at].nodes, n)
	}
	slices.SortFunc(out, func(a, b pool) int { return plan.Natural(a.name, b.name) })
	return out
}

func taints(n *plan.Node) []taint {
	out := []taint{}
	for _, t := range n.Taints {
		out = append(out, taint{t.Key, t.Value, t.Effect})
	}
	return out
}

// variables is plan.auto.tfvars.json of a user cluster, as templates/targets/turnkey/gke-on-prem/terraform/variables.tf declares it.
type variables struct {
	Cluster       string                `json:"cluster"`
	Project       string                `json:"project"`
	Location      string                `json:"location"`
	Membership    string                `json:"admin_cluster_membership"`
	Release       string                `json:"release"`
	Pods          []string              `json:"pod_subnets"`
	Services      []string              `json:"service_subnets"`
	ControlVIP    string                `json:"control_plane_vip"`
	IngressVIP    string                `json:"ingress_vip"`
	Port          int                   `json:"control_plane_port"`
	AddressPools  []string              `json:"address_pools"`
	ControlPlanes map[string]string     `json:"control_planes"`
	Pools         map[string]workerPool `json:"pools"`
	Login         string                `json:"login_user"`
	MaxPods       int                   `json:"max_pods"`
	Proxy         *cloudProxy           `json:"proxy"`
}

type workerPool struct {
	Nodes  map[string]string `json:"nodes"`
	Labels map[string]string `json:"labels"`
	Taints []taint           `json:"taints"`
}

type cloudProxy struct {
	URI     string   `json:"uri"`
	NoProxy []string `json:"no_proxy"`
}

func (o *options) variables(p *plan.Plan) variables {
	v := variables{
		Cluster: p.Cluster.Name, Project: o.Project, Location: o.Location, Membership: *o.Membership, Release: Release(p.Cluster.Version),
		Pods: plan.Texts(p.Network.PodSubnets), Services: plan.Texts(p.Network.ServiceSubnets), ControlVIP: o.ControlVIP,
		IngressVIP: o.IngressVIP,
		Port:       apiPort, AddressPools: o.Pools, ControlPlanes: map[string]string{}, Pools: map[string]workerPool{},
		MaxPods: p.Cluster.Kubelet.MaxPods,
	}
	if o.login != "root" {
		v.Login = o.login
	}
	if h := p.Network.HTTPProxy; h != nil {
		v.Proxy = &cloudProxy{cmp.Or(h.HTTPS, h.HTTP), append([]string{}, h.NoProxy...)}
	}
	for _, n := range p.ControlPlanes() {
		v.ControlPlanes[n.Name] = n.Address.String()
	}
	for _, pool := range pools(p) {
		w := workerPool{Nodes: map[string]string{}, Labels: map[string]string{}, Taints: taints(pool.nodes[0])}
		maps.Copy(w.Labels, pool.nodes[0].Labels)
		for _, n := range pool.nodes {
			w.Nodes[n.Name] = n.Address.String()
		}
		v.Pools[pool.name] = w
	}
	return v
}
