package change

import (
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/k8splan/k8splan/planner/plan"
)

// Row says what a change of one argument does to a running cluster.
type Row struct {
	Argument string // "network.pod_subnets"; the label of a block has the block's name: "network.cni"
	Cases    []Case // the first match applies
	Source   string // where the facts come from
}

// Case is one kind of change of an argument.
type Case struct {
	When  string // the kind, for display; "" if the row has one case
	Class Class
	By    []string // IDs of the procedures that carry it out
	What  string   // what it means and what is done; for a refused one, what to do instead
	is    func(*edit) bool
}

// edit is a change of one argument.
type edit struct {
	old, new      *Record
	path          string
	before, after Value
	had, has      bool
}

// effective is the current class of a case: a change that is in-place only with a playbook is ordered until that playbook exists.
func (c *Case) effective() Class {
	if c.Class == InPlace && slices.ContainsFunc(c.By, func(id string) bool { return !find(id).carries() }) {
		return Ordered
	}
	return c.Class
}

func row(argument string, class Class, source, what string, by ...string) Row {
	return Row{argument, []Case{{Class: class, By: by, What: what}}, source}
}

// patchCases are the cases of a patch that is added, removed, or changed. kubeadm rewrites the file that the patch is for.
var patchCases = []Case{
	{"of the kubelets' configuration", Ordered, []string{"kubelet"},
		"Each node writes its kubelet's configuration with the new patches and restarts the kubelet, one node at a time.",
		patchOf(plan.PatchKubelet)},
	{"of etcd's pod", Ordered, []string{"save", "etcd-settings"},
		"kubeadm rewrites the pod of one member at a time. If a member does not start again, its old manifest is " +
			"restored.", patchOf("etcd")},
	{"of cluster DNS or kube-proxy", Ordered, []string{"kubeadm-addons"},
		"kubeadm applies the Deployment or the DaemonSet again. Its pods are replaced one by one.",
		patchOf("corednsdeployment", "kubeproxydaemonset")},
	{"of the control plane's pods", Ordered, []string{"control-plane-flags"},
		"kubeadm rewrites the static pods with the new patches, one control plane at a time. If a pod does not start again, its " +
			"old manifest is restored.",
		nil},
}

// patchOf selects patches by target.
func patchOf(targets ...string) func(*edit) bool {
	return func(e *edit) bool {
		name := key(strings.TrimSuffix(e.path, ".content"))
		return slices.ContainsFunc(targets, func(target string) bool { return strings.HasPrefix(name, target) })
	}
}

// Sources of several facts.
const (
	patchDocs       = "https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/control-plane-flags/#patches"
	reconfigureDocs = "https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-reconfigure/"
	skewDocs        = "https://kubernetes.io/releases/version-skew-policy/"
	etcdRuntime     = "https://etcd.io/docs/v3.6/op-guide/runtime-configuration/"
	etcdTuning      = "https://etcd.io/docs/v3.6/tuning/"
	serviceRange    = "https://kubernetes.io/docs/tasks/network/extend-service-ip-ranges/"
	rangeAllocator  = "k8s.io/kubernetes@v1.37.2 pkg/controller/nodeipam/ipam/range_allocator.go"
	nodeStatus      = "k8s.io/kubernetes@v1.37.2 pkg/kubelet/kubelet_node_status.go"
	flannelBackends = "https://github.com/flannel-io/flannel/blob/master/Documentation/backends.md"
	kubeVIPThreads  = "https://github.com/kube-vip/kube-vip/issues/1747"
	drainDocs       = "https://kubernetes.io/docs/tasks/administer-cluster/safely-drain-node/"
)

const noHost = "No host uses it."

