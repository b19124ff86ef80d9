package spec

import (
	"github.com/k8splan/k8splan/topologies"
)

// Type is the type of an argument, as diagnostics name it.
type Type string

// The types of arguments.
const (
	Text     Type = "string"
	Integer  Type = "integer"
	Bool     Type = "boolean"
	TextList Type = "list of strings"
	TextMap  Type = "map of strings"
	FlagMap  Type = "map of strings, or of lists of strings where a flag repeats"
	BoolMap  Type = "map of booleans"
	AnyMap   Type = "map of any values"
	Any      Type = "any value"
	TypeExpr Type = "a type" // string, number, bool, list(string), object({…}) …
)

// Argument is one row of the language: `name = value` in a block.
type Argument struct {
	Name     string   `json:"name"`
	Type     Type     `json:"type"`
	Doc      string   `json:"doc"`            // one line
	Enum     []string `json:"enum,omitempty"` // the only valid values, if the set is closed; for a list, of each element
	Required bool     `json:"required,omitempty"`
	Example  string   `json:"example,omitempty"` // an HCL expression, for messages
	Aliases  []string `json:"aliases,omitempty"` // names in other tools: never accepted, only used for suggestions
	Was      *Former  `json:"was,omitempty"`     // its former name, for one minor release after the change
	Field    string   `json:"-"`                 // in the Go struct that stores it
}

// Block is one kind of block: `name "label" { … }`.
type Block struct {
	Name      string     `json:"name"`
	Label     string     `json:"label,omitempty"`  // what the label is; "" if the block has none
	Labels    []string   `json:"labels,omitempty"` // the only valid labels, if the set is closed
	Doc       string     `json:"doc"`
	Example   string     `json:"example,omitempty"` // a fragment to paste
	Each      string     `json:"each,omitempty"`    // a fragment with for_each
	Required  bool       `json:"required,omitempty"`
	Many      bool       `json:"many,omitempty"` // may be written more than once
	Open      bool       `json:"open,omitempty"` // its arguments are not in this table: locals have any name, a target has its own schema
	Aliases   []string   `json:"aliases,omitempty"`
	Arguments []Argument `json:"arguments,omitempty"`
	Blocks    []Block    `json:"blocks,omitempty"`

	Field      string `json:"-"` // in the parent's Go struct: *T, or []*T if Many
	LabelField string `json:"-"` // in T; its position goes to LabelField+"Range"
}

// Argument returns the row of an argument by its name or former name.
func (b *Block) Argument(name string) (*Argument, bool) {
	for i := range b.Arguments {
		if a := &b.Arguments[i]; a.Name == name || a.Was != nil && a.Was.Name == name {
			return &b.Arguments[i], true
		}
	}
	return nil, false
}

// Block returns the row of a nested block by name.
func (b *Block) Block(name string) (*Block, bool) {
	for i := range b.Blocks {
		if b.Blocks[i].Name == name {
			return &b.Blocks[i], true
		}
	}
	return nil, false
}

// nodeSSH is the ssh block of node and node_pool.
var nodeSSH = Block{
	Name: "ssh", Field: "SSH", Aliases: []string{"connection"},
	Doc:     "How Ansible reaches this machine, if it differs from the file's ssh block.",
	Example: "ssh {\n  user = \"admin\"\n}",
	Arguments: []Argument{
		{Name: "user", Type: Text, Field: "User", Example: `"admin"`, Aliases: []string{"username", "ansible_user"}, Doc: "Login name."},
		{Name: "port", Type: Integer, Field: "Port", Example: `2222`, Aliases: []string{"ansible_port"}, Doc: "Port of sshd."},
		{Name: "private_key_file", Type: Text, Field: "PrivateKeyFile", Example: `"~/.ssh/admin"`,
			Aliases: []string{"private_key", "key_file", "key_path"}, Doc: "Path of the key; never the key itself."},
		{Name: "connection", Type: Text, Enum: []string{"ssh", "local"}, Field: "Connection", Example: `"local"`,
			Doc: "local if Ansible runs on this machine."},
	},
}

// machine is the arguments that node and node_pool share.
var machine = []Argument{
	{Name: "roles", Type: TextList, Enum: []string{"control-plane", "etcd", "worker", "load-balancer"}, Field: "Roles",
		Example: `["worker"]`, Aliases: []string{"role"},
		Doc: "What the machine is for. A control plane with stacked etcd is also an etcd member. [] is a machine outside the " +
			"cluster: it is in the inventory, the ranges, and the failure domains, but nothing is installed on it."},
	{Name: "arch", Type: Text, Field: "Arch", Example: `"amd64"`, Aliases: []string{"architecture"},
		Doc: "Processor architecture, by Go's names."},
	{Name: "os", Type: Text, Field: "OS", Example: `"ubuntu-24.04"`, Aliases: []string{"image", "distro"},
		Doc: "Operating system: name-version."},
	{Name: "cpus", Type: Integer, Field: "CPUs", Example: `4`, Aliases: []string{"cpu", "cores", "vcpus"},
		Doc: "Number of processors."},
	{Name: "memory", Type: Text, Field: "Memory", Example: `"8Gi"`, Aliases: []string{"ram", "mem"}, Doc: "Main memory, with a unit."},
	{Name: "disk", Type: Text, Field: "Disk", Example: `"100Gi"`, Aliases: []string{"storage", "disk_size"},
		Doc: "Root disk, with a unit."},
	{Name: "interface", Type: Text, Field: "Interface", Example: `"eth1"`, Aliases: []string{"nic", "iface"},
		Doc: "Network interface of the address."},
	{Name: "labels", Type: TextMap, Field: "Labels", Example: `{ "example.com/tier" = "general" }`, Aliases: []string{"node_labels"},
		Doc: "Labels of the Kubernetes node."},
	{Name: "annotations", Type: TextMap, Field: "Annotations", Example: `{ "example.com/rack" = "a" }`,
		Doc: "Annotations of the Kubernetes node."},
	{Name: "kubelet_extra_args", Type: FlagMap, Field: "KubeletExtraArgs", Example: `{ "v" = "2" }`,
		Doc: "Flags for the kubelet of this machine, without dashes."},
	{Name: "groups", Type: TextList, Field: "Groups", Example: `["monitoring"]`, Aliases: []string{"group", "ansible_groups"},
		Doc: "More inventory groups of this machine, for your own playbooks."},
	{Name: "instance_type", Type: Text, Field: "InstanceType", Example: `"m5.large"`, Aliases: []string{"machine_type", "vm_size", "flavor",
		"size"}, Doc: "Machine type of the cloud."},
}

var forEach = Argument{Name: "for_each", Type: Any, Example: `{ "worker-1" = "10.0.0.41" }`, Aliases: []string{"foreach", "each"},
	Doc: "Map, or set of strings, with one key for each machine or pool. The keys are their names, and the label has no effect. " +
		"Arguments read each.key and each.value."}

var taint = Block{
	Name: "taint", Many: true, Field: "Taints", Aliases: []string{"taints"},
	Doc:     "Keeps pods away unless they tolerate it.",
	Example: "taint {\n  key    = \"example.com/gpu\"\n  effect = \"NoSchedule\"\n}",
	Arguments: []Argument{
		{Name: "key", Type: Text, Required: true, Field: "Key", Example: `"example.com/gpu"`, Doc: "Key of the taint."},
		{Name: "value", Type: Text, Field: "Value", Example: `"true"`, Doc: "Value of the taint (optional)."},
		{Name: "effect", Type: Text, Required: true, Enum: []string{"NoSchedule", "PreferNoSchedule", "NoExecute"}, Field: "Effect",
			Example: `"NoSchedule"`, Doc: "What happens to pods that do not tolerate it."},
	},
}