// table has a row for every argument of the language, in order.
var table = []Row{
	row("variable", None, "", "Only the resulting values matter, not the expressions. A changed value is reported at each "+
		"argument that uses it."),
	row("variable.default", None, "", "A changed value is reported at each argument that uses it."),
	row("variable.description", None, "", noHost),
	row("variable.type", None, "", "A changed value is reported at each argument that uses it."),
	row("variable.sensitive", None, "", "Decides only which values are shown."),
	row("locals", None, "", "Only the resulting values matter, not the names."),

	row("cluster", Refused, "k8s.io/kubernetes@v1.37.2 cmd/kubeadm/app/apis/kubeadm/v1beta4/types.go, ClusterName; "+
		"https://etcd.io/docs/v3.6/op-guide/clustering/",
		"The name is kubeadm's clusterName and etcd's cluster token. With another token, an etcd member that is replaced later "+
			"would bootstrap a separate cluster. Keep the name, or build a new cluster and move the workload."),
	{"cluster.type", []Case{
		{"of a hosted control plane that it places", Refused, nil, "The type decides whether the provider runs the control plane in one " +
			"zone or in several, and a running cluster cannot change that. Build a new cluster, and move the workload.",
			func(e *edit) bool { return e.new.typePlaces }},
		{"of a hosted control plane", Ordered, []string{"machines"}, "The type can decide how the provider runs the control plane, such " +
			"as its tier. Read the tool's plan.", func(e *edit) bool { return e.new.Hosting == plan.Hosted }},
		{"of machines", None, nil, "The type itself changes nothing. Its effects are listed under the hosts and their roles.", nil},
	}, "https://cloud.google.com/kubernetes-engine/docs/concepts/types-of-clusters"},
	{"cluster.kubernetes_version", []Case{
		{"one patch release or one minor up", Ordered, []string{"save", "upgrade"}, "The control planes are upgraded first, one " +
			"at a time, then the kubelets of drained nodes. This cannot be undone once the first new API server has written to " +
			"etcd.",
			func(e *edit) bool { return minors(e) >= 0 && minors(e) <= 1 && !older(e) }},
		{"several minors up", Ordered, []string{"save", "upgrade"}, "kubeadm upgrades one minor at a time. There is one upgrade " +
			"for each minor, and each finishes on every host before the next begins.", func(e *edit) bool { return minors(e) > 1 }},
		{"down", Refused, nil,
			"kubeadm cannot downgrade, and etcd's data may already be in a newer format. Restore a snapshot into a cluster of the " +
				"old version instead.", nil},
	}, skewDocs},
	{"cluster.control_plane_endpoint", []Case{
		{"another port", Ordered, []string{"endpoint"}, "kubeadm has no command for this. The cluster's ConfigMaps, kube-proxy, and each " +
			"kubelet move to the new port while the old one still answers.", otherPort},
		{"another name or address", Ordered, []string{"certificate", "endpoint", "drop-names"},
			"kubeadm has no command for this. The certificates get both names. Then the cluster's ConfigMaps, kube-proxy, and " +
				"each kubelet move to the new endpoint while the old one still answers.",
			nil},
	}, "https://github.com/kubernetes/kubeadm/issues/1955, https://github.com/kubernetes/kubeadm/issues/1331"},
	{"cluster.cert_sans", []Case{
		{"a name is added", InPlace, []string{"certificate"}, "Renewal copies the old names, so each control plane gets a new " +
			"certificate. The API server reloads it by itself.", func(e *edit) bool { return holds(e.after.List, e.before.List) }},
		{"a name is removed", Ordered, []string{"drop-names"}, "First make sure that nothing uses the name any more: check " +
			"kubeconfigs and the load balancer's health checks.", nil},
	}, "https://github.com/kubernetes/kubeadm/issues/1447"},
	row("cluster.site", None, "", "Names the network that this cluster shares with others. validate compares their addresses."),
	row("cluster.peers", None, "", "Names the clusters that this one connects to. Only validate uses it, to compare address "+
		"ranges."),
	row("cluster.max_nodes", None, "", "Used for planning only. Address ranges derived from it are reported separately."),
	row("cluster.api_server_port", Refused, "k8s.io/kubernetes@v1.37.2 cmd/kubeadm/app/phases/upgrade/staticpods.go",
		"Kubeconfigs on the control planes, the load balancer, and the endpoints of the Service kubernetes all contain the port. "+
			"During a change, clients would get both ports. Keep it, and give the load balancer another port instead."),
	row("cluster.encryption_algorithm", Ordered, "https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-certs/",
		"Takes effect when certificates are renewed. Certificate authorities keep their "+
			"keys.", "control-plane-flags", "renew-certificates"),
	row("cluster.certificate_validity", Ordered, "https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-certs/",
		"Takes effect when certificates are renewed.", "control-plane-flags", "renew-certificates"),
	row("cluster.ca_certificate_validity", None, "https://kubernetes.io/docs/tasks/tls/manual-rotation-of-ca-certificates/",
		"Certificate authorities of a running cluster keep their certificates. To replace them, rotate them by hand."),
	row("cluster.feature_gates", Ordered, reconfigureDocs,
		"API servers first, then the other control plane components, kube-proxy, and kubelets. A component with an unknown gate does "+
			"not start. A gate that is disabled stays on in kubelets and kube-proxy until their turn: stop what depends on it first.",
		"control-plane-flags", "kube-proxy", "kubelet"),
	{"cluster.api_server.extra_args", []Case{
		{"service-cluster-ip-range or etcd-servers", Refused, nil,
			"k8splan sets this flag from the Service range and the etcd members. Change those instead.", func(e *edit) bool {
				return slices.Contains([]string{"service-cluster-ip-range", "etcd-servers"}, key(e.path))
			}},
		{"service-account-issuer", Ordered, []string{"control-plane-flags"},
			"Tokens of the old issuer are rejected at once unless it stays in second place. Set both, and remove the old one a " +
				"day later.",
			func(e *edit) bool { return key(e.path) == "service-account-issuer" }},
		{"encryption-provider-config", Ordered, []string{"save", "control-plane-flags"},
			"Every API server must be able to read with the new key before the first one writes with it. Then all Secrets are " +
				"written again. The file must be on every control plane.",
			func(e *edit) bool { return key(e.path) == "encryption-provider-config" }},
		{"any other flag", Ordered, []string{"control-plane-flags"},
			"One API server at a time. It does not start with a flag that its version does not know. A file that a flag names " +
				"must already be on every control plane.", nil},
	}, reconfigureDocs},
	row("cluster.api_server.host_file", Ordered, reconfigureDocs, hostFileWhat, "control-plane-flags"),
	row("cluster.api_server.host_file.source", None, "", "Only the content of the file matters: see content."),
	row("cluster.api_server.host_file.content", Ordered, reconfigureDocs, hostFileWhat, "control-plane-flags"),
	row("cluster.api_server.extra_volume", Ordered, reconfigureDocs, volumeWhat, "control-plane-flags"),
	row("cluster.api_server.extra_volume.host_path", Ordered, reconfigureDocs, volumeWhat, "control-plane-flags"),
	row("cluster.api_server.extra_volume.mount_path", Ordered, reconfigureDocs, volumeWhat, "control-plane-flags"),
	row("cluster.api_server.extra_volume.read_only", Ordered, reconfigureDocs, volumeWhat, "control-plane-flags"),
	{"cluster.kubeadm_patch", patchCases, patchDocs},
	row("cluster.kubeadm_patch.source", None, "", "Only the content of the file matters: see content."),
	{"cluster.kubeadm_patch.content", patchCases, patchDocs},
	row("cluster.audit.policy", Ordered, auditDocs, hostFileWhat, "control-plane-flags"),
	row("cluster.audit.log_dir", Ordered, auditDocs, "One API server at a time. Logs in the old directory stay there.",
		"control-plane-flags"),
	row("cluster.audit.max_age", Ordered, auditDocs, "One API server at a time.", "control-plane-flags"),
	row("cluster.audit.max_backups", Ordered, auditDocs, "One API server at a time.", "control-plane-flags"),
	row("cluster.audit.max_size", Ordered, auditDocs, "One API server at a time.", "control-plane-flags"),
	{"cluster.encryption_at_rest.provider", []Case{
		{"to or from a plugin", Ordered, []string{"save", "encryption-plugin"},
			"The plugin must run on every control plane before the first API server uses it, and until the last one has stopped " +
				"using it.",
			func(e *edit) bool { return e.before.Text == plan.KMS || e.after.Text == plan.KMS }},
		{"turned on", Ordered, []string{"save", "encryption"},
			"Every API server must be able to read with the new key before the first one writes with it. Then all affected " +
				"objects are written again.", func(e *edit) bool { return !e.had }},
		{"turned off", Ordered, []string{"save", "encryption"},
			"First, every API server writes unencrypted values. Then all encrypted objects are written again, and only then the " +
				"flag is removed. The key must stay until then.", func(e *edit) bool { return !e.has }},
		{"another provider", Ordered, []string{"save", "encryption"},
			"Every API server gets the new key in second place, then in first place. Then all affected objects are written " +
				"again, and the old key is removed.", nil},
	}, encryptionDocs},
	{"cluster.encryption_at_rest.resources", []Case{
		{"of a plugin", Ordered, []string{"save", "encryption-plugin"}, "One API server at a time. Then the objects of added and " +
			"removed resources are written again.",
			func(e *edit) bool { return e.new.text("cluster.encryption_at_rest.provider") == plan.KMS }},
		{"grows", Ordered, []string{"save", "encryption"},
			"One API server at a time. Then the objects of added resources are written again.",
			func(e *edit) bool { return holds(e.after.List, e.before.List) }},
		{"shrinks", Ordered, []string{"save", "encryption"},
			"Objects of removed resources are written again unencrypted before the key is no longer used for them.", nil},
	}, encryptionDocs},
	row("cluster.encryption_at_rest.endpoint", Ordered, encryptionDocs,
		"The plugin must answer at both sockets until every API server uses the new one.",
		"save", "encryption-plugin"),
	{"cluster.controller_manager.extra_args", []Case{
		{"cluster-cidr, node-cidr-mask-size, or allocate-node-cidrs", Refused, nil,
			"k8splan sets this flag from network.pod_subnets. A controller manager stops if a node's pod CIDR is outside of the " +
				"range. Change network.pod_subnets instead.", func(e *edit) bool {
				return slices.Contains([]string{"cluster-cidr", "node-cidr-mask-size", "allocate-node-cidrs"}, key(e.path))
			}},
		{"any other flag", Ordered, []string{"control-plane-flags"}, "One at a time, while another instance leads.", nil},
	}, "https://github.com/kubernetes/kubernetes/issues/50305"},
	row("cluster.scheduler.extra_args", Ordered, reconfigureDocs, "One at a time, while another instance leads.",
		"control-plane-flags"),
	row("cluster.scheduler.profile", Ordered, reconfigureDocs, "Schedulers read the file only at start, so they restart one at a "+
		"time. Running pods do not move. Pods that name a removed profile stay Pending.", "scheduler-profiles"),
	row("cluster.scheduler.profile.scoring_strategy", Ordered, reconfigureDocs, schedulerFile, "scheduler-profiles"),
	row("cluster.scheduler.profile.enable_plugins", Ordered, reconfigureDocs, schedulerFile, "scheduler-profiles"),
	row("cluster.scheduler.profile.disable_plugins", Ordered, reconfigureDocs, schedulerFile, "scheduler-profiles"),
	row("cluster.scheduler.profile.percentage_of_nodes_to_score", Ordered, reconfigureDocs, schedulerFile, "scheduler-profiles"),
	{"cluster.kubelet.max_pods", []Case{
		{"raised", Ordered, []string{"kubelet"}, "Each node's pod CIDR must have enough addresses.",
			func(e *edit) bool { return numeric(e.after) > numeric(e.before) }},
		{"lowered", Ordered, []string{"kubelet"},
			"Drain nodes that run more pods than this first: their kubelets reject the excess pods at restart.", nil},
	}, reconfigureDocs},
	row("cluster.kubelet.cgroup_driver", Refused, "https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/configure-cgroup-driver/",
		"The kubelet and the container runtime must change together, while no container of the node runs. Keep the driver, or build "+
			"a new cluster with the other one."),
	{"cluster.kubelet.fail_swap_on", []Case{
		{"off", Ordered, []string{"kubelet"}, "The kubelets restart, and start on hosts with swap.",
			func(e *edit) bool { return e.after.Text == "false" }},
		{"on", Ordered, []string{"kubelet"}, "Turn off swap on the hosts first: with true, the kubelet does not start on a host with " +
			"swap.", nil},
	}, reconfigureDocs},
	{"cluster.kubelet.server_tls_bootstrap", []Case{
		{"off", Ordered, []string{"kubelet"}, "Each kubelet serves with a certificate that it has signed itself, which clients cannot " +
			"verify.",
			func(e *edit) bool { return e.after.Text != "true" }},
		{"on", Ordered, []string{"kubelet"}, "Each kubelet requests a certificate, which must be approved. Until then, logs, exec, and " +
			"metrics of that node fail.", nil},
	}, "https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-certs/#kubelet-serving-certs"},
	{"cluster.kubelet.extra_args", []Case{
		{"a policy for processors or memory", Ordered, []string{"kubelet-policy"}, kubeletPolicy,
			func(e *edit) bool {
				return slices.Contains([]string{"cpu-manager-policy", "memory-manager-policy"}, key(e.path))
			}},
		{"any other flag", Ordered, []string{"kubelet"},
			"One node first: the kubelet does not start with a flag that its version does not know.", nil},
	}, "https://github.com/kubernetes/kubernetes/issues/110478"},

	{"cluster.kubelet.config", []Case{
		{"a policy for processors or memory", Ordered, []string{"kubelet-policy"}, kubeletPolicy,
			func(e *edit) bool {
				return slices.Contains([]string{"cpuManagerPolicy", "memoryManagerPolicy"}, key(e.path))
			}},
		{"any other field", Ordered, []string{"kubelet"},
			"The ConfigMap kubelet-config first, then one node at a time. A removed field gets the kubelet's default.", nil},
	}, reconfigureDocs},

	{"network.pod_subnets", []Case{
		{"a range that holds the old one, with flannel", Ordered, []string{"pod-range", "kube-proxy", "flannel"},
			"Controller managers, kube-proxy, and flannel get the wider range. Nodes keep their pod CIDRs.", func(e *edit) bool {
				return podsWider(e) && onFlannel(e)
			}},
		{"a range that holds the old one, with another pod network", Ordered, []string{"pod-range", "kube-proxy", "pod-network"},
			"Controller managers, kube-proxy, and the pod network get the wider range. Nodes keep their pod CIDRs.", podsWider},
		{"a second family", Refused, nil,
			"An existing node never gets a pod CIDR of a second family. Every node would have to join again, control planes too. " +
				"Build a new cluster with both families, or join the nodes again by hand, one by one.", familyAdded},
		{"one family is removed", Refused, nil,
			"Controller managers do not run while a node has pod CIDRs of both families. Build a new cluster.",
			familyRemoved},
		{"another or a narrower range", Refused, nil,
			"A node's pod CIDR cannot change, and the controller manager exits if one is outside of the range. Build a new " +
				"cluster and move the workload, or choose a wider range that contains the old one.", nil},
	}, rangeAllocator + "; https://github.com/kubernetes/kubernetes/issues/75461"},
	{"network.service_subnets", []Case{
		{"a second family behind the same first range", Ordered, []string{"service-range"},
			"All API servers get both ranges. Existing Services keep their one address.", familyAdded},
		{"another range", Refused, nil,
			"Every Service, the cluster's DNS, and the API server's certificate have addresses of the old range. If you only " +
				"need more addresses, create another ServiceCIDR object (Kubernetes 1.33 or newer). That needs no change here.",
			nil},
	}, serviceRange + "; https://github.com/kubernetes/website/issues/51807"},
	row("network.reserved_subnets", None, "", "Used for planning only."),
	row("network.node_subnets", None, "", "Used for planning only. Values that depend on it, such as the no-proxy list, are "+
		"reported separately."),
	row("network.dns_domain", Refused, "https://github.com/kubernetes/website/issues/31236",
		"The domain is in the API server's certificate, in the token issuer, and in the configuration of every running pod. Keep "+
			"it, or build a new cluster."),
	row("network.node_cidr_mask_size", Ordered, rangeAllocator,
		"Applies to nodes that join later. Existing nodes keep their pod CIDRs. Calico's block size cannot change.",
		"control-plane-flags"),
	row("network.node_cidr_mask_size_v6", Ordered, rangeAllocator,
		"Applies to nodes that join later. Existing nodes keep their pod CIDRs.", "control-plane-flags"),
	row("network.node_port_range", Ordered, reconfigureDocs, "Change firewalls and load balancers first. A Service with a port "+
		"outside of the new range keeps the port; Kubernetes only reports it.", "control-plane-flags"),
	{"network.mtu", mtuCases, mtuThread},
	row("network.cni", Refused, "https://kubernetes.io/docs/concepts/extend-kubernetes/compute-storage-net/network-plugins/",
		"Two pod networks on one node conflict over interfaces and routes. Build a new cluster with the other one, or follow "+
			"that plugin's migration guide node by node."),
	{"network.cni.version", []Case{
		{"flannel", Ordered, []string{"flannel"}, "flannel's pods restart node by node. The cluster's pods can reach each other " +
			"meanwhile.",
			onFlannel},
		{"a newer Calico", Ordered, []string{"calico"}, "The CustomResourceDefinitions first, then the operator, which restarts " +
			"Calico's pods node by node. The cluster's pods can reach each other meanwhile.",
			func(e *edit) bool { return onCalico(e) && !older(e) }},
		{"another pod network", Ordered, []string{"pod-network"},
			"Follow the plugin's own upgrade guide. Cilium upgrades one minor at a time, and Calico has no automatic downgrade.", nil},
	}, "https://docs.cilium.io/en/stable/operations/upgrade/; " +
		"https://docs.tigera.io/calico/latest/operations/upgrading/kubernetes-upgrade"},
	{"network.cni.encapsulation", []Case{
		{"flannel", Refused, nil, "flannel's backend must not change while it runs: nodes with different backends cannot reach " +
			"each other. Keep it, or build a new cluster.", func(e *edit) bool { return e.new.text("network.cni") == plan.Flannel }},
		{"calico, to or from wireguard over VXLAN", Ordered, []string{"calico", "new-pods"}, "During the change, nodes use " +
			"WireGuard with each other where both have it, and VXLAN otherwise. Only pods that start later get the lower MTU " +
			"that WireGuard needs.",
			func(e *edit) bool {
				return onCalico(e) && slices.Contains([]string{e.before.Text, e.after.Text}, plan.WireGuard) &&
					slices.Contains([]string{e.before.Text, e.after.Text}, plan.VXLAN)
			}},
		{"calico, cilium", Ordered, []string{"pod-network"}, "During the change, traffic between changed and unchanged nodes is " +
			"lost. Plan a maintenance window.", nil},
	}, flannelBackends + "; https://github.com/flannel-io/flannel/issues/771"},
	{"network.cni.mtu", mtuCases, mtuThread},
	row("network.cni.interface", Ordered, "https://github.com/flannel-io/flannel/issues/712",
		"During the change, nodes on different interfaces cannot reach each other.", "pod-network"),
	row("network.cni.kube_proxy_replacement", Ordered, "https://github.com/cilium/cilium/issues/16139",
		"Node by node. kube-proxy's rules are removed from each node, which breaks its connections.", "pod-network"),
	{"network.cni.vxlan_port", []Case{
		{"flannel", Refused, nil, "flannel's backend must not change while it runs: nodes with different ports cannot reach each " +
			"other. Keep the port, or build a new cluster.", func(e *edit) bool { return e.new.text("network.cni") == plan.Flannel }},
		{"cilium", Ordered, []string{"pod-network"}, "During the change, traffic between changed and unchanged nodes is lost. " +
			"Plan a maintenance window, and open the port in firewalls first.", nil},
	}, flannelBackends + "; https://docs.cilium.io/en/stable/network/concepts/routing/#encapsulation"},
	row("network.cni.bgp_as", Ordered, calicoBGP, "Every BGP session restarts. Configure the number on the routers "+
		"first.", "pod-network"),
	row("network.cni.bgp_peers", Ordered, calicoBGP, "Configure the nodes as peers on the routers first. When a session ends, "+
		"the routes to that node's pods are withdrawn.", "pod-network"),
	row("network.cni.failure_domain", Ordered, calicoBGP, "See network.cni.bgp_peers.", "pod-network"),
	row("network.cni.failure_domain.bgp_peers", Ordered, calicoBGP, "See network.cni.bgp_peers.", "pod-network"),
	row("network.cni.plugin", Refused, "https://kubernetes.io/docs/concepts/extend-kubernetes/compute-storage-net/network-plugins/",
		"Another plugin is another pod network: see network.cni. Keep the plugin, or build a new cluster."),
	row("network.cni.images", None, "", "Used only for lists of images and for mirrors. The manifests decide what runs."),
	row("network.cni.manifest", Ordered, addonSource, "The manifest is applied again. How nodes take the change depends on the "+
		"plugin: read its documentation.", "pod-network", "addons"),
	row("network.cni.manifest.checksum", Ordered, addonSource, "The content at the URL changed. Read the plugin's documentation.",
		"pod-network", "addons"),
	{"network.dns.upstream", []Case{
		{"removed", Refused, nil, "Removing the argument does not change CoreDNS, which would still use these servers. Write the " +
			"name servers that the nodes use instead.", func(e *edit) bool { return !e.has }},
		{"any other change", InPlace, []string{"addons"}, "CoreDNS reloads its file within two minutes, without a restart.", nil},
	}, "https://coredns.io/plugins/reload/"},
	{"network.dns.node_local_cache", []Case{
		{"on", Ordered, []string{"node-cache", "kubelet"}, "The caches first, then the kubelets. A pod uses the cache after its " +
			"next restart.", func(e *edit) bool { return e.after.Text == "true" }},
		{"off", Ordered, []string{"kubelet", "new-pods"}, "The kubelets first. Running pods use the cache until they restart. " +
			"Then delete the DaemonSet node-local-dns in the namespace kube-system by hand.", nil},
	}, "https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/"},
	{"network.dns.replicas", []Case{
		{"removed", Refused, nil, "Removing the argument does not change the number of pods. Write replicas = 2, which is " +
			"kubeadm's default.",
			func(e *edit) bool { return !e.has }},
		{"any other change", InPlace, []string{"addons"}, "Pods are added or removed. The others do not restart.", nil},
	}, "https://kubernetes.io/docs/tasks/administer-cluster/dns-horizontal-autoscaling/"},
	{"network.kube_proxy.mode", []Case{
		{"between iptables and ipvs", Ordered, []string{"kube-proxy-mode", "boot"},
			"Neither mode removes the rules of the other, so each node is drained and rebooted after the change.",
			func(e *edit) bool { return between(e, "iptables", "ipvs") }},
		{"with kube_proxy_replacement", None, nil, "See network.cni.kube_proxy_replacement.", func(e *edit) bool {
			const replaced = "network.cni.kube_proxy_replacement"
			return (e.before.Text == "none" || e.after.Text == "none") && e.old.text(replaced) != e.new.text(replaced)
		}},
		{"to or from none", Refused, nil, "Services would not work during the change. Change kube_proxy_replacement in the block " +
			"cni instead, which also adds or removes kube-proxy.",
			func(e *edit) bool { return e.before.Text == "none" || e.after.Text == "none" }},
		{"to or from nftables, with flannel", Ordered, []string{"kube-proxy", "flannel"}, nftables + flannelFollows, onFlannel},
		{"to or from nftables, with calico", Ordered, []string{"kube-proxy", "calico"}, nftables + calicoFollows, onCalico},
		{"to or from nftables", Ordered, []string{"kube-proxy"}, nftables, nil},
	}, "https://kubernetes.io/docs/reference/networking/virtual-ips/#proxy-modes; " +
		"https://github.com/kubernetes/kubernetes/issues/109286"},
	row("network.kube_proxy.strict_arp", Ordered, "https://metallb.universe.tf/installation/", "kube-proxy restarts node by node.",
		"kube-proxy"),
	row("network.kube_proxy.config", Ordered, reconfigureDocs,
		"kube-proxy restarts node by node. A removed field gets kube-proxy's default.", "kube-proxy"),
	row("network.http_proxy.http", Ordered, "https://github.com/kubernetes/kubeadm/issues/2114", proxyWhat, "proxy"),
	row("network.http_proxy.https", Ordered, "https://github.com/kubernetes/kubeadm/issues/2114", proxyWhat, "proxy"),
	row("network.http_proxy.no_proxy", Ordered, "https://github.com/kubermatic/kubeone/issues/3310",
		"Hosts must be in the list before they join. Otherwise the API server connects to their webhooks and pods through the "+
			"proxy.",
		"proxy"),
	row("network.http_proxy.credentials_file", Ordered, "https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html",
		"Hosts do not use the path. Every run of site.yml writes the content of the file to the hosts. Where it changed, "+
			"container runtimes restart one by one.", "proxy"),

	row("container_runtime", Ordered,
		"https://kubernetes.io/docs/tasks/administer-cluster/migrating-from-dockershim/change-runtime-containerd/",
		"Node by node, each drained. The new runtime pulls the images of static pods before the old one stops. Then all "+
			"containers of the node stop, etcd and the API server included, and start in the new runtime. Images and containers "+
			"of other programs stay in the old runtime's directory.", "runtime-kind"),
	{"container_runtime.version", []Case{
		{"of another runtime", Ordered, []string{"runtime-kind"}, "Changes with the runtime.", otherRuntime},
		{"another patch release", Ordered, []string{"runtime-patch"}, "Pods keep running while the runtime of their node restarts.",
			func(e *edit) bool { return e.had && e.has && minors(e) == 0 }},
		{"down", Ordered, []string{"runtime"},
			"An older runtime may not be able to read the state of the newer one. Each node is drained, and all sandboxes are " +
				"removed before the installation.", older},
		{"up", Ordered, []string{"runtime"}, "containerd upgrades one minor at a time, and from 1.7 first to 2.0 or 2.1.", nil},
	}, "https://github.com/containerd/containerd/issues/12727"},
	row("container_runtime.credentials_file", InPlace, registrySource,
		"Nodes do not use the path. Every run of site.yml writes the content of the file to the nodes, one node first. Where it "+
			"changed, containerd restarts.", "registry"),
	row("container_runtime.registry", InPlace, registrySource, registryWhat, "registry"),
	row("container_runtime.registry.mirrors", InPlace, registrySource, registryWhat, "registry"),
	row("container_runtime.registry.plain_http", InPlace, registrySource, registryWhat, "registry"),
	row("container_runtime.registry.skip_verify", InPlace, registrySource, registryWhat, "registry"),
	row("container_runtime.registry.ca_file", InPlace, registrySource, registryWhat, "registry"),

	{"etcd.topology", []Case{
		{"to or from an etcd that others run", Refused, nil, "The API servers would find an empty etcd, or that of another " +
			"cluster. To move the data, take a snapshot and restore it into a new cluster.",
			func(e *edit) bool { return e.old.foreign() != e.new.foreign() }},
		{"stacked members get hosts of their own", Ordered, []string{"move-etcd"},
			"Member by member, with the same certificate authority. New members join as learners and are promoted. Then one API " +
				"server at a time changes to them, and the members on the control planes leave. etcd stays one cluster, and " +
				"writes continue. With a single control plane, the API is unavailable for about a minute while its API server " +
				"restarts.",
			func(e *edit) bool { return e.new.external() }},
		{"external members move to the control planes", Ordered, []string{"move-etcd"},
			"Member by member, with the same certificate authority. One member at a time joins on a control plane. Then one API " +
				"server at a time changes to its local member, and the old members leave. etcd stays one cluster, and writes " +
				"continue. With a single control plane, the API is unavailable for about a minute while its API server restarts.", nil},
	}, "https://github.com/kubernetes/kubeadm/issues/3106; https://github.com/kubernetes/website/issues/38714; " + etcdRuntime},
	{"etcd.version", []Case{
		{"while etcd moves, within one minor", Ordered, []string{"move-etcd"}, "Members that join get the new version.",
			func(e *edit) bool { return e.old.external() != e.new.external() && minors(e) == 0 }},
		{"while etcd moves, another minor", Refused, nil, "Another minor is an upgrade, which has its own order. Move etcd " +
			"within its minor first, and upgrade it afterwards.", func(e *edit) bool { return e.old.external() != e.new.external() }},
		{"stacked members", Ordered, []string{"save", "upgrade"}, "kubeadm upgrades stacked members together with the control " +
			"planes.",
			func(e *edit) bool { return e.new.text("etcd.topology") != "external" && (!older(e) || minors(e) == 0) }},
		{"one minor up, or patches", Ordered, []string{"save", "upgrade-etcd"},
			"Member by member. Before a new minor, every member must run a patch release that supports it: 3.5.26 before 3.6, " +
				"3.6.11 before 3.7.",
			func(e *edit) bool { return !older(e) && minors(e) <= 1 }},
		{"several minors up", Refused, nil, "etcd upgrades one minor at a time. Write the newest patch release of the next " +
			"minor, apply that, and continue with the following minor.", func(e *edit) bool { return !older(e) }},
		{"patches down", Ordered, []string{"save", "upgrade-etcd"}, "Member by member, within one minor.",
			func(e *edit) bool { return minors(e) == 0 }},
		{"a minor down", Refused, nil,
			"Only etcd's own downgrade procedure can do this, and only by one minor. Keep the version, or restore a snapshot " +
				"into members of the old version.", nil},
	}, "https://etcd.io/docs/v3.7/upgrades/upgrade_3_7/"},
	row("etcd.data_dir", Ordered, "https://etcd.io/docs/v3.6/op-guide/maintenance/", "Member by member: stop it, move the whole "+
		"directory, and start it. A member that starts with an empty directory creates a separate cluster.", "save", "etcd-data"),
	{"etcd.quota", []Case{
		{"lowered", Ordered, []string{"etcd-settings"}, "If the database is larger than the new quota, etcd accepts no more " +
			"writes. Compact and defragment first.", func(e *edit) bool { return bytesOf(e.after.Text) < bytesOf(e.before.Text) }},
		{"raised", Ordered, []string{"etcd-settings"}, "Member by member. An active alarm is disarmed afterwards. A larger quota " +
			"needs more memory.",
			nil},
	}, "https://etcd.io/docs/v3.6/dev-guide/limit/#storage-size-limit"},
	row("etcd.heartbeat_interval", Ordered, etcdTuning, "All members must have the same value. Raise it after the election "+
		"timeout, or lower it before that.", "etcd-settings"),
	row("etcd.election_timeout", Ordered, etcdTuning, "All members must have the same value. Raise it before the heartbeat "+
		"interval, or lower it after that.",
		"etcd-settings"),
	{"etcd.extra_args", []Case{
		{"initial-…", None, nil, "Nothing changes: a member with data ignores the flag.", func(e *edit) bool {
			return strings.HasPrefix(key(e.path),
				"initial-")
		}},
		{"any other flag", Ordered, []string{"etcd-settings"},
			"Member by member. The run stops at the first member that does not start again. etcd does not start with a flag that " +
				"its version does not know.", nil},
	}, "https://etcd.io/docs/v3.6/op-guide/configuration/"},
	{"etcd.external_endpoints", []Case{
		{"members of the same etcd", Ordered, []string{"etcd-endpoints"}, "One API server at a time. k8splan cannot check that " +
			"the new endpoints belong to the same etcd: ask its operators.", func(e *edit) bool {
			return slices.ContainsFunc(e.after.List, func(u string) bool { return slices.Contains(e.before.List, u) })
		}},
		{"another etcd", Refused, nil,
			"The API servers would find an empty etcd, or that of another cluster. If members of the same etcd change, keep one " +
				"of the old endpoints. To move the data, take a snapshot and restore it into a new cluster.", nil},
	}, etcdRuntime},
	row("etcd.ca_file", Ordered, localFileDocs, "site.yml copies the file. API servers read a certificate authority only at "+
		"start, so restart them one at a time afterwards. Until then, the file must contain the old and the new "+
		"authority.", "local-files"),
	row("etcd.cert_file", InPlace, localFileDocs, localFileWhat, "local-files"),
	row("etcd.key_file", InPlace, localFileDocs, localFileWhat, "local-files"),

	{"load_balancer", []Case{
		{"to a proxy on every node", Ordered, []string{"certificate", "local-balancer", "balancer", "drop-names"},
			"The proxies start first. Then the endpoint's name resolves to the local proxy on each node. " + hostsOfPods,
			func(e *edit) bool { return e.after.Text == plan.LocalBalancer }},
		{"from a proxy on every node", Ordered, []string{"certificate", "new-balancer", "local-balancer", "drop-names"},
			"The new load balancer is set up first. Then the endpoint's name resolves to it, and the proxies are removed " +
				"last. " + hostsOfPods,
			func(e *edit) bool { return e.before.Text == plan.LocalBalancer }},
		{"added", Ordered, []string{"new-balancer"}, "The load balancer is set up next to the current endpoint. " +
			"Clients " +
			"move to it when control_plane_endpoint " +
			"changes.", func(e *edit) bool { return e.before.Text == plan.NoBalancer || !e.had }},
		{"removed", Ordered, []string{"balancer"}, "Clients move away first: change control_plane_endpoint.",
			func(e *edit) bool { return e.after.Text == plan.NoBalancer || !e.has }},
		{"another kind, with the same virtual IP", Ordered, []string{"take-balancer"},
			"Only one load balancer may hold the virtual IP. The new one is configured but not started, the old one stops, and " +
				"the new one starts. The endpoint is unavailable for a few seconds; API servers still answer at their own " +
				"addresses.", sameVirtualIP},
		{"another kind", Ordered, []string{"certificate", "new-balancer", "endpoint", "balancer", "drop-names"},
			"The new load balancer is set up, clients move to it, and the old one is removed.", nil},
	}, kubeVIPThreads},
	{"load_balancer.virtual_ip", []Case{
		{"of kube-vip", Ordered, []string{"certificate", "kube-vip-address", "endpoint", "kube-vip-hand", "drop-names"},
			"kube-vip holds only one address. A second kube-vip holds the new address until clients have moved, and then hands " +
				"it over to the first. The address is unavailable for some seconds. With BGP, two cannot run on one host, so the " +
				"change is made by hand.", keptKubeVIP},
		{"of haproxy, or of another kind than " +
			"before", Ordered, []string{"certificate", "new-balancer", "endpoint", "balancer", "drop-names"},
			"The new address is added, clients move to it, and the old one is removed.", nil},
	}, "https://github.com/acassen/keepalived/issues/183; " + kubeVIPThreads},
	row("load_balancer.port", Ordered, kubeVIPThreads,
		"The new port is opened, clients move to it, and the old one is closed.",
		"new-balancer", "endpoint", "balancer"),
	{"load_balancer.interface", []Case{
		{"of kube-vip", Ordered, []string{"balancer"}, "One control plane at a time, the holder of the virtual IP last.", keptKubeVIP},
		{"of haproxy", Ordered, []string{"balancer-peers"}, "One load balancer at a time, the holder of the virtual IP last.", nil},
	}, kubeVIPThreads},
	row("load_balancer.virtual_router_id", Ordered, "https://github.com/acassen/keepalived/issues/1528", "If load balancers have "+
		"different IDs, two of them hold the virtual IP. So the others stop, the holder changes its ID, and they start again "+
		"with the new ID.",
		"balancer"),
	row("load_balancer.mode", Ordered, kubeVIPThreads, "One control plane at a time, the leader last. For bgp, configure the "+
		"peers on the routers first.", "balancer"),
	row("load_balancer.bgp_as", Ordered, kubeVIPThreads, "Configure the number on the routers first. Then one control plane at a "+
		"time.", "balancer"),
	row("load_balancer.bgp_peers", Ordered, kubeVIPThreads, "Configure the peers on the routers first. Then one control plane at "+
		"a time.",
		"balancer"),
	row("load_balancer.version", Ordered, kubeVIPThreads, "One control plane at a time, the leader last. Read kube-vip's release "+
		"notes.",
		"balancer"),

	row("ssh.user", None, "", sshWhat), row("ssh.port", None, "", sshWhat), row("ssh.private_key_file", None, "", sshWhat),
	row("ssh.jump_host", None, "",
		sshWhat+" A new jump host may reach another network with the same addresses: compare the machine IDs."),

	row("time.servers", InPlace, "https://chrony-project.org/doc/4.6/chrony.conf.html",
		"site.yml writes the file and restarts the time service. If you remove the block, the file stays: delete it by hand.", "time"),
	{"hosts.selinux", []Case{
		{"enforcing, where SELinux is permissive", Ordered, []string{"enforce"},
			"Running pods and their files have no SELinux labels. For each node: remove it, run `setenforce 1`, set " +
				"SELINUX=enforcing in /etc/selinux/config, reboot with /.autorelabel, and join it again. site.yml does not " +
				"start until every node enforces.",
			func(e *edit) bool { return e.after.Text == plan.Enforcing }},
		{"permissive", Ordered, []string{"runtime-patch"}, "SELinux becomes permissive on the hosts, and container runtimes restart " +
			"one by one.", nil},
	}, "https://docs.redhat.com/en/documentation/red_hat_enterprise_linux/9/html/using_selinux/" +
		"changing-selinux-states-and-modes_using-selinux"},
	{"hosts.firewall", []Case{
		{"managed", InPlace, []string{"firewall"}, firewallWhat + " Ports that the design does not need are closed: list further " +
			"ones in open_ports.", func(e *edit) bool { return e.has }},
		{"no longer managed", InPlace, []string{"firewall"}, "site.yml removes the rules of k8splan and leaves all others.", nil},
	}, nftWiki},
	row("hosts.admin_cidrs", InPlace, nftWiki, firewallWhat+" They must include the computer that runs Ansible.", "firewall"),
	row("hosts.open_ports", InPlace, nftWiki, firewallWhat, "firewall"),
	row("artifacts.source", Ordered, "https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/upgrading-linux-nodes/",
		"Nodes that have joined keep their programs and units, next to those of the new source. To change them, remove the node, delete "+
			"the old programs and units, and join it again.", "reinstall"),
	row("artifacts.mirror_url", None, "", "Used for the next download. Installed files stay."),
	{"artifacts.image_repository", []Case{
		{"flannel", Ordered, imagesBy("flannel"), imagesWhat, onFlannel},
		{"calico", Ordered, imagesBy("calico"), imagesWhat, onCalico},
		{"another pod network", Ordered, imagesBy("pod-network"), imagesWhat, nil},
	}, reconfigureDocs},
	row("artifacts.images.dns", Ordered, reconfigureDocs, "The image must already be in the repository. kubeadm's record changes, and the "+
		"pods of cluster DNS are replaced one by one.", "control-plane-flags", "kubeadm-addons"),
	row("artifacts.images.etcd", Ordered, reconfigureDocs, "The image must already be in the repository. Members restart with "+
		"the new image name, one by one.",
		"control-plane-flags", "etcd-settings"),
	row("artifacts.checksums", None, "", "Used for the next download."),

	{"addon", []Case{
		{"added", InPlace, []string{"addons"}, "The addon is applied, after the addons in its `after` list.",
			func(e *edit) bool { return !e.had }},
		{"removed", Ordered, []string{"remove-addon"},
			"site.yml never deletes objects. reconfigure.yml deletes the addon's objects, and CRDs only when none of their " +
				"objects is left. It stops if a volume uses the addon's storage class.", func(e *edit) bool {
				return !e.has
			}},
	}, "https://kubernetes.io/docs/reference/using-api/server-side-apply/"},
	row("addon.version", Ordered, addonSource, addonWhat, "addons"), row("addon.settings", Ordered, addonSource, addonWhat, "addons"),
	row("addon.images", None, "", "Used only for lists of images and for mirrors. The manifests decide what runs."),
	row("addon.after", None, "", "Decides only the order in which addons are applied."),
	row("addon.chart", Ordered, helmTemplate, "Another chart has other objects. The old ones stay: delete them by hand, or "+
		"remove the addon first.", "addons"),
	row("addon.chart.repository", Ordered, helmTemplate, chartWhat, "addons"),
	row("addon.chart.version", Ordered, helmTemplate, "Read the chart's upgrade notes. Objects that it no longer has stay in the "+
		"cluster. A Job with immutable fields must be deleted first. "+chartWhat, "addons"),
	row("addon.chart.digest", Ordered, helmTemplate, "The archive of this version changed. "+chartWhat, "addons"),
	row("addon.chart.namespace", Ordered, helmTemplate, "Everything is created in the new namespace. Objects in the old one "+
		"stay: delete them by hand.", "addons"),
	row("addon.chart.values_file", Ordered, helmTemplate, chartWhat, "addons"),
	{"addon.pool", poolCases, metallbUsage},
	{"addon.pool.addresses", []Case{
		{"grows", InPlace, []string{"addons"}, "Services that are waiting for an address get one.", func(e *edit) bool {
			return e.has && e.had && holds(e.after.List, e.before.List)
		}},
		{"changes otherwise", Ordered, []string{"addons"}, poolWhat, nil},
	}, metallbUsage},
	row("addon.pool.announce", Ordered, metallbUsage, "During the change, its addresses are not announced.", "addons"),
	row("addon.manifest", Ordered, addonSource, addonWhat, "addons"),
	row("addon.manifest.checksum", Ordered, addonSource, "The content at the URL changed. "+addonWhat, "addons"),

	{"cloud_provider", []Case{
		{"added", Refused, nil,
			"Kubelets register as cloud nodes only when they join. So every node would have to join again, one by one, once the " +
				"cloud controller manager runs. Build a new cluster with it, or join the nodes again by hand.", func(e *edit) bool {
				return !e.had
			}},
		{"changed or removed", Refused, nil,
			"A node's provider ID cannot change, and volumes and load balancers of the old cloud would be lost. Build a new " +
				"cluster.", nil},
	}, "https://github.com/kubernetes/kubernetes/issues/71794"},
	row("cloud_provider.version", Ordered, addonSource, "Its minor must match that of the cluster. "+addonWhat, "addons"),
	row("cloud_provider.settings", Ordered, addonSource, "With wrong settings, it deletes nodes whose machines it does "+
		"not find. "+addonWhat,
		"addons"),
	row("cloud_provider.images", None, "", "Used only for lists of images and for mirrors. The manifests decide what runs."),
	row("cloud_provider.manifest", Ordered, addonSource, addonWhat, "addons"),
	row("cloud_provider.manifest.checksum", Ordered, addonSource, addonWhat, "addons"),

	{"scheduler", []Case{
		{"added", InPlace, []string{"addons"}, "A Deployment starts in addition to kubeadm's " +
			"scheduler.", func(e *edit) bool { return !e.had }},
		{"removed", Ordered, []string{"remove-addon"}, "Pods that name this scheduler would stay Pending. First make sure that " +
			"there are none.", nil},
	}, schedulerSource},
	row("scheduler.image", Ordered, schedulerSource, "The Deployment rolls out, while another replica leads.", "addons"),
	row("scheduler.replicas", InPlace, schedulerSource, "The Deployment is scaled.", "addons"),
	row("scheduler.scoring_strategy", Ordered, schedulerSource, schedulerFile, "addons"), row("scheduler.enable_plugins", Ordered,
		schedulerSource, schedulerFile, "addons"),
	row("scheduler.disable_plugins", Ordered, schedulerSource, schedulerFile, "addons"), row("scheduler.percentage_of_nodes_to_score",
		Ordered, schedulerSource, schedulerFile, "addons"),

	{"node", []Case{
		{"a worker joins", InPlace, []string{"join-worker"}, "Only the new host changes. The others get its name in their hosts " +
			"files.", nil},
		{"a control plane joins", Ordered, []string{"join-control-plane"},
			"One at a time. With stacked etcd, its member joins as a learner and is promoted. The load balancer uses the new " +
				"host only after that.",
			nil},
		{"a member of etcd joins", Ordered, []string{"save", "join-member", "etcd-endpoints"},
			"One at a time. Each joins as a learner with initial-cluster-state existing, and is promoted when it is in sync. " +
				"With the state of a new cluster, it would create a second cluster that looks healthy.", nil},
		{"a load balancer joins", Ordered, []string{"join-balancer", "balancer-peers"}, "The other load balancers are " +
			"reconfigured one by one.", nil},
		{"a worker leaves", Ordered, []string{"remove-worker"}, "The node is drained, deleted, and reset. Local volumes " +
			"are lost.", nil},
		{"a control plane leaves", Ordered, []string{"save", "remove-control-plane"}, "The host leaves the load balancer, is " +
			"drained, and its API server stops. With stacked etcd, its member is then removed by ID while the others have a " +
			"quorum. Finally the host is reset.", nil},
		{"a member of etcd leaves", Ordered, []string{"save", "etcd-endpoints", "remove-member"},
			"The API servers stop using it first. Then it is removed by ID while the others have a quorum, and stopped.", nil},
		{"a load balancer leaves", Ordered, []string{"balancer-peers", "remove-balancer"},
			"A virtual IP moves to another load balancer first. The others are reconfigured without this one, and it stops.", nil},
		{"renamed", Ordered, []string{"node-again"}, "A node's name is in its certificate, so the node is drained, removed, and " +
			"joined again with the new name. Control planes and etcd members leave and join too.", nil},
	}, "https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/high-availability/; " + etcdRuntime},
	row("node.for_each", None, "", "Only the resulting machines matter. They are compared by name, and the keys are their names."),
	{"node.roles", []Case{
		{"a worker becomes a control plane", Ordered, []string{"remove-worker", "join-control-plane"},
			"A role cannot change in place. The node is drained, reset, and joined again.", nil},
		{"a control plane becomes a worker", Ordered, []string{"save", "remove-control-plane", "join-worker"},
			"The node leaves as a control plane, its keys are deleted, and it joins as a worker.", nil},
		{"a control plane runs ordinary pods, or no longer does", InPlace, []string{"labels"},
			"The node's taint is added or removed. Pods that must leave are drained first.", nil},
		{"a role is added", Ordered, []string{"join-member", "join-balancer", "join-worker"},
			"The host joins with the new role and keeps the roles that it has.", nil},
		{"a role is removed", Ordered, []string{"remove-worker", "remove-member", "remove-balancer"},
			"The host leaves with all its roles, is reset, and joins again with those of the design.", nil},
	}, "https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/"},
	{"node.address", []Case{
		{"a worker", Ordered, []string{"node-again"}, "The node is drained and joins again with the new address: by hand, or in " +
			"two edits, one that removes it and one that adds it. The other hosts update its name.", nil},
		{"a control plane", Ordered, []string{"save", "remove-control-plane", "join-control-plane"},
			"Certificates, manifests, and etcd's peer address contain the old address. So the host leaves and joins again.", nil},
		{"the only control plane", Refused, nil, "Certificates, manifests, kubeconfigs, and etcd contain the old address. Back " +
			"up etcd, and restore it on a host with the new address and an endpoint that is a name.", nil},
		{"a member of external etcd", Ordered, []string{"save", "etcd-address", "etcd-endpoints"}, "The member gets " +
			"certificates with both addresses, then etcd gets its new peer address, and it restarts. Without that update, the member " +
			"looks healthy but cannot join after the next restart of the majority.", nil},
		{"a load balancer", Ordered, []string{"certificate", "balancer", "drop-names"},
			"Give the machine the new address next to the old one first. One load balancer at a time. The API servers' certificates " +
				"contain its address.", nil},
	}, "https://github.com/kubernetes/kubeadm/issues/338; " + etcdRuntime},
	{"node.secondary_address", []Case{
		{"a host with a kubelet", Ordered, []string{"node-kubelet"}, "The kubelet restarts with another --node-ip. An existing node " +
			"never gets a pod CIDR of a second family.", runsPods},
		{"any other host", Ordered, []string{"firewall"}, "Certificates of a member and rules of firewalls name the address.", nil},
	}, nodeStatus},
	row("node.ssh_address", None, "", sshWhat),
	{"node.public_address", []Case{
		{"a control plane", Ordered, []string{"certificate"}, "The API server's certificate contains this address.",
			func(e *edit) bool { return e.role(plan.ControlPlane) }},
		{"any other host", None, nil, noHost, nil},
	}, "https://github.com/kubernetes/kubeadm/issues/1447"},
	row("node.mac", Ordered, "", "Configure it in the network that boots the machine first. The node's address must stay the "+
		"same.", "machine"),
	{"node.failure_domain", []Case{
		{"of a machine in a cloud", Refused, nil, "The tool would replace the machine with one in the other zone, and disks stay in " +
			"the old one. Add a machine in that zone under another name, and then remove this one.",
			func(e *edit) bool { return e.new.zones && e.had && e.has }},
		{"added or removed in a cloud", Ordered, []string{"machines", "node-kubelet"}, "If the machine is in another zone, the tool " +
			"would replace it: check its plan first.", func(e *edit) bool { return e.new.zones }},
		{"a host with a kubelet", Ordered, []string{"node-kubelet"},
			"The kubelet sets its zone label from a flag at every start. Volumes stay bound to the old zone, so pods that use " +
				"one cannot start again. The argument records where the machine is; it does not move it.", runsPods},
		{"any other host", None, nil, "Used for planning only.", nil},
	}, nodeStatus},
	row("node.host", None, "", "Records where the machine is; it does not move it. To move a machine, it must be shut down."),
	row("node.power", None, "", "Records what the machine depends on. Nothing changes on the machine."),
	row("node.bootstrap", None, "https://kubernetes.io/docs/reference/setup-tools/kubeadm/kubeadm-init/",
		"Names the host that initialized the cluster. It has no effect on a running cluster."),
	row("node.arch", Ordered, "", otherSystem, "node-anew"),
	{"node.os", []Case{
		{"added or removed, where a tool creates the machines", Ordered, []string{"machines"}, "If the machine has another system, the " +
			"tool would replace it: check its plan first.",
			func(e *edit) bool { return (!e.had || !e.has) && e.new.page.Make != "" }},
		{"added or removed", None, nil, "Used for planning only, if the machine already has this system.",
			func(e *edit) bool { return !e.had || !e.has }},
		{"another system", Ordered, []string{"node-anew"}, otherSystem, nil},
	}, ""},
	{"node.cpus", machineCases, drainDocs}, {"node.memory", machineCases, drainDocs},
	{"node.disk", []Case{
		{"larger, of a node", Ordered, []string{"machine"}, largerDisk, func(e *edit) bool { return larger(e) && runsPods(e) }},
		{"larger, of another host", Ordered, []string{"machine-beside"}, largerDisk, larger},
		{"added or removed", None, nil, "Used for planning only, if the machine already has this size.",
			func(e *edit) bool { return !e.had || !e.has }},
		{"smaller, of a node", Ordered, []string{"node-anew"}, "A disk cannot shrink: a new machine replaces the old one.", runsPods},
		{"smaller, of another host", Ordered, []string{"machine-beside"}, "A disk cannot shrink: a new machine replaces " +
			"the old one.", nil},
	}, drainDocs},
	{"node.interface", []Case{
		{"a host with a kubelet", Ordered, []string{"node-kubelet", "pod-network", "balancer"}, "Change the host's own network first. " +
			"Then the pod network, keepalived, and kube-vip follow.", runsPods},
		{"a load balancer", Ordered, []string{"balancer"}, "Change the host's own network first. Then keepalived follows.",
			func(e *edit) bool { return e.role(plan.Balancer) }},
		{"any other host", None, nil, noHost, nil},
	}, "https://github.com/flannel-io/flannel/issues/712"},
	{"node.labels", []Case{
		{"zone, region or instance type", Ordered, []string{"node-kubelet"}, "The label is a flag of the kubelet, which sets it at " +
			"each start. Volumes are bound to the old zone: pods that use one cannot start again.", func(e *edit) bool {
			return slices.Contains([]string{"topology.kubernetes.io/zone", "topology.kubernetes.io/region",
				"node.kubernetes.io/instance-type"}, key(e.path))
		}},
		{"any other label", InPlace, []string{"labels"}, "Set through the API: --node-labels only matters when a node registers. " +
			"Running pods " +
			"stay, but pods of DaemonSets with a nodeSelector leave.", nil},
	}, nodeStatus},
	row("node.annotations", InPlace, nodeStatus, "Set through the API.", "labels"),
	{"node.kubelet_extra_args", []Case{
		{"a policy for processors or memory", Ordered, []string{"node-kubelet-policy"}, kubeletPolicy,
			func(e *edit) bool {
				return slices.Contains([]string{"cpu-manager-policy", "memory-manager-policy"}, key(e.path))
			}},
		{"any other flag", Ordered, []string{"node-kubelet"},
			"kubeadm-flags.env changes on that host, and its kubelet restarts. kubeadm never rewrites that file.", nil},
	}, "https://github.com/kubernetes/kubeadm/issues/1927"},
	row("node.instance_type", Ordered, nodeStatus, "The tool that creates the machine stops or replaces it: read the "+
		"tool's plan.", "machine"),
	row("node.etcd_name", Refused, "https://etcd.io/docs/v3.6/op-guide/clustering/",
		"A member's name is in its data and in the configuration of all others. Keep it. A replacement member may have another "+
			"name."),
	row("node.groups", None, "", "Groups of the Ansible inventory. No host uses them."),
	row("node.ssh.user", None, "", sshWhat), row("node.ssh.port", None, "", sshWhat),
	row("node.ssh.private_key_file", None, "", sshWhat), row("node.ssh.connection", None, "", sshWhat),
	{"node.taint", []Case{
		{"NoExecute is added", Ordered, []string{"taint"}, "NoExecute evicts pods at once and ignores PodDisruptionBudgets. So " +
			"the node is drained first, and then gets the taint.",
			func(e *edit) bool { return e.has && strings.HasSuffix(key(e.path), ":NoExecute") }},
		{"any other change", InPlace, []string{"labels"}, "Set through the API: the kubelet's taints only matter when a node " +
			"registers.", nil},
	}, "https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/"},
	row("node.taint.key", InPlace, "", "See node.taint.", "labels"), row("node.taint.value", InPlace, "", "See node.taint.", "labels"),
	row("node.taint.effect", InPlace, "", "See node.taint.", "labels"),

	row("node_pool", None, "", "Only the pool's machines matter. They are compared by name, like those of node blocks."),
	row("node_pool.for_each", None, "", "Only the machines of the resulting pools matter."),
	row("node_pool.count", None, "", "Machines at the end of the pool join or leave. A smaller count removes the last machines, "+
		"even if others are idle."),
	{"node_pool.first_address", []Case{
		{"its machines keep their names", Refused, nil,
			"Every machine of the pool would get another address at once. Add a new pool, join its machines, and remove the old " +
				"pool.", nil},
	}, ""},
	row("node_pool.names", None, "", "Machines are compared by name: a new name joins, and a missing one leaves. For a renamed "+
		"machine, write a moved block."),
	row("node_pool.name_pattern", None, "", "Machines are compared by name: other names are other machines, unless a moved block "+
		"says otherwise."),
	row("node_pool.first_number", None, "", "Machines are compared by name: other names are other machines, unless a moved block "+
		"says otherwise."),
	row("node_pool.addresses", None, "", "See node.address, for each machine."),
	row("node_pool.failure_domain_of", None, "", "See node.failure_domain, for each machine."),
	row("node_pool.first_secondary_address", Ordered, nodeStatus, "See node.secondary_address.", "node-kubelet"),
	row("node_pool.failure_domains", None, "", "They are assigned round-robin, so one more changes the failure domain of most "+
		"machines. See node.failure_domain."),
	row("node_pool.hosts", None, "", "They are assigned round-robin. See node.host."),
	row("node_pool.powers", None, "", "They are assigned round-robin. See node.power."),

	row("hypervisor", None, "", "Describes a hypervisor, so that validate can check whether its machines fit."),
	row("hypervisor.cpus", None, "", "See hypervisor."), row("hypervisor.memory", None, "", "See hypervisor."),
	row("hypervisor.disk", None, "", "See hypervisor."),
	row("moved", None, "", "States that a renamed machine is the same machine: see node, renamed. Remove the block "+
		"afterwards."),
	row("moved.from", None, "", "See moved."), row("moved.to", None, "", "See moved."),

	row("target", Refused, "", "Another target means other machines. Build a new cluster there, and move the workload."),
	{"target.*", []Case{
		{"the place, account, network, or kind of all machines", Refused, nil, "The tool would replace every machine, or no longer " +
			"find the cluster. Build a new cluster there, and move the workload.",
			func(e *edit) bool {
				return slices.Contains(wholeTarget, strings.TrimPrefix(argument(e.path), "target."))
			}},
		{"any other", Ordered, []string{"machines"}, "The tool that creates the machines uses this argument. Check its plan for machines " +
			"that it would replace, and apply this edit alone.", nil},
	}, ""},
	row("waive", None, "", noHost), row("waive.reason", None, "", noHost), row("waive.expires", None, "", noHost),

	{"component", []Case{
		{"of another runtime", Ordered, []string{"runtime-kind"}, "A tool that belongs to the container runtime and changes with " +
			"it.",
			otherRuntime},
		{"another version", Ordered, []string{"runtime-patch"}, "A tool of the container runtime. The k8splan release decides its " +
			"version.", nil},
	}, ""},
}

// Texts that several rows share.
const (
	hostsOfPods    = "Pods on the host network copy /etc/hosts when they start, so kube-proxy and kubelets restart node by node."
	helmTemplate   = "https://helm.sh/docs/helm/helm_template/"
	chartWhat      = "helm renders the chart again on the computer that runs Ansible, and differences are applied."
	localFileDocs  = "go.etcd.io/etcd/client/pkg/v3 transport/listener.go, TLSInfo.baseConfig"
	localFileWhat  = "site.yml copies the file. API servers read it at their next connection."
	auditDocs      = "https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/"
	encryptionDocs = "https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/"
	hostFileWhat   = "Every control plane gets the new files in a separate directory. Then one API server at a time restarts " +
		"with them. If it does not start, the old files are restored."
	volumeWhat      = "The files must already be on every control plane. One API server at a time."
	schedulerFile   = "Schedulers read the file only at start, so they restart one at a time. Running pods do not move."
	schedulerSource = "https://kubernetes.io/docs/tasks/extend-kubernetes/configure-multiple-schedulers/"
	podMTU          = "Only new pods get the new MTU, so each node is drained at the end. To lower it, change the nodes first " +
		"and the physical network afterwards; to raise it, the reverse. While sizes differ, large packets are dropped without an " +
		"error."
	mtuThread = "https://github.com/projectcalico/calico/issues/4102"
	proxyWhat = "The container runtime of each node restarts with the new values; pods keep running. Static pods and kube-proxy " +
		"get them from kubeadm's environment."
	calicoBGP      = "https://docs.tigera.io/calico/latest/networking/configuring/bgp"
	registrySource = "https://github.com/containerd/containerd/blob/main/docs/hosts.md"
	registryWhat   = "containerd reads these files at each pull. CRI-O and Docker Engine restart; pods keep running. A wrong " +
		"certificate authority shows only at the next pull, so one host changes first."
	firewallWhat = "site.yml changes the rules of one host first, then of the others. Established connections stay open. A host that " +
		"does not answer a new connection gets its old rules back."
	nftWiki     = "https://wiki.nftables.org/wiki-nftables/index.php/Atomic_rule_replacement"
	sshWhat     = "Decides only how Ansible connects to the host."
	addonSource = "https://kubernetes.io/docs/reference/using-api/server-side-apply/"
	addonWhat   = "The manifests are applied again. Objects that the new version no longer has stay. The run stops at an " +
		"immutable field that changed, such as a selector."
	otherSystem = "The node is drained and removed, the machine is installed again, and it joins as a new node. Control planes " +
		"and etcd members join as new ones. An upgrade in place is not supported."
)