// scheduling is the arguments that a profile and a separate scheduler share.
var scheduling = []Argument{
	{Name: "scoring_strategy", Type: Text, Enum: []string{"least-allocated", "most-allocated"}, Field: "ScoringStrategy",
		Example: `"most-allocated"`, Aliases: []string{"strategy", "score"},
		Doc: "Whether pods go to the least or to the most allocated nodes."},
	{Name: "enable_plugins", Type: TextList, Field: "EnablePlugins", Example: `["NodeResourcesBalancedAllocation"]`,
		Aliases: []string{"plugins", "enabled"}, Doc: "Plugins to enable at all their extension points, by upstream's names."},
	{Name: "disable_plugins", Type: TextList, Field: "DisablePlugins", Example: `["PodTopologySpread"]`, Aliases: []string{"disabled"},
		Doc: "Plugins to disable at all their extension points."},
	{Name: "percentage_of_nodes_to_score", Type: Integer, Field: "PercentageToScore", Example: `50`, Doc: "Percentage of nodes after " +
		"which the search for a better one stops. Default: adaptive, lower in larger clusters."},
}

// manifest is the manifest block of addons and cloud providers.
var manifest = Block{
	Name: "manifest", Label: "source", Many: true, Field: "Manifests", LabelField: "From", Aliases: []string{"manifests", "file", "url"},
	Doc:     "Kubernetes manifest: a URL, or a path on the machine that runs Ansible. Manifests are applied in the order of the file.",
	Example: "manifest \"https://github.com/example/thing/releases/download/v1.2.3/install.yaml\" {\n  checksum = \"sha256:…\"\n}",
	Arguments: []Argument{
		{Name: "checksum", Type: Text, Field: "Checksum", Example: `"sha256:…"`, Aliases: []string{"sha256", "digest"},
			Doc: "Checksum of the file at the URL. A path needs none."},
	},
}

// chart is a Helm chart of an addon.
var chart = Block{
	Name: "chart", Label: "name", Field: "Chart", LabelField: "Name", Aliases: []string{"helm", "helm_chart"},
	Doc: "Helm chart, rendered by helm on the machine that runs Ansible and applied like a manifest, before those of the " +
		"block. Its hooks are applied as ordinary objects, and its tests are left out.",
	Example: "chart \"traefik\" {\n  repository = \"https://traefik.github.io/charts\"\n  version    = \"37.1.0\"\n" +
		"  digest     = \"sha256:…\"\n}",
	Arguments: []Argument{
		{Name: "repository", Type: Text, Required: true, Field: "Repository", Example: `"https://traefik.github.io/charts"`,
			Aliases: []string{"repo", "url"}, Doc: "Repository that has the chart: https://…, or oci://… without the chart's name."},
		{Name: "version", Type: Text, Required: true, Field: "Version", Example: `"37.1.0"`, Doc: "Version of the chart."},
		{Name: "digest", Type: Text, Field: "Digest", Example: `"sha256:…"`, Aliases: []string{"checksum", "sha256"},
			Doc: "Checksum of the chart's archive, which helm pull fetches."},
		{Name: "namespace", Type: Text, Field: "Namespace", Example: `"traefik"`,
			Doc: "Namespace of the chart, created if it does not exist. Default: the addon's name."},
		{Name: "values_file", Type: Text, Field: "ValuesFile", Example: `"files/traefik.yaml"`, Aliases: []string{"values"},
			Doc: "Path of the chart's values in the topology's folder. They are in the tree: never a secret."},
	},
}

var (
	addonVersion = Argument{Name: "version", Type: Text, Field: "Version", Example: `"0.9.0"`, Doc: "Version of an addon that " +
		"k8splan knows."}
	addonImages = Argument{Name: "images", Type: TextList, Field: "Images", Example: `["registry.example.com/thing:v1.2.3"]`,
		Doc: "Images of the manifests. They are listed in images.txt, and pulled from artifacts.image_repository if it is set."}
	addonSettings = Argument{Name: "settings", Type: TextMap, Field: "Settings", Example: `{ output = "stdout" }`,
		Aliases: []string{"values", "options", "config"}, Doc: "Settings of an addon or provider that k8splan knows; never a password."}
)

func component(name, field, what string) Block {
	return Block{
		Name: name, Field: field, Doc: "Settings of " + what + ".",
		Example: name + " {\n  extra_args = { \"v\" = \"2\" }\n}",
		Arguments: []Argument{
			{Name: "extra_args", Type: FlagMap, Field: "ExtraArgs", Example: `{ "v" = "2" }`,
				Doc: "Flags for " + what + ", without dashes."},
		},
	}
}

var apiServer = Block{
	Name: "api_server", Field: "APIServer", Doc: "Settings of the API server.",
	Example: "api_server {\n  extra_args = { \"v\" = \"2\" }\n}",
	Arguments: []Argument{
		{Name: "extra_args", Type: FlagMap, Field: "ExtraArgs", Example: `{ "v" = "2" }`,
			Doc: "Flags for the API server, without dashes."},
	},
	Blocks: []Block{
		{
			Name: "host_file", Label: "name", Many: true, Field: "Files", LabelField: "Name",
			Aliases: []string{"file", "files", "host_files"},
			Doc: "File for every API server, as /etc/kubernetes/api-server/<name>. It is in the tree, and is copied to each " +
				"control plane that is built, joined, or replaced. Never a secret.",
			Example: "host_file \"admission.yaml\" {\n  source = \"files/admission.yaml\"\n}",
			Arguments: []Argument{
				{Name: "source", Type: Text, Field: "From", Example: `"files/admission.yaml"`, Aliases: []string{"path", "src"},
					Doc: "Path of the file, in the topology's folder."},
				{Name: "content", Type: Text, Field: "Content", Example: `"apiVersion: apiserver.config.k8s.io/v1\n"`,
					Doc: "Text of the file, in place of source."},
			},
		},
		{
			Name: "extra_volume", Label: "name", Many: true, Field: "Volumes", LabelField: "Name",
			Aliases: []string{"extra_volumes", "volume", "extra_mount"},
			Doc:     "Path on the control planes that every API server sees; you provide its content.",
			Example: "extra_volume \"oidc\" {\n  host_path  = \"/etc/kubernetes/oidc\"\n  mount_path = \"/etc/kubernetes/oidc\"\n}",
			Arguments: []Argument{
				{Name: "host_path", Type: Text, Required: true, Field: "HostPath", Example: `"/etc/kubernetes/oidc"`,
					Doc: "Path on the host. If nothing is there, a directory is created."},
				{Name: "mount_path", Type: Text, Required: true, Field: "MountPath", Example: `"/etc/kubernetes/oidc"`,
					Doc: "Path in the API server's container."},
				{Name: "read_only", Type: Bool, Field: "ReadOnly", Example: `true`, Doc: "Whether the mount is read-only."},
			},
		},
	},
}