const (
	nftables      = "kube-proxy removes its old rules by itself. With nftables, every node needs Linux 5.13 or newer."
	kubeletPolicy = "The kubelet does not start with the state file of the old policy. Each node is drained, and the file is deleted " +
		"while its kubelet is stopped."
	flannelFollows = " flannel uses the same kind of rules, and its pods restart."
	calicoFollows  = " Calico uses the same kind of rules, and its pods restart."
	imagesWhat     = "Every image must already be in the new repository. Static pods restart with the new image names, stacked etcd " +
		"included. Cluster DNS, kube-proxy, addons, and the runtime's pause image follow."
)

// imagesBy are the procedures for images with other names; etcd-settings is left out where etcd is no pod.
func imagesBy(network string) []string {
	return []string{"control-plane-flags", "etcd-settings", "registry", "kubeadm-addons", network, "addons"}
}

const (
	metallbUsage = "https://metallb.io/configuration/"
	poolWhat     = "A Service loses its address if no pool contains it any more. Give it another address first."
)

var poolCases = []Case{
	{"added", InPlace, []string{"addons"}, "The pool is applied.", func(e *edit) bool { return !e.had }},
	{"removed", Ordered, []string{"remove-pool"}, "site.yml never deletes objects. Delete the IPAddressPool and the " +
		"L2Advertisement of this name in the namespace metallb-system by hand. " + poolWhat, nil},
}

var mtuCases = []Case{
	{"flannel", Ordered, []string{"flannel", "new-pods"}, podMTU, onFlannel},
	{"calico", Ordered, []string{"calico", "new-pods"}, podMTU, onCalico},
	{"another pod network", Ordered, []string{"pod-network"}, podMTU, nil},
}

const resized = "A tool that creates machines may replace them: check its plan first. If you size the machines yourself, this " +
	"only records their size."

const largerDisk = "Most systems can grow a disk while they run. The tool that creates machines may replace the machine instead: " +
	"check its plan."

func larger(e *edit) bool { return e.had && bytesOf(e.after.Text) > bytesOf(e.before.Text) }

// runsPods reports whether a host has a kubelet.
func runsPods(e *edit) bool { return e.role(plan.ControlPlane) || e.role(plan.Worker) }

// wholeTarget lists the arguments of targets that say where a whole cluster is, or what all of its machines are.
var wholeTarget = []string{"base_domain", "cloud", "cluster_kind", "cluster_type", "datacenter", "infrastructure", "instances", "location",
	"machine_cidr", "multi_zone", "namespace", "network_cidr", "network_zone", "project", "provider", "region", "state", "subscription_id",
	"vnet_cidr", "vpc_cidr"}

var machineCases = []Case{
	{"added or removed", None, nil, "Used for planning only, if the machine already has this size.", func(e *edit) bool {
		return !e.had || !e.has
	}},
	{"another size of a node", Ordered, []string{"machine"}, "Drain, resize, and restart one machine at a time. " + resized, runsPods},
	{"another size of another host", Ordered, []string{"machine-beside"}, "Resize and restart one machine at a time. " + resized, nil},
}