var kubeadmPatch = Block{
	Name: "kubeadm_patch", Label: "file", Many: true, Field: "Patches", LabelField: "Name",
	Aliases: []string{"patch", "patches", "kubeadm_patches"},
	Doc: "Patch that kubeadm applies to its files on every host, whenever it writes them: when the host joins, at an upgrade, and when " +
		"settings change. The label is the name of the patch file: the target, a suffix, + and the type of the patch (strategic, merge, " +
		"or json), and .yaml or .json. Never a secret.",
	Example: "kubeadm_patch \"kube-apiserver+strategic.yaml\" {\n  source = \"files/kube-apiserver.yaml\"\n}",
	Arguments: []Argument{
		{Name: "source", Type: Text, Field: "From", Example: `"files/kube-apiserver.yaml"`, Aliases: []string{"path", "src"},
			Doc: "Path of the patch, in the topology's folder."},
		{Name: "content", Type: Text, Field: "Content", Example: `"spec:\n  priority: 2000001000\n"`,
			Doc: "Text of the patch, in place of source."},
	},
}

var audit = Block{
	Name: "audit", Field: "Audit", Aliases: []string{"auditing", "audit_log"},
	Doc:     "Log of requests to the API servers, kept in a directory on each control plane.",
	Example: "audit {\n  policy = \"files/audit.yaml\"\n}",
	Arguments: []Argument{
		{Name: "policy", Type: Text, Field: "Policy", Example: `"files/audit.yaml"`, Aliases: []string{"policy_file"},
			Doc: "Path of the audit policy in the topology's folder. Default: the metadata of every request."},
		{Name: "log_dir", Type: Text, Field: "LogDir", Example: `"/var/log/kubernetes/audit"`, Aliases: []string{"log_path", "directory"},
			Doc: "Directory of audit.log on the control planes."},
		{Name: "max_age", Type: Integer, Field: "MaxAge", Example: `30`, Doc: "Days to keep old files."},
		{Name: "max_backups", Type: Integer, Field: "MaxBackups", Example: `10`, Doc: "Old files to keep, in addition to the current one."},
		{Name: "max_size", Type: Integer, Field: "MaxSize", Example: `100`, Doc: "Size in megabytes after which a new file begins."},
	},
}

var encryption = Block{
	Name: "encryption_at_rest", Field: "Encryption", Aliases: []string{"encryption", "secrets_encryption"},
	Doc: "Encryption of the data in etcd. The key is generated on the first control plane, and copied and saved together with the CA " +
		"keys. It is never in the tree.",
	Example: "encryption_at_rest {\n  provider = \"secretbox\"\n}",
	Arguments: []Argument{
		{Name: "provider", Type: Text, Enum: []string{"secretbox", "aescbc", "kms"}, Field: "Provider", Example: `"secretbox"`,
			Doc: "Encryption provider. With kms, a plugin that you run has the key."},
		{Name: "resources", Type: TextList, Field: "Resources", Example: `["secrets", "configmaps"]`,
			Doc: "Resources to encrypt, by name, with the API group after a dot."},
		{Name: "endpoint", Type: Text, Field: "Endpoint", Example: `"unix:///run/kms/socket.sock"`,
			Doc: "Socket of the kms plugin, which must run on every control plane before the API server."},
	},
}