// Table returns the rows, for documentation.
func Table() []Row { return table }

// lookup finds the row of an argument. A pool's arguments are those of its nodes; a target's arguments are its own.
func lookup(argument string) (*Row, bool) {
	if rest, found := strings.CutPrefix(argument, "target."); found && rest != "" {
		argument = "target.*"
	}
	for i := range table {
		if table[i].Argument == argument {
			return &table[i], true
		}
	}
	if rest, found := strings.CutPrefix(argument, "node_pool."); found {
		return lookup("node." + rest)
	}
	return nil, false
}

// onCalico reports whether Calico is the pod network before and after.
func onCalico(e *edit) bool {
	return e.old.text("network.cni") == plan.Calico && e.new.text("network.cni") == plan.Calico
}

// onFlannel reports whether flannel is the pod network before and after.
func onFlannel(e *edit) bool {
	return e.old.text("network.cni") == plan.Flannel && e.new.text("network.cni") == plan.Flannel
}

// choose returns the case that applies to a change.
func (r *Row) choose(e *edit) *Case {
	for i := range r.Cases {
		if is := r.Cases[i].is; is == nil || is(e) {
			return &r.Cases[i]
		}
	}
	return &r.Cases[len(r.Cases)-1]
}

// when returns the case of that name.
func (r *Row) when(when string) *Case {
	for i := range r.Cases {
		if r.Cases[i].When == when {
			return &r.Cases[i]
		}
	}
	panic("change: " + r.Argument + " has no case " + when)
}

func (r *Record) text(path string) string { return r.Settings[path].Text }

// role reports whether the node of an edit currently has a role.
func (e *edit) role(r plan.Roles) bool {
	for _, n := range e.new.Nodes {
		if strings.HasPrefix(e.path, mark("node", n.Name)) {
			return n.roles().Has(r)
		}
	}
	return false
}

// minors is how many minors a version goes up, negative if it goes down.
func minors(e *edit) int {
	a, okA := plan.ParseVersion(e.before.Text)
	b, okB := plan.ParseVersion(e.after.Text)
	if !okA || !okB {
		return 0
	}
	return b.MinorsAhead(a)
}

func older(e *edit) bool {
	a, okA := plan.ParseVersion(e.before.Text)
	b, okB := plan.ParseVersion(e.after.Text)
	return okA && okB && b.Before(a)
}

// otherPort reports whether two endpoints have the same host.
func otherPort(e *edit) bool {
	was, _, err := net.SplitHostPort(e.before.Text)
	is, _, no := net.SplitHostPort(e.after.Text)
	return err == nil && no == nil && was == is
}

func numeric(v Value) int {
	n, _ := strconv.Atoi(v.Text)
	return n
}

// bytesOf parses the output of size.
func bytesOf(s string) int64 {
	factor := int64(1)
	for i, unit := range []string{"Ki", "Mi", "Gi", "Ti"} {
		if rest, found := strings.CutSuffix(s, unit); found {
			s, factor = rest, 1<<(10*(i+1))
		}
	}
	n, _ := strconv.ParseInt(s, 10, 64)
	return n * factor
}