// Schema is the whole language, in the usual order of a file. The decoder, "did you mean", the reference pages, and editor completion all
// use this table; a new argument is a field in spec.go and a row here.
var Schema = []Block{
	{
		Name: "variable", Label: "name", Many: true, Field: "Variables", LabelField: "Name", Aliases: []string{"variables", "var", "input"},
		Doc:     "A value that -var or -var-file may set; read as var.<name>.",
		Example: "variable \"domain\" {\n  default = \"example.com\"\n}",
		Arguments: []Argument{
			{Name: "default", Type: Any, Example: `"example.com"`,
				Doc: "Value if none is given. Without a default, or with null, a value is required."},
			{Name: "description", Type: Text, Field: "Description", Example: `"DNS domain of the site"`, Doc: "What the variable is for."},
			{Name: "type", Type: TypeExpr, Example: `string`,
				Doc: "Type that values are converted to: string, number, bool, list(string), " +
					"map(string), object({…}), any."},
			{Name: "sensitive", Type: Bool, Field: "Sensitive", Example: `true`,
				Doc: "Hides the value, and values derived from it, in diagnostics and editors. A message that would reveal it, or an " +
					"address near it, has only the advice of its rule. Strings of one or two characters are not hidden. An argument that " +
					"uses the variable is an error, because its value would be in the tree (`secret-in-tree`, which can be waived)."},
		},
	},
	{
		Name: "locals", Many: true, Open: true, Aliases: []string{"local"},
		Doc:     "Names for expressions, in any order; read as local.<name>.",
		Example: "locals {\n  racks = [\"rack-a\", \"rack-b\"]\n}",
	},
	{
		Name: "cluster", Label: "name", Required: true, Field: "Cluster", LabelField: "Name",
		Doc:     "The cluster as a whole: its type, version, and endpoint.",
		Example: "cluster \"dev\" {\n  type = \"all-in-one\"\n}",
		Arguments: []Argument{
			{Name: "type", Type: Text, Required: true, Enum: topologies.Names(), Field: "Type", Example: `"all-in-one"`,
				Aliases: []string{"topology", "installation_type"}, Doc: "Installation type."},
			{Name: "kubernetes_version", Type: Text, Field: "KubernetesVersion", Example: `"1.37.2"`,
				Aliases: []string{"version", "k8s_version", "kube_version"},
				Doc:     "Kubernetes release, or a minor such as 1.37 for its newest patch."},
			{Name: "control_plane_endpoint", Type: Text, Field: "ControlPlaneEndpoint", Example: `"api.example.com:6443"`,
				Aliases: []string{"endpoint", "api_endpoint"},
				Doc:     "Name or address, and port, that every kubelet and client connects to."},
			{Name: "cert_sans", Type: TextList, Field: "CertSANs", Example: `["api.example.com"]`,
				Aliases: []string{"sans", "api_server_cert_sans", "apiserver_cert_sans", "tls_sans"},
				Doc:     "More names and addresses for the API server's certificate."},
			{Name: "site", Type: Text, Field: "Site", Example: `"dc1"`, Aliases: []string{"datacenter"},
				Doc: "Network in which addresses are unique. Clusters of one site are compared if they are validated in one call."},
			{Name: "peers", Type: TextList, Field: "Peers", Example: `["other"]`, Aliases: []string{"connected", "mesh"},
				Doc: "Clusters whose pods or Services are reached from here: their ranges must not overlap."},
			{Name: "max_nodes", Type: Integer, Field: "MaxNodes", Example: `200`,
				Doc: "Number of nodes (control planes and workers) that the design must have room for."},
			{Name: "api_server_port", Type: Integer, Field: "APIServerPort", Example: `6443`,
				Aliases: []string{"bind_port", "apiserver_port"}, Doc: "Port that the API servers listen on."},
			{Name: "encryption_algorithm", Type: Text, Enum: []string{"RSA-2048", "RSA-3072", "RSA-4096", "ECDSA-P256", "ECDSA-P384"},
				Field: "EncryptionAlgorithm", Example: `"ECDSA-P256"`, Doc: "Algorithm of kubeadm's keys."},
			{Name: "certificate_validity", Type: Text, Field: "CertificateValidity", Example: `"8760h"`,
				Aliases: []string{"certificate_validity_period"}, Doc: "Lifetime of certificates, a Go duration."},
			{Name: "ca_certificate_validity", Type: Text, Field: "CAValidity", Example: `"87600h"`,
				Aliases: []string{"ca_certificate_validity_period", "ca_validity"},
				Doc:     "Lifetime of the authorities' certificates, a Go duration."},
			{Name: "feature_gates", Type: BoolMap, Field: "FeatureGates", Example: `{ SomeGate = true }`,
				Doc: "Kubernetes' feature gates, on every component."},
		},
		Blocks: []Block{
			apiServer,
			component("controller_manager", "ControllerManager", "the controller manager"),
			{
				Name: "scheduler", Field: "Scheduler", Doc: "Settings of the scheduler.",
				Example: "scheduler {\n  extra_args = { \"v\" = \"2\" }\n}",
				Arguments: []Argument{
					{Name: "extra_args", Type: FlagMap, Field: "ExtraArgs", Example: `{ "v" = "2" }`,
						Doc: "Flags for the scheduler, without dashes."},
				},
				Blocks: []Block{{
					Name: "profile", Label: "name", Many: true, Field: "Profiles", LabelField: "Name", Aliases: []string{"profiles"},
					Doc: "Another profile of the same scheduler, which pods select by schedulerName. " +
						"\"default-scheduler\" is the profile of pods that select none.",
					Example:   "profile \"bin-packing\" {\n  scoring_strategy = \"most-allocated\"\n}",
					Arguments: scheduling,
				}},
			},
			{
				Name: "kubelet", Field: "Kubelet", Doc: "Settings of every kubelet.",
				Example: "kubelet {\n  max_pods = 110\n}",
				Arguments: []Argument{
					{Name: "max_pods", Type: Integer, Field: "MaxPods", Example: `110`, Doc: "Maximum number of pods on a node."},
					{Name: "cgroup_driver", Type: Text, Enum: []string{"systemd", "cgroupfs"}, Field: "CgroupDriver", Example: `"systemd"`,
						Doc: "Cgroup driver of the kubelet and of the container runtime."},
					{Name: "fail_swap_on", Type: Bool, Field: "FailSwapOn", Example: `true`, Aliases: []string{"swap"},
						Doc: "Whether the kubelet refuses to start on a host with swap."},
					{Name: "server_tls_bootstrap", Type: Bool, Field: "ServerTLSBootstrap", Example: `true`,
						Aliases: []string{"serving_certificates", "rotate_server_certificates"},
						Doc: "Whether the cluster's authority signs the kubelets' serving certificates, so metrics-server and " +
							"others can verify them."},
					{Name: "extra_args", Type: FlagMap, Field: "ExtraArgs", Example: `{ "v" = "2" }`,
						Doc: "Flags for every kubelet, without dashes."},
					{Name: "config", Type: AnyMap, Field: "Config", Example: `{ maxParallelImagePulls = 5 }`,
						Aliases: []string{"configuration", "extra_config"}, Doc: "Fields of upstream's KubeletConfiguration that " +
							"have no argument here, by upstream's names."},
				},
			},
			audit,
			encryption,
			kubeadmPatch,
		},
	},
	{
		Name: "network", Field: "Network", Aliases: []string{"networking"},
		Doc:     "Address ranges, the pod network, and how Services are programmed.",
		Example: "network {\n  pod_subnets = [\"10.244.0.0/16\"]\n}",
		Arguments: []Argument{
			{Name: "pod_subnets", Type: TextList, Field: "PodSubnets", Example: `["10.244.0.0/16"]`,
				Aliases: []string{"pod_subnet", "pod_cidr", "cluster_cidr", "pod_network_cidr", "pods"},
				Doc:     "Ranges of pods: one, or one of each address family."},
			{Name: "service_subnets", Type: TextList, Field: "ServiceSubnets", Example: `["10.96.0.0/16"]`,
				Aliases: []string{"service_subnet", "service_cidr", "service_cluster_ip_range", "services"},
				Doc:     "Ranges of Services: one, or one of each address family."},
			{Name: "reserved_subnets", Type: TextList, Field: "ReservedSubnets", Example: `["172.31.0.0/16"]`,
				Doc: "Ranges that are in use elsewhere (office, VPN): nothing may overlap them."},
			{Name: "node_subnets", Type: TextList, Field: "NodeSubnets", Example: `["10.0.0.0/24"]`,
				Aliases: []string{"node_cidr", "subnets"}, Doc: "Network segments of the nodes' addresses."},
			{Name: "dns_domain", Type: Text, Field: "DNSDomain", Example: `"cluster.local"`, Aliases: []string{"cluster_domain", "domain"},
				Doc: "DNS domain of Services."},
			{Name: "node_cidr_mask_size", Type: Integer, Field: "NodeCIDRMaskSize", Example: `24`,
				Aliases: []string{"node_cidr_mask_size_ipv4", "host_prefix"},
				Doc:     "Prefix length of one node's share of the IPv4 pod range."},
			{Name: "node_cidr_mask_size_v6", Type: Integer, Field: "NodeCIDRMaskSizeV6", Example: `64`,
				Aliases: []string{"node_cidr_mask_size_ipv6"}, Doc: "Prefix length of one node's share of the IPv6 pod range."},
			{Name: "node_port_range", Type: Text, Field: "NodePortRange", Example: `"30000-32767"`,
				Aliases: []string{"service_node_port_range"}, Doc: "Ports of Services of type NodePort."},
			{Name: "mtu", Type: Integer, Field: "MTU", Example: `1500`,
				Doc: "MTU of the hosts' network in bytes. That of pods is computed from it."},
		},
		Blocks: []Block{
			{
				Name: "cni", Label: "name", Labels: []string{"flannel", "calico", "cilium", "static-routes", "other", "none"},
				Field:      "CNI",
				LabelField: "Name", Aliases: []string{"plugin", "pod_network", "network_plugin"},
				Doc:     "The pod network.",
				Example: "cni \"flannel\" {}",
				Arguments: []Argument{
					{Name: "version", Type: Text, Field: "Version", Example: `"v0.28.10"`, Doc: "Version of the plugin."},
					{Name: "encapsulation", Type: Text, Enum: []string{"vxlan", "host-gw", "ipip", "wireguard", "geneve", "bgp", "none"},
						Field: "Encapsulation", Example: `"vxlan"`, Aliases: []string{"backend", "mode", "tunnel"},
						Doc: "How packets travel between nodes."},
					{Name: "mtu", Type: Integer, Field: "MTU", Example: `1450`,
						Doc: "MTU of pods in bytes. Default: computed from that of the hosts."},
					{Name: "interface", Type: Text, Field: "Interface", Example: `"eth1"`, Doc: "Host interface that carries pod traffic."},
					{Name: "kube_proxy_replacement", Type: Bool, Field: "KubeProxyReplacement", Example: `true`,
						Doc: "Whether the plugin programs Services in place of kube-proxy (cilium)."},
					{Name: "vxlan_port", Type: Integer, Field: "VXLANPort", Example: `4789`, Aliases: []string{"port", "tunnel_port"},
						Doc: "UDP port of the VXLAN tunnels (flannel, cilium); calico's is 4789."},
					{Name: "bgp_as", Type: Integer, Field: "BGPAS", Example: `64512`, Aliases: []string{"as", "asn", "local_as"},
						Doc: "Autonomous system of the nodes, for encapsulation bgp (calico, cilium)."},
					{Name: "bgp_peers", Type: TextList, Field: "BGPPeers", Example: `["10.0.0.1:65001"]`,
						Aliases: []string{"peers", "routers"},
						Doc:     "Routers to which every node announces its pods, as address:AS (calico, cilium)."},
					{Name: "plugin", Type: Text, Field: "Plugin", Example: `"kube-router"`,
						Doc: "Name of the plugin, for cni \"other\"."},
					addonImages,
				},
				Blocks: []Block{manifest, {
					Name: "failure_domain", Label: "name", LabelField: "Name", Many: true, Field: "Domains",
					Aliases: []string{"zone", "rack"},
					Doc:     "Routers of the nodes in one failure domain, in addition to those of every node.",
					Example: "failure_domain \"rack-a\" {\n  bgp_peers = [\"10.1.0.1:65001\"]\n}",
					Arguments: []Argument{
						{Name: "bgp_peers", Type: TextList, Required: true, Field: "BGPPeers", Example: `["10.1.0.1:65001"]`,
							Aliases: []string{"peers", "routers"}, Doc: "Routers to which these nodes announce their pods, as address:AS."},
					},
				}},
			},
			{
				Name: "dns", Field: "DNS", Aliases: []string{"coredns", "cluster_dns"}, Doc: "Cluster DNS: CoreDNS, as kubeadm installs " +
					"it.",
				Example: "dns {\n  upstream = [\"10.0.0.53\"]\n}",
				Arguments: []Argument{
					{Name: "upstream", Type: TextList, Field: "Upstream", Example: `["10.0.0.53"]`,
						Aliases: []string{"upstream_servers", "nameservers", "forwarders"},
						Doc: "Servers for names outside the cluster: addresses, with a port if it is not 53. Default: the name " +
							"servers of the nodes that run CoreDNS."},
					{Name: "node_local_cache", Type: Bool, Field: "NodeLocalCache", Example: `true`,
						Aliases: []string{"nodelocaldns", "node_local_dns"},
						Doc:     "Whether every node has its own DNS cache, on 169.254.20.10, for its pods."},
					{Name: "replicas", Type: Integer, Field: "Replicas", Example: `3`, Aliases: []string{"count"}, Doc: "Pods of CoreDNS."},
				},
			},
			{
				Name: "kube_proxy", Field: "KubeProxy", Doc: "How Services are programmed on nodes.",
				Example: "kube_proxy {\n  mode = \"nftables\"\n}",
				Arguments: []Argument{
					{Name: "mode", Type: Text, Enum: []string{"iptables", "nftables", "ipvs", "none"}, Field: "Mode", Example: `"nftables"`,
						Doc: "Kernel mechanism of kube-proxy; none leaves kube-proxy out."},
					{Name: "strict_arp", Type: Bool, Field: "StrictARP", Example: `true`,
						Doc: "Whether nodes answer ARP only for addresses of the interface that was asked (ipvs)."},
					{Name: "config", Type: AnyMap, Field: "Config", Example: `{ metricsBindAddress = "0.0.0.0:10249" }`,
						Aliases: []string{"configuration", "extra_config"}, Doc: "Fields of upstream's KubeProxyConfiguration that " +
							"have no argument here, by upstream's names."},
				},
			},
			{
				Name: "http_proxy", Field: "HTTPProxy", Aliases: []string{"proxy"}, Doc: "HTTP proxy of the hosts.",
				Example: "http_proxy {\n  http  = \"http://proxy.example.com:3128\"\n  https = \"http://proxy.example.com:3128\"\n}",
				Arguments: []Argument{
					{Name: "http", Type: Text, Field: "HTTP", Example: `"http://proxy.example.com:3128"`,
						Doc: "URL of the proxy for http."},
					{Name: "https", Type: Text, Field: "HTTPS", Example: `"http://proxy.example.com:3128"`,
						Doc: "URL of the proxy for https."},
					{Name: "no_proxy", Type: TextList, Field: "NoProxy", Example: `[".example.com"]`,
						Doc: "More hosts to reach directly. Nodes, ranges, and the endpoint are added automatically."},
					{Name: "credentials_file", Type: Text, Field: "Credentials", Example: `"~/.config/proxy-login"`,
						Aliases: []string{"auth_file", "proxy_auth", "login_file", "username", "user", "login", "password"},
						Doc: "Path of a file on the machine that runs Ansible with one line, user:password, for a proxy with " +
							"authentication. Every host gets it, mode 0600; it is never in the tree."},
				},
			},
		},
	},
	{
		Name: "container_runtime", Label: "name", Labels: []string{"containerd", "cri-o", "docker"}, Field: "Runtime", LabelField: "Name",
		Aliases: []string{"runtime", "containerd", "cri"},
		Doc:     "What runs containers on every node.",
		Example: "container_runtime \"containerd\" {}",
		Arguments: []Argument{
			{Name: "version", Type: Text, Field: "Version", Example: `"2.4.2"`, Doc: "Version of the runtime."},
			{Name: "credentials_file", Type: Text, Field: "Credentials", Example: `"~/.docker/config.json"`,
				Aliases: []string{"auth_file", "docker_config", "registry_auth", "auths", "username", "password", "login"},
				Doc: "Credentials for registries in the form of Docker's config.json, a path on the machine that runs " +
					"Ansible. Every node gets them, mode 0600; they are never in the tree."},
		},
		Blocks: []Block{
			{
				Name: "registry", Label: "host", Many: true, Field: "Registries", LabelField: "Host",
				Aliases: []string{"registries", "mirror"},
				Doc:     "How nodes reach one image registry.",
				Example: "registry \"docker.io\" {\n  mirrors = [\"https://mirror.example.com\"]\n}",
				Arguments: []Argument{
					{Name: "mirrors", Type: TextList, Field: "Mirrors", Example: `["https://mirror.example.com"]`,
						Aliases: []string{"endpoints", "endpoint"}, Doc: "Base URLs that are tried in order before the registry itself."},
					{Name: "plain_http", Type: Bool, Field: "PlainHTTP", Example: `true`, Aliases: []string{"insecure"},
						Doc: "Whether the registry uses plain HTTP."},
					{Name: "skip_verify", Type: Bool, Field: "SkipVerify", Example: `true`, Aliases: []string{"insecure_skip_verify"},
						Doc: "Whether its certificate is not verified."},
					{Name: "ca_file", Type: Text, Field: "CAFile", Example: `"/etc/ssl/registry-ca.crt"`,
						Doc: "Path on the nodes of the CA certificate for the registry."},
				},
			},
		},
	},
	{
		Name: "etcd", Field: "Etcd", Doc: "Where etcd runs and how it is tuned.",
		Example: "etcd {\n  topology = \"external\"\n}",
		Arguments: []Argument{
			{Name: "topology", Type: Text, Enum: []string{string(topologies.Stacked), string(topologies.External)}, Field: "Topology",
				Example: `"external"`, Aliases: []string{"placement", "mode"}, Doc: "Whether etcd runs on the control planes (stacked) " +
					"or on separate hosts (external)."},
			{Name: "version", Type: Text, Field: "Version", Example: `"3.6.5"`, Doc: "Version of external members."},
			{Name: "data_dir", Type: Text, Field: "DataDir", Example: `"/var/lib/etcd"`, Doc: "Directory of the data on every member."},
			{Name: "quota", Type: Text, Field: "Quota", Example: `"8Gi"`, Aliases: []string{"quota_backend_bytes"},
				Doc: "Size at which etcd stops accepting writes, with a unit."},
			{Name: "heartbeat_interval", Type: Text, Field: "HeartbeatInterval", Example: `"100ms"`,
				Doc: "Time between the leader's heartbeats, a Go duration."},
			{Name: "election_timeout", Type: Text, Field: "ElectionTimeout", Example: `"1000ms"`,
				Doc: "Time without a heartbeat after which members elect a new leader, a Go duration."},
			{Name: "extra_args", Type: FlagMap, Field: "ExtraArgs", Example: `{ "auto-compaction-retention" = "8h" }`,
				Doc: "Flags for etcd, without dashes."},
			{Name: "external_endpoints", Type: TextList, Field: "Endpoints", Example: `["https://10.0.0.21:2379"]`,
				Aliases: []string{"endpoints", "external_urls"},
				Doc: "Client URLs of an existing etcd. The API servers store everything there; the playbooks do not install, " +
					"back up, or restore it."},
			{Name: "ca_file", Type: Text, Field: "CAFile", Example: `"~/etcd/ca.crt"`, Aliases: []string{"ca", "ca_cert"},
				Doc: "Path of that etcd's CA certificate on the machine that runs Ansible."},
			{Name: "cert_file", Type: Text, Field: "CertFile", Example: `"~/etcd/client.crt"`, Aliases: []string{"cert"},
				Doc: "Path of the API servers' client certificate on the machine that runs Ansible."},
			{Name: "key_file", Type: Text, Field: "KeyFile", Example: `"~/etcd/client.key"`, Aliases: []string{"key"},
				Doc: "Path of that certificate's key on the machine that runs Ansible; never the key itself."},
		},
	},
	{
		Name: "load_balancer", Label: "kind", Labels: []string{"haproxy", "kube-vip", "local", "external"}, Field: "Balancer",
		LabelField: "Kind",
		Aliases:    []string{"loadbalancer", "lb", "haproxy"},
		Doc: "The load balancer in front of the API servers: haproxy on its own hosts, kube-vip on the control planes, a proxy on every " +
			"node " +
			"(local), or one that k8splan does not manage (external).",
		Example: "load_balancer \"haproxy\" {\n  virtual_ip = \"10.0.0.10\"\n}",
		Arguments: []Argument{
			{Name: "virtual_ip", Type: Text, Field: "VirtualIP", Example: `"10.0.0.10"`, Aliases: []string{"vip", "ip", "address"},
				Doc: "Address that moves to a healthy load balancer."},
			{Name: "port", Type: Integer, Field: "Port", Example: `6443`, Doc: "Port that clients connect to."},
			{Name: "interface", Type: Text, Field: "Interface", Example: `"eth1"`, Doc: "Network interface for the virtual IP."},
			{Name: "virtual_router_id", Type: Integer, Field: "VirtualRouterID", Example: `51`, Aliases: []string{"vrid", "router_id"},
				Doc: "VRRP group, 1 to 255; one for each cluster on a network segment."},
			{Name: "mode", Type: Text, Enum: []string{"arp", "bgp"}, Field: "Mode", Example: `"arp"`,
				Doc: "How kube-vip announces the address."},
			{Name: "bgp_as", Type: Integer, Field: "BGPAS", Example: `65000`, Aliases: []string{"as", "asn", "local_as"},
				Doc: "Autonomous system of the control planes, for kube-vip in mode bgp."},
			{Name: "bgp_peers", Type: TextList, Field: "BGPPeers", Example: `["10.0.0.1:65001"]`, Aliases: []string{"peers", "bgppeers"},
				Doc: "Routers to which kube-vip in mode bgp announces the address, as address:AS."},
			{Name: "version", Type: Text, Field: "Version", Example: `"v1.0.0"`, Doc: "Version of kube-vip."},
		},
	},
	{
		Name: "ssh", Field: "SSH", Doc: "How Ansible reaches the hosts.",
		Example: "ssh {\n  user = \"ubuntu\"\n}",
		Arguments: []Argument{
			{Name: "user", Type: Text, Field: "User", Example: `"ubuntu"`, Aliases: []string{"username"},
				Doc: "User to log in as; must be root or may use sudo."},
			{Name: "port", Type: Integer, Field: "Port", Example: `22`, Doc: "Port of sshd."},
			{Name: "private_key_file", Type: Text, Field: "PrivateKeyFile", Example: `"~/.ssh/id_ed25519"`,
				Aliases: []string{"private_key", "key_file", "identity_file", "key_path"}, Doc: "Path of the key; never the key itself."},
			{Name: "jump_host", Type: Text, Field: "JumpHost", Example: `"admin@bastion.example.com"`,
				Aliases: []string{"bastion", "bastion_host", "proxy_jump"}, Doc: "Host to go through: user@host[:port]."},
		},
	},
	{
		Name: "time", Field: "Time", Aliases: []string{"ntp", "chrony"}, Doc: "Time servers of the hosts.",
		Example: "time {\n  servers = [\"ntp-1.example.com\", \"ntp-2.example.com\", \"ntp-3.example.com\"]\n}",
		Arguments: []Argument{
			{Name: "servers", Type: TextList, Required: true, Field: "Servers", Example: `["ntp-1.example.com"]`,
				Aliases: []string{"ntp_servers", "server", "pools"},
				Doc: "NTP servers, names or addresses: every host's chrony or systemd-timesyncd uses them, and chrony is installed " +
					"if a host has neither."},
		},
	},
	{
		Name: "hosts", Field: "Hosts", Aliases: []string{"host", "host_settings", "os_settings"},
		Doc:     "What the playbook sets in the operating systems of all hosts.",
		Example: "hosts {\n  selinux = \"enforcing\"\n}",
		Arguments: []Argument{
			{Name: "selinux", Type: Text, Enum: []string{"enforcing", "permissive"}, Field: "SELinux", Example: `"enforcing"`,
				Aliases: []string{"selinux_mode", "selinux_state"},
				Doc: "Mode of SELinux on hosts with a kubelet, if the system has SELinux. With enforcing, the playbook labels the host " +
					"directories that pods use, and the container runtime confines the pods. These steps have not run in our lab yet."},
			{Name: "firewall", Type: Text, Enum: []string{"managed", "unmanaged"}, Field: "Firewall", Example: `"managed"`,
				Aliases: []string{"host_firewall", "manage_firewall"},
				Doc: "managed opens only the ports that the design needs, with firewalld or ufw if a host runs it, otherwise with a " +
					"table of nftables. The table is tested in our lab; the rules of firewalld and ufw are not tested yet. Default: the " +
					"playbook opens no port, and stops if a firewall is active."},
			{Name: "admin_cidrs", Type: TextList, Field: "AdminCIDRs", Example: `["10.0.0.0/8"]`, Aliases: []string{"admin_ranges",
				"allowed_cidrs"},
				Doc: "Ranges from which a managed firewall accepts SSH and clients of the API. The computer that runs Ansible must " +
					"be in one. Default: everywhere."},
			{Name: "open_ports", Type: TextList, Field: "OpenPorts", Example: `["443/tcp"]`, Aliases: []string{"extra_ports",
				"allowed_ports"},
				Doc: "More ports that a managed firewall opens on every host, for all sources, such as those of other programs: " +
					"port/protocol or first-last/protocol."},
		},
	},
	{
		Name: "artifacts", Field: "Artifacts", Aliases: []string{"artifact", "downloads"}, Doc: "Where binaries and images come from.",
		Example: "artifacts {\n  source = \"packages\"\n}",
		Arguments: []Argument{
			{Name: "source", Type: Text, Enum: []string{"packages", "binaries"}, Field: "Origin", Example: `"packages"`,
				Aliases: []string{"origin"}, Doc: "Packages of the operating system, or upstream's binaries."},
			{Name: "mirror_url", Type: Text, Field: "MirrorURL", Example: `"http://10.0.0.2:8000"`, Aliases: []string{"mirror", "url"},
				Doc: "Mirror of upstream's files, as mirror_url/<host>/<path>."},
			{Name: "image_repository", Type: Text, Field: "ImageRepository", Example: `"registry.example.com/k8s"`,
				Aliases: []string{"registry", "image_registry"}, Doc: "Registry that holds every image."},
			{Name: "checksums", Type: TextMap, Field: "Checksums",
				Example: `{ "dl.k8s.io/release/v1.37.2/bin/linux/amd64/kubeadm" = "sha256:…" }`,
				Doc:     "Checksums by mirror path. Default: those that k8splan knows, otherwise the published ones."},
		},
		Blocks: []Block{{
			Name: "images", Field: "Images", Aliases: []string{"image_repositories"},
			Doc:     "Repositories of single kubeadm images, if they differ from image_repository.",
			Example: "images {\n  dns = \"registry.example.com/k8s/coredns\"\n}",
			Arguments: []Argument{
				{Name: "dns", Type: Text, Field: "DNS", Example: `"registry.example.com/k8s/coredns"`, Aliases: []string{"coredns"},
					Doc: "Repository of CoreDNS: kubeadm's dns.imageRepository."},
				{Name: "etcd", Type: Text, Field: "Etcd", Example: `"registry.example.com/etcd"`,
					Doc: "Repository of stacked etcd: kubeadm's etcd.local.imageRepository."},
			},
		}},
	},
	{
		Name: "addon", Label: "name", Many: true, Field: "Addons", LabelField: "Name",
		Aliases: []string{"addons", "component", "helm_release"},
		Doc:     "Software that the playbook installs once the cluster runs: an addon that k8splan knows, or your own manifests.",
		Example: "addon \"metrics-server\" {}",
		Arguments: []Argument{addonVersion, addonSettings, addonImages,
			{Name: "after", Type: TextList, Field: "After", Example: `["cert-manager"]`,
				Aliases: []string{"depends_on", "needs", "requires"}, Doc: "Addons that must be applied before this one."},
		},
		Blocks: []Block{manifest, chart, {
			Name: "pool", Label: "name", Many: true, Field: "Pools", LabelField: "Name",
			Aliases: []string{"address_pool", "ip_pool", "ip_address_pool"},
			Doc:     "Addresses that MetalLB gives to Services of type LoadBalancer.",
			Example: "pool \"default\" {\n  addresses = [\"10.0.0.200-10.0.0.220\"]\n}",
			Arguments: []Argument{
				{Name: "addresses", Type: TextList, Required: true, Field: "Addresses", Example: `["10.0.0.200-10.0.0.220"]`,
					Aliases: []string{"ranges"}, Doc: "Ranges, as first-last or with a prefix length."},
				{Name: "announce", Type: Text, Enum: []string{"arp", "none"}, Field: "Announce", Example: `"arp"`,
					Aliases: []string{"mode"},
					Doc: "How the addresses are announced: by a node with ARP and NDP, or (none) by your own objects, such as " +
						"those for BGP."},
			},
		}},
	},
	{
		Name: "cloud_provider", Label: "name", Labels: []string{"aws", "azure", "digitalocean", "gcp", "hetzner", "openstack", "vsphere",
			"other"}, Field: "CloudProvider", LabelField: "Name", Aliases: []string{"cloud", "ccm"},
		Doc: "Cloud controller manager: it gives nodes their addresses, zones, and provider IDs, and Services of type " +
			"LoadBalancer their balancers.",
		Example:   "cloud_provider \"aws\" {}",
		Arguments: []Argument{addonVersion, addonSettings, addonImages},
		Blocks:    []Block{manifest},
	},
	{
		Name: "scheduler", Label: "name", Many: true, Field: "Schedulers", LabelField: "Name",
		Aliases: []string{"second_scheduler", "schedulers"},
		Doc:     "A scheduler in addition to kubeadm's, in separate pods. Pods select it by schedulerName.",
		Example: "scheduler \"batch\" {\n  scoring_strategy = \"most-allocated\"\n}",
		Arguments: append([]Argument{
			{Name: "image", Type: Text, Field: "Image", Example: `"registry.example.com/scheduler:v1.37.2"`,
				Doc: "Image with a program kube-scheduler that reads KubeSchedulerConfiguration. Default: upstream's, of the " +
					"cluster's version."},
			{Name: "replicas", Type: Integer, Field: "Replicas", Example: `2`, Aliases: []string{"count"},
				Doc: "Number of pods, one of which is active."},
		}, scheduling...),
	},
	{
		Name: "node", Label: "name", Many: true, Field: "Nodes", LabelField: "Name",
		Aliases: []string{"nodes", "host", "machine", "server"},
		Doc:     "One machine.",
		Example: "node \"worker-1\" {\n  roles   = [\"worker\"]\n  address = \"10.0.0.41\"\n}",
		Each: "node \"workers\" {\n  for_each = { \"worker-1\" = \"10.0.0.41\", \"worker-2\" = \"10.0.0.57\" }\n  roles    = " +
			"[\"worker\"]\n" +
			"  address  = each.value\n}",
		Arguments: append([]Argument{forEach,
			{Name: "address", Type: Text, Field: "Address", Example: `"10.0.0.41"`, Aliases: []string{"ip", "ip_address", "internal_ip",
				"private_address", "private_ip", "node_ip"}, Doc: "Address on the cluster's network, of the first family."},
			{Name: "secondary_address", Type: Text, Field: "SecondaryAddress", Example: `"fd00::41"`,
				Aliases: []string{"ip6", "ipv6_address"}, Doc: "Address of the second family, in a dual-stack cluster."},
			{Name: "ssh_address", Type: Text, Field: "SSHAddress", Example: `"203.0.113.41"`, Aliases: []string{"ansible_host", "ssh_host"},
				Doc: "Address for Ansible, if it differs from address."},
			{Name: "public_address", Type: Text, Field: "PublicAddress", Example: `"203.0.113.41"`, Aliases: []string{"public_ip",
				"external_ip", "external_address"}, Doc: "Address for clients outside, behind NAT. It is added to the API server's " +
				"certificate."},
			{Name: "mac", Type: Text, Field: "MAC", Example: `"52:54:00:00:00:41"`, Aliases: []string{"mac_address"},
				Doc: "Hardware address of the interface."},
			{Name: "failure_domain", Type: Text, Field: "FailureDomain", Example: `"rack-a"`,
				Aliases: []string{"zone", "rack", "availability_zone"},
				Doc: "Place whose machines fail together, such as a rack or a zone. Write nested places as a path, the largest first: " +
					"\"room-1/rack-a\"."},
			{Name: "power", Type: Text, Field: "Power", Example: `"feed-a"`, Aliases: []string{"feed", "power_feed", "pdu", "ups"},
				Doc: "Power feed of the machine, independent of racks and rooms."},
			{Name: "host", Type: Text, Field: "Host", Example: `"hypervisor-1"`, Aliases: []string{"hypervisor"},
				Doc: "Hypervisor that runs the machine."},
			{Name: "bootstrap", Type: Bool, Field: "Bootstrap", Example: `true`,
				Doc: "Whether this control plane is the one that runs kubeadm init."},
			{Name: "etcd_name", Type: Text, Field: "EtcdName", Example: `"etcd1"`, Aliases: []string{"etcd_member_name", "member_name"},
				Doc: "Name of the etcd member, if it differs from the machine's, such as kubespray's etcd1."},
		}, machine...),
		Blocks: []Block{taint, nodeSSH},
	},
	{
		Name: "node_pool", Label: "name", Many: true, Field: "NodePools", LabelField: "Name",
		Aliases: []string{"pool", "node_group", "nodepool", "machine_pool"},
		Doc:     "Machines of one kind: name-1 to name-count with consecutive addresses, or with names and addresses of your choice.",
		Example: "node_pool \"worker\" {\n  roles         = [\"worker\"]\n  count         = 3\n  first_address = \"10.0.0.41\"\n}",
		Each: "node_pool \"rows\" {\n  for_each      = { \"row-a\" = \"10.0.1.41\", \"row-b\" = \"10.0.2.41\" }\n  roles         = " +
			"[\"worker\"]\n" +
			"  count         = 3\n  first_address = each.value\n}",
		Arguments: append([]Argument{forEach,
			{Name: "count", Type: Integer, Field: "Count", Example: `3`, Aliases: []string{"replicas", "size", "instances",
				"desired_capacity"}, Doc: "Number of machines. Optional with names or addresses."},
			{Name: "names", Type: TextList, Field: "Names", Example: `["m1", "m2", "m3"]`, Aliases: []string{"hostnames", "nodes"},
				Doc: "Names of the machines, in place of numbered ones."},
			{Name: "name_pattern", Type: Text, Field: "NamePattern", Example: `"m%02d"`, Aliases: []string{"name_format"},
				Doc: "Name of a machine, with %d or %02d for its number. Default: NAME-%d."},
			{Name: "first_number", Type: Integer, Field: "FirstNumber", Example: `1`, Aliases: []string{"start_number", "first_index"},
				Doc: "Number of the first machine."},
			{Name: "addresses", Type: TextList, Field: "Addresses", Example: `["10.0.0.41", "10.0.0.57"]`, Aliases: []string{"ips"},
				Doc: "Addresses of the machines, in place of first_address."},
			{Name: "first_address", Type: Text, Field: "FirstAddress", Example: `"10.0.0.41"`,
				Aliases: []string{"address", "start_address"}, Doc: "Address of the first machine; the others follow."},
			{Name: "first_secondary_address", Type: Text, Field: "FirstSecondaryAddress", Example: `"fd00::41"`,
				Aliases: []string{"secondary_address"}, Doc: "Address of the first machine, of the second family."},
			{Name: "failure_domains", Type: TextList, Field: "FailureDomains", Example: `["rack-a", "rack-b", "rack-c"]`,
				Aliases: []string{"failure_domain", "zones", "availability_zones", "racks"}, Doc: "Failure domains, assigned round-robin."},
			{Name: "failure_domain_of", Type: TextMap, Field: "DomainOf", Example: `{ "worker-1" = "rack-a" }`,
				Aliases: []string{"failure_domain_by_node", "domain_of"},
				Doc:     "Failure domains by machine name. They stay when the pool grows. Other machines get those of failure_domains."},
			{Name: "powers", Type: TextList, Field: "Powers", Example: `["feed-a", "feed-b"]`,
				Aliases: []string{"power", "feeds", "power_feeds", "pdus"}, Doc: "Power feeds, assigned round-robin."},
			{Name: "hosts", Type: TextList, Field: "Hosts", Example: `["hypervisor-1", "hypervisor-2"]`,
				Aliases: []string{"host", "hypervisors"}, Doc: "Hypervisors, assigned round-robin."},
		}, machine...),
		Blocks: []Block{taint, nodeSSH},
	},
	{
		Name: "hypervisor", Label: "name", Many: true, Field: "Hypervisors", LabelField: "Name",
		Aliases: []string{"hypervisors", "physical_host"},
		Doc: "Capacity of a hypervisor for machines, without its own needs. The machines with this host must fit, including " +
			"those of other clusters of the site.",
		Example: "hypervisor \"hypervisor-1\" {\n  cpus   = 32\n  memory = \"256Gi\"\n  disk   = \"4Ti\"\n}",
		Arguments: []Argument{
			{Name: "cpus", Type: Integer, Field: "CPUs", Example: `32`, Aliases: []string{"cpu", "cores", "threads"},
				Doc: "Number of hardware threads for machines."},
			{Name: "memory", Type: Text, Field: "Memory", Example: `"256Gi"`, Aliases: []string{"ram", "mem"},
				Doc: "Memory for machines."},
			{Name: "disk", Type: Text, Field: "Disk", Example: `"4Ti"`, Aliases: []string{"storage", "disk_size"},
				Doc: "Disk space for machines."},
		},
	},
	{
		Name: "moved", Many: true, Field: "Moved", Aliases: []string{"move", "renamed", "rename"},
		Doc: "The same machine under a new name, for `k8splan diff`: it leaves the cluster and joins it again. " +
			"Remove the block once that is done.",
		Example: "moved {\n  from = \"worker-1\"\n  to   = \"edge-1\"\n}",
		Arguments: []Argument{
			{Name: "from", Type: Text, Required: true, Field: "From", Example: `"worker-1"`, Doc: "Name that the machine had."},
			{Name: "to", Type: Text, Required: true, Field: "To", Example: `"edge-1"`,
				Doc: "Name that it has now: that of a node, or of one of a pool."},
		},
	},
	{
		Name: "target", Label: "name", Open: true, Field: "Target", LabelField: "Name", Aliases: []string{"provider", "platform"},
		Doc:     "The system on which the cluster is built. Each target has its own arguments.",
		Example: "target \"bare-metal\" {}",
	},
	{
		Name: "waive", Label: "rule", Many: true, Field: "Waivers", LabelField: "Rule", Aliases: []string{"waiver", "ignore", "skip"},
		Doc:     "Demotes the findings of one rule to notes.",
		Example: "waive \"control-plane-undersized\" {\n  reason = \"test hardware until the new racks arrive\"\n}",
		Arguments: []Argument{
			{Name: "reason", Type: Text, Field: "Reason", Example: `"test hardware until the new racks arrive"`,
				Doc: "Why the finding is acceptable here."},
			{Name: "expires", Type: Text, Field: "Expires", Example: `"2027-03-01"`, Aliases: []string{"expiry", "until"},
				Doc: "First day on which the waiver no longer applies: YYYY-MM-DD."},
		},
	},
}