// holds reports whether a list contains all items of another.
func holds(all, some []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(all, s) })
}

// sameVirtualIP reports whether another kind of balancer takes over the virtual IP.
func sameVirtualIP(e *edit) bool {
	const path = "load_balancer.virtual_ip"
	was, had := e.old.Settings[path]
	is, has := e.new.Settings[path]
	return had && has && was.Equal(is)
}

// keptKubeVIP reports whether kube-vip holds the virtual IP before and after.
func keptKubeVIP(e *edit) bool {
	return e.old.text("load_balancer") == plan.KubeVIP && e.new.text("load_balancer") == plan.KubeVIP
}

func otherRuntime(e *edit) bool {
	return e.old.text("container_runtime") != e.new.text("container_runtime")
}

func between(e *edit, a, b string) bool {
	return e.before.Text == a && e.after.Text == b || e.before.Text == b && e.after.Text == a
}

func parsed(v Value) []netip.Prefix {
	var out []netip.Prefix
	for _, s := range v.List {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil
		}
		out = append(out, p)
	}
	return out
}

// podsWider reports whether the families and their order stay, and each range is within its new one.
func podsWider(e *edit) bool {
	a, b := parsed(e.before), parsed(e.after)
	if len(a) == 0 || len(a) != len(b) {
		return false
	}
	for i := range a {
		if !b[i].Contains(a[i].Addr()) || b[i].Bits() > a[i].Bits() {
			return false
		}
	}
	return true
}

// familyAdded reports whether a second range is appended to the old one.
func familyAdded(e *edit) bool {
	return len(e.before.List) == 1 && len(e.after.List) == 2 && e.after.List[0] == e.before.List[0]
}

func familyRemoved(e *edit) bool { return len(e.before.List) == 2 && len(e.after.List) == 1 }
