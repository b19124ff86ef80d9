package change

import (
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
		"Each node writes its kubelet's configuration again, patched, and restarts the kubelet: one node at a time.",
		patchOf(plan.PatchKubelet)},
	{"of etcd's pod", Ordered, []string{"save", "etcd-settings"},
		"kubeadm writes the pod of one member at a time. One that does not come back gets its old manifest again.", patchOf("etcd")},
	{"of cluster DNS or kube-proxy", Ordered, []string{"kubeadm-addons"},
		"kubeadm applies the Deployment or the DaemonSet again, and its pods are replaced one by one.",
		patchOf("corednsdeployment", "kubeproxydaemonset")},
	{"of the control plane's pods", Ordered, []string{"control-plane-flags"},
		"kubeadm writes the static pods again, patched: one control plane at a time. Those that do not come back get their old manifests.",
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

const noHost = "Nothing of it reaches a host."

// table has a row for every argument of the language, in order.
var table = []Row{
	row("variable", None, "", "The values that a host gets count, not the expressions they come from: a changed value is reported at the "+
		"argument that it reaches."),
	row("variable.default", None, "", "It is reported at the arguments that it reaches."),
	row("variable.description", None, "", noHost),
	row("variable.type", None, "", "It is reported at the arguments that it reaches."),
	row("variable.sensitive", None, "", "It only decides what is shown."),
	row("locals", None, "", "The values that a host gets count, not the names of expressions."),

	row("cluster", Refused, "k8s.io/kubernetes@v1.37.2 cmd/kubeadm/app/apis/kubeadm/v1beta4/types.go, ClusterName; "+
		"https://etcd.io/docs/v3.6/op-guide/clustering/",
		"A new name means a new cluster: it is kubeadm's clusterName and etcd's cluster token. An etcd member that is "+
			"replaced later would bootstrap a cluster of its own. Keep the name, or build a new cluster and move the workload."),
	row("cluster.type", None, "", "The type itself changes nothing; its effect is listed under the hosts and their roles."),
	{"cluster.kubernetes_version", []Case{
		{"one patch release or one minor up", Ordered, []string{"save", "upgrade"}, "The control planes first, one at a time, then " +
			"the kubelets, each drained. It cannot be undone once the first new API server has written.",
			func(e *edit) bool { return minors(e) >= 0 && minors(e) <= 1 && !older(e) }},
		{"several minors up", Ordered, []string{"save", "upgrade"}, "kubeadm moves one minor at a time: the steps below are one upgrade " +
			"at a time, each finished on every host before the next begins.", func(e *edit) bool { return minors(e) > 1 }},
		{"down", Refused, nil,
			"kubeadm cannot downgrade, and etcd's data may already be in a newer format. Restore a snapshot into a cluster of the " +
				"old version instead.", nil},
	}, skewDocs},
	{"cluster.control_plane_endpoint", []Case{
		{"another name or address", Ordered, []string{"certificate", "endpoint", "drop-names"},
			"kubeadm cannot do it. The certificates get " +
				"both names; then the cluster's ConfigMaps, kube-proxy, and each kubelet move to the new one while the old one " +
				"still answers.",
			nil},
	}, "https://github.com/kubernetes/kubeadm/issues/1955, https://github.com/kubernetes/kubeadm/issues/1331"},
	{"cluster.cert_sans", []Case{
		{"a name is added", InPlace, []string{"certificate"}, "Renewing copies the old names, so the certificate is issued again on " +
			"each control plane. The API server reads it by itself.", func(e *edit) bool { return holds(e.after.List, e.before.List) }},
		{"a name is removed", Ordered, []string{"drop-names"}, "First make sure that nothing connects to it: kubeconfigs, the balancer's " +
			"health checks.", nil},
	}, "https://github.com/kubernetes/kubeadm/issues/1447"},
	row("cluster.site", None, "", "It says with which clusters this one shares a network: validate compares them."),
	row("cluster.peers", None, "", "It says which clusters are reached from here: validate compares their ranges."),
	row("cluster.max_nodes", None, "", "Used for planning only. A range derived from it is reported separately."),
	row("cluster.api_server_port", Refused, "k8s.io/kubernetes@v1.37.2 cmd/kubeadm/app/phases/upgrade/staticpods.go",
		"Every kubeconfig on the control planes, the balancer, and the endpoints of the Service kubernetes name the port, "+
			"and clients would see both ports at once. Keep it, and give the balancer another port instead."),
	row("cluster.encryption_algorithm", Ordered, "https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-certs/",
		"It takes effect when certificates are renewed. The authorities keep their keys.", "control-plane-flags", "renew-certificates"),
	row("cluster.certificate_validity", Ordered, "https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-certs/",
		"It takes effect when certificates are renewed.", "control-plane-flags", "renew-certificates"),
	row("cluster.ca_certificate_validity", None, "https://kubernetes.io/docs/tasks/tls/manual-rotation-of-ca-certificates/",
		"The authorities of a cluster that runs keep the certificates they have: nothing changes. New ones are a rotation by hand."),
	row("cluster.feature_gates", Ordered, reconfigureDocs,
		"API servers first, then the other control plane components, kubelets and kube-proxy; to switch one off, the other way round. A "+
			"component with an unknown gate does not start.", "control-plane-flags", "kube-proxy", "kubelet"),
	{"cluster.api_server.extra_args", []Case{
		{"service-cluster-ip-range or etcd-servers", Refused, nil,
			"The planner decides this flag from the ranges and the members: change those.", func(e *edit) bool {
				return slices.Contains([]string{"service-cluster-ip-range", "etcd-servers"}, key(e.path))
			}},
		{"service-account-issuer", Ordered, []string{"control-plane-flags"},
			"Tokens of the old issuer are refused at once unless it stays as the second one: write both, and drop the old one a day later.",
			func(e *edit) bool { return key(e.path) == "service-account-issuer" }},
		{"encryption-provider-config", Ordered, []string{"save", "control-plane-flags"},
			"Every API server must read the new key before one " +
				"writes with it; then all Secrets are written again. The file must be on every control plane.",
			func(e *edit) bool { return key(e.path) == "encryption-provider-config" }},
		{"any other flag", Ordered, []string{"control-plane-flags"},
			"One API server at a time. With a flag that the version does not " +
				"know it does not start. A file that a flag names must be on every control plane before.", nil},
	}, reconfigureDocs},
	row("cluster.api_server.host_file", Ordered, reconfigureDocs, hostFileWhat, "control-plane-flags"),
	row("cluster.api_server.host_file.source", None, "", "What the file holds counts: see content."),
	row("cluster.api_server.host_file.content", Ordered, reconfigureDocs, hostFileWhat, "control-plane-flags"),
	row("cluster.api_server.extra_volume", Ordered, reconfigureDocs, volumeWhat, "control-plane-flags"),
	row("cluster.api_server.extra_volume.host_path", Ordered, reconfigureDocs, volumeWhat, "control-plane-flags"),
	row("cluster.api_server.extra_volume.mount_path", Ordered, reconfigureDocs, volumeWhat, "control-plane-flags"),
	row("cluster.api_server.extra_volume.read_only", Ordered, reconfigureDocs, volumeWhat, "control-plane-flags"),
	{"cluster.kubeadm_patch", patchCases, patchDocs},
	row("cluster.kubeadm_patch.source", None, "", "What the file holds counts: see content."),
	{"cluster.kubeadm_patch.content", patchCases, patchDocs},
	row("cluster.audit.policy", Ordered, auditDocs, hostFileWhat, "control-plane-flags"),
	row("cluster.audit.log_dir", Ordered, auditDocs, "One API server at a time. What the old directory holds stays there.",
		"control-plane-flags"),
	row("cluster.audit.max_age", Ordered, auditDocs, "One API server at a time.", "control-plane-flags"),
	row("cluster.audit.max_backups", Ordered, auditDocs, "One API server at a time.", "control-plane-flags"),
	row("cluster.audit.max_size", Ordered, auditDocs, "One API server at a time.", "control-plane-flags"),
	{"cluster.encryption_at_rest.provider", []Case{
		{"to or from a plugin", Ordered, []string{"save", "encryption-plugin"},
			"The plugin answers on every control plane before an API server reads with it, and until none does any more.",
			func(e *edit) bool { return e.before.Text == plan.KMS || e.after.Text == plan.KMS }},
		{"turned on", Ordered, []string{"save", "encryption"},
			"Every API server must be able to read the new key before one writes with it; " +
				"then all that it is for is written again.", func(e *edit) bool { return !e.had }},
		{"turned off", Ordered, []string{"save", "encryption"},
			"Every API server writes plain values first, all that was encrypted is written " +
				"again, and only then the flag goes. Until then the key must stay.", func(e *edit) bool { return !e.has }},
		{"another provider", Ordered, []string{"save", "encryption"},
			"The new key comes behind the old one everywhere, then before it; all is " +
				"written again, and the old key goes.", nil},
	}, encryptionDocs},
	{"cluster.encryption_at_rest.resources", []Case{
		{"of a plugin", Ordered, []string{"save", "encryption-plugin"}, "The API servers change one at a time, then what is new, " +
			"or no longer among them, is rewritten.",
			func(e *edit) bool { return e.new.text("cluster.encryption_at_rest.provider") == plan.KMS }},
		{"grows", Ordered, []string{"save", "encryption"},
			"The API servers are reconfigured one at a time, then the new resources are written again.",
			func(e *edit) bool { return holds(e.after.List, e.before.List) }},
		{"shrinks", Ordered, []string{"save", "encryption"},
			"What is to be plain again is written plain before the key is no longer asked for it.", nil},
	}, encryptionDocs},
	row("cluster.encryption_at_rest.endpoint", Ordered, encryptionDocs,
		"The plugin answers at both sockets until every API server uses the new one.",
		"save", "encryption-plugin"),
	{"cluster.controller_manager.extra_args", []Case{
		{"cluster-cidr, node-cidr-mask-size or allocate-node-cidrs", Refused, nil,
			"The planner decides this flag from network.pod_subnets: " +
				"with a range that does not hold the nodes' shares every controller manager stops. Change the range.", func(e *edit) bool {
				return slices.Contains([]string{"cluster-cidr", "node-cidr-mask-size", "allocate-node-cidrs"}, key(e.path))
			}},
		{"any other flag", Ordered, []string{"control-plane-flags"}, "One at a time; another one leads meanwhile.", nil},
	}, "https://github.com/kubernetes/kubernetes/issues/50305"},
	row("cluster.scheduler.extra_args", Ordered, reconfigureDocs, "One at a time; another one leads meanwhile.",
		"control-plane-flags"),
	row("cluster.scheduler.profile", Ordered, reconfigureDocs, "The file is not watched: the schedulers are restarted one at a "+
		"time. Pods that run are not moved; pods that name a profile that is gone stay Pending.", "scheduler-profiles"),
	row("cluster.scheduler.profile.scoring_strategy", Ordered, reconfigureDocs, schedulerFile, "scheduler-profiles"),
	row("cluster.scheduler.profile.enable_plugins", Ordered, reconfigureDocs, schedulerFile, "scheduler-profiles"),
	row("cluster.scheduler.profile.disable_plugins", Ordered, reconfigureDocs, schedulerFile, "scheduler-profiles"),
	row("cluster.scheduler.profile.percentage_of_nodes_to_score", Ordered, reconfigureDocs, schedulerFile, "scheduler-profiles"),
	{"cluster.kubelet.max_pods", []Case{
		{"raised", Ordered, []string{"kubelet"}, "The share of the pod range that each node has must hold as many.",
			func(e *edit) bool { return numeric(e.after) > numeric(e.before) }},
		{"lowered", Ordered, []string{"kubelet"},
			"A node with more pods than that is drained first: its kubelet rejects the rest when it " +
				"restarts.", nil},
	}, reconfigureDocs},
	row("cluster.kubelet.cgroup_driver", Refused, "https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/configure-cgroup-driver/",
		"Kubelet and runtime must change together, and every container of the node must be stopped between. Build new nodes with the new "+
			"driver and take the old ones out, or keep it."),
	row("cluster.kubelet.fail_swap_on", Ordered, reconfigureDocs,
		"The hosts' swap first: with true the kubelet does not start on a host that swaps.", "kubelet"),
	row("cluster.kubelet.server_tls_bootstrap", Ordered,
		"https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-certs/#kubelet-serving-certs",
		"Each kubelet asks for a certificate, which must be approved: until then logs, exec and metrics of that node fail.",
		"kubelet"),
	{"cluster.kubelet.extra_args", []Case{
		{"a policy for processors, memory or topology", Ordered, []string{"machine", "kubelet"},
			"The kubelet refuses to start with the state of the old policy: each node is drained, the state file removed.",
			func(e *edit) bool {
				return slices.Contains([]string{"cpu-manager-policy", "memory-manager-policy", "topology-manager-policy"}, key(e.path))
			}},
		{"any other flag", Ordered, []string{"kubelet"},
			"With a flag that the version does not know the kubelet does not start: one node " +
				"first.", nil},
	}, "https://github.com/kubernetes/kubernetes/issues/110478"},

	{"cluster.kubelet.config", []Case{
		{"a policy for processors, memory or topology", Ordered, []string{"machine", "kubelet"},
			"The kubelet refuses to start with the state of the old policy: each node is drained, the state file removed.",
			func(e *edit) bool {
				return slices.Contains([]string{"cpuManagerPolicy", "memoryManagerPolicy", "topologyManagerPolicy"}, key(e.path))
			}},
		{"any other field", Ordered, []string{"kubelet"},
			"The ConfigMap kubelet-config first, then one node at a time. A field that is taken out goes back to the kubelet's own " +
				"default.", nil},
	}, reconfigureDocs},

	{"network.pod_subnets", []Case{
		{"a range that holds the old one, with flannel", Ordered, []string{"pod-range", "kube-proxy", "flannel"},
			"Controller managers, kube-proxy and flannel get the wider range. Nodes keep their shares.", func(e *edit) bool {
				return podsWider(e) && onFlannel(e)
			}},
		{"a range that holds the old one, with another pod network", Ordered, []string{"pod-range", "kube-proxy", "pod-network"},
			"Controller managers, kube-proxy and the pod network get the wider range. Nodes keep their shares.", podsWider},
		{"a second family", Refused, nil,
			"A node never gets a share of a second family: every node has to be joined again, control planes " +
				"too. Build a new cluster with both families, or join node by node by hand.", familyAdded},
		{"a family less", Refused, nil,
			"The controller managers stop as long as one node has shares of both families. Build a new cluster.",
			familyRemoved},
		{"another or a narrower range", Refused, nil,
			"A node's pod CIDR cannot change, and the controller manager exits while any of them is " +
				"outside the range. Build a new cluster and move the workload, or widen the range so it holds the old one.", nil},
	}, rangeAllocator + "; https://github.com/kubernetes/kubernetes/issues/75461"},
	{"network.service_subnets", []Case{
		{"a second family behind the same first range", Ordered, []string{"service-range"},
			"All API servers get both ranges; Services that exist stay with one address.", familyAdded},
		{"another range", Refused, nil,
			"Every Service, the cluster's DNS and the API server's certificate have addresses of the old range. " +
				"To have more addresses, create an additional ServiceCIDR object, which needs no change here (Kubernetes 1.33 and newer).",
			nil},
	}, serviceRange + "; https://github.com/kubernetes/website/issues/51807"},
	row("network.reserved_subnets", None, "", "It is only planned with."),
	row("network.node_subnets", None, "", "Used for planning only. Anything that depends on it, such as the no-proxy list, is "+
		"reported separately."),
	row("network.dns_domain", Refused, "https://github.com/kubernetes/website/issues/31236",
		"It is in the API server's certificate, the issuer of tokens, and the configuration of every pod that runs. "+
			"Build a new cluster, or keep it."),
	row("network.node_cidr_mask_size", Ordered, rangeAllocator,
		"It applies to nodes that join from now on: nodes keep the share they have. Calico's block size cannot be changed.",
		"control-plane-flags"),
	row("network.node_cidr_mask_size_v6", Ordered, rangeAllocator,
		"It applies to nodes that join from now on: nodes keep the share they have.", "control-plane-flags"),
	row("network.node_port_range", Ordered, reconfigureDocs, "Firewalls and balancers first. Services with a port outside of the new "+
		"range keep it and are only reported.", "control-plane-flags"),
	{"network.mtu", mtuCases, mtuThread},
	row("network.cni", Refused, "https://kubernetes.io/docs/concepts/extend-kubernetes/compute-storage-net/network-plugins/",
		"Two pod networks on one node fight over its interfaces and routes. Build a new cluster with the other one, "+
			"or follow the migration guide of that plugin node by node."),
	{"network.cni.version", []Case{
		{"flannel", Ordered, []string{"flannel"}, "Its pods restart node by node. Pods of the cluster reach each other meanwhile.",
			onFlannel},
		{"a newer Calico", Ordered, []string{"calico"}, "The definitions come first, then the operator, which restarts its pods node by " +
			"node. Pods of the cluster reach each other meanwhile.", func(e *edit) bool { return onCalico(e) && !older(e) }},
		{"another pod network", Ordered, []string{"pod-network"},
			"Read the plugin's own steps: Cilium moves one minor at a time, and Calico does not go back by itself.", nil},
	}, "https://docs.cilium.io/en/stable/operations/upgrade/; " +
		"https://docs.tigera.io/calico/latest/operations/upgrading/kubernetes-upgrade"},
	{"network.cni.encapsulation", []Case{
		{"flannel", Refused, nil, "flannel's backend must not be changed while it runs: nodes of the two kinds do not reach each other. " +
			"Build a new cluster, or keep it.", func(e *edit) bool { return e.new.text("network.cni") == plan.Flannel }},
		{"calico, to or from wireguard over VXLAN", Ordered, []string{"calico", "new-pods"}, "Nodes encrypt what they send to those " +
			"that do, and go on with VXLAN to those that do not. Only pods that start afterwards have the MTU that leaves room for it.",
			func(e *edit) bool {
				return onCalico(e) && slices.Contains([]string{e.before.Text, e.after.Text}, plan.WireGuard) &&
					slices.Contains([]string{e.before.Text, e.after.Text}, plan.VXLAN)
			}},
		{"calico, cilium", Ordered, []string{"pod-network"}, "Traffic between the nodes that have it and those that do not is lost in " +
			"between: declare an interruption.", nil},
	}, flannelBackends + "; https://github.com/flannel-io/flannel/issues/771"},
	{"network.cni.mtu", mtuCases, mtuThread},
	row("network.cni.interface", Ordered, "https://github.com/flannel-io/flannel/issues/712",
		"Nodes on different interfaces do not reach each other in between.", "pod-network"),
	row("network.cni.kube_proxy_replacement", Ordered, "https://github.com/cilium/cilium/issues/16139",
		"Node by node, and kube-proxy's rules are removed on each. Connections of the node break.", "pod-network", "kube-proxy"),
	{"network.cni.vxlan_port", []Case{
		{"flannel", Refused, nil, "flannel's backend must not be changed while it runs: nodes with different ports do not reach each " +
			"other. Build a new cluster, or keep the port.", func(e *edit) bool { return e.new.text("network.cni") == plan.Flannel }},
		{"cilium", Ordered, []string{"pod-network"}, "Traffic between the nodes that have it and those that do not is lost in " +
			"between: declare an interruption, and open the port in firewalls first.", nil},
	}, flannelBackends + "; https://docs.cilium.io/en/stable/network/concepts/routing/#encapsulation"},
	row("network.cni.bgp_as", Ordered, calicoBGP, "Every session is opened again: the routers must know the number first.", "pod-network"),
	row("network.cni.bgp_peers", Ordered, calicoBGP, "The routers must know the nodes first; a session that ends takes the routes to the "+
		"node's pods along.", "pod-network"),
	row("network.cni.failure_domain", Ordered, calicoBGP, "See network.cni.bgp_peers.", "pod-network"),
	row("network.cni.failure_domain.bgp_peers", Ordered, calicoBGP, "See network.cni.bgp_peers.", "pod-network"),
	row("network.cni.plugin", Refused, "https://kubernetes.io/docs/concepts/extend-kubernetes/compute-storage-net/network-plugins/",
		"Another plugin is another pod network: see network.cni. Keep it, or build a new cluster."),
	row("network.cni.images", None, "", "They are only listed and mirrored; what runs follows from the manifests."),
	row("network.cni.manifest", Ordered, addonSource, "It is applied again. What the plugin does with it, node by node, is its own "+
		"affair: "+
		"read its steps.", "pod-network", "addons"),
	row("network.cni.manifest.checksum", Ordered, addonSource, "The content of the address changed. Read the plugin's own steps.",
		"pod-network", "addons"),
	{"network.dns.upstream", []Case{
		{"removed", Refused, nil, "Applying takes nothing back: CoreDNS would go on asking these servers. Write those that the nodes " +
			"themselves ask.", func(e *edit) bool { return !e.has }},
		{"any other change", InPlace, []string{"addons"}, "CoreDNS reads its file again within two minutes, without a restart.", nil},
	}, "https://coredns.io/plugins/reload/"},
	{"network.dns.node_local_cache", []Case{
		{"on", Ordered, []string{"node-cache", "kubelet"}, "The caches first, then the kubelets. A pod asks the cache once it is started " +
			"again.", func(e *edit) bool { return e.after.Text == "true" }},
		{"off", Ordered, []string{"kubelet", "new-pods"}, "The kubelets first; running pods use the cache until they restart. " +
			"Then delete the DaemonSet node-local-dns of namespace kube-system by hand.", nil},
	}, "https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/"},
	{"network.dns.replicas", []Case{
		{"removed", Refused, nil, "Applying takes nothing back: the number of pods would stay. Write replicas = 2, which is kubeadm's own.",
			func(e *edit) bool { return !e.has }},
		{"any other change", InPlace, []string{"addons"}, "Pods come or go; those that stay are not restarted.", nil},
	}, "https://kubernetes.io/docs/tasks/administer-cluster/dns-horizontal-autoscaling/"},
	{"network.kube_proxy.mode", []Case{
		{"between iptables and ipvs", Ordered, []string{"kube-proxy", "machine"},
			"Neither removes the other's rules: each node is drained and booted after the change.", func(e *edit) bool {
				return between(e,
					"iptables", "ipvs")
			}},
		{"to or from none", Refused, nil, "There would be no Services in between. Switch the replacement in the pod network first " +
			"(kube_proxy_replacement), which takes kube-proxy with it.",
			func(e *edit) bool { return e.before.Text == "none" || e.after.Text == "none" }},
		{"to or from nftables", Ordered, []string{"kube-proxy"}, "Every node needs Linux 5.13. kube-proxy removes its old rules by itself.",
			nil},
	}, "https://kubernetes.io/docs/reference/networking/virtual-ips/#proxy-modes; https://github.com/kubernetes/kubernetes/issues/109286"},
	row("network.kube_proxy.strict_arp", Ordered, "https://metallb.universe.tf/installation/", "kube-proxy is restarted node by node.",
		"kube-proxy"),
	row("network.kube_proxy.config", Ordered, reconfigureDocs,
		"kube-proxy is restarted node by node. A field that is taken out goes back to kube-proxy's own default.", "kube-proxy"),
	row("network.http_proxy.http", Ordered, "https://github.com/kubernetes/kubeadm/issues/2114", proxyWhat, "proxy"),
	row("network.http_proxy.https", Ordered, "https://github.com/kubernetes/kubeadm/issues/2114", proxyWhat, "proxy"),
	row("network.http_proxy.no_proxy", Ordered, "https://github.com/kubermatic/kubeone/issues/3310",
		"The list grows before the hosts that it names join: otherwise the API server reaches webhooks and pods through the proxy.",
		"proxy"),
	row("network.http_proxy.credentials_file", Ordered, "https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html",
		"The path reaches no host. Every run of site.yml lays down what the file holds; runtimes restart one by one where it is "+
			"new.", "proxy"),

	row("container_runtime", Ordered,
		"https://kubernetes.io/docs/tasks/administer-cluster/migrating-from-dockershim/change-runtime-containerd/",
		"Node by node, drained. The new runtime pulls what static pods need before the old one stops; then the node's containers end, "+
			"with its member of stacked etcd and its API server, and start again there. Images and containers of others stay in the "+
			"old runtime's directory.", "runtime-kind"),
	{"container_runtime.version", []Case{
		{"of another runtime", Ordered, []string{"runtime-kind"}, "It comes with the runtime.", otherRuntime},
		{"down", Ordered, []string{"runtime"},
			"An older runtime may not read the state of the newer one: drain, remove all sandboxes, then " +
				"install.", older},
		{"up", Ordered, []string{"runtime"}, "containerd moves one minor at a time, and from 1.7 to 2 by way of 2.0 or 2.1.", nil},
	}, "https://github.com/containerd/containerd/issues/12727"},
	row("container_runtime.credentials_file", InPlace, registrySource,
		"The path reaches no node. Every run of site.yml lays down what the "+
			"file holds, one node first; containerd restarts where it is new.", "registry"),
	row("container_runtime.registry", InPlace, registrySource, registryWhat, "registry"),
	row("container_runtime.registry.mirrors", InPlace, registrySource, registryWhat, "registry"),
	row("container_runtime.registry.plain_http", InPlace, registrySource, registryWhat, "registry"),
	row("container_runtime.registry.skip_verify", InPlace, registrySource, registryWhat, "registry"),
	row("container_runtime.registry.ca_file", InPlace, registrySource, registryWhat, "registry"),

	{"etcd.topology", []Case{
		{"to or from an etcd that others run", Refused, nil, "The API servers would find an empty etcd, or another cluster's. To move " +
			"the data, " +
			"take a snapshot and restore it into a new cluster.", func(e *edit) bool { return e.old.foreign() != e.new.foreign() }},
		{"stacked members get hosts of their own", Ordered, []string{"move-etcd"},
			"Member by member, with one authority for both: the new ones enter as learners and are promoted, one API server at a time is " +
				"led to " +
				"them, and those on the control planes leave. It stays one cluster of etcd, and writes go on. The API of a single " +
				"control plane is " +
				"away for about a minute, while its API server starts again.",
			func(e *edit) bool { return e.new.external() }},
		{"external members move to the control planes", Ordered, []string{"move-etcd"},
			"Member by member, with one authority for both: one member at a time enters on a control plane, one API server at a time is " +
				"led to its " +
				"own, and the old ones leave. It stays one cluster of etcd, and writes go on. The API of a single control plane " +
				"is unavailable for about a minute, while its API server starts again.", nil},
	}, "https://github.com/kubernetes/kubeadm/issues/3106; https://github.com/kubernetes/website/issues/38714; " + etcdRuntime},
	{"etcd.version", []Case{
		{"while etcd moves, within one minor", Ordered, []string{"move-etcd"}, "The members that enter have it.",
			func(e *edit) bool { return e.old.external() != e.new.external() && minors(e) == 0 }},
		{"while etcd moves, another minor", Refused, nil, "Members of two minors are an upgrade, with an order of its own: move etcd " +
			"with a " +
			"version of the minor that it has, and upgrade it after.", func(e *edit) bool { return e.old.external() != e.new.external() }},
		{"stacked members", Ordered, []string{"save", "upgrade"}, "kubeadm takes its members along with the control planes.",
			func(e *edit) bool { return e.new.text("etcd.topology") != "external" }},
		{"one minor up, or patches", Ordered, []string{"save", "upgrade-etcd"},
			"Member by member. Before a new minor every member runs a patch release that knows it: 3.5.26 before 3.6, 3.6.11 before 3.7.",
			func(e *edit) bool { return !older(e) && minors(e) <= 1 }},
		{"several minors up", Refused, nil, "etcd moves one minor at a time: write the newest patch release of the next minor, apply it, " +
			"then the next.", func(e *edit) bool { return !older(e) }},
		{"patches down", Ordered, []string{"save", "upgrade-etcd"}, "Member by member, within one minor.",
			func(e *edit) bool { return minors(e) == 0 }},
		{"a minor down", Refused, nil,
			"Only etcd's own downgrade procedure does it, one minor. Restore a snapshot into members of the old " +
				"version, or keep it.", nil},
	}, "https://etcd.io/docs/v3.7/upgrades/upgrade_3_7/"},
	row("etcd.data_dir", Ordered, "https://etcd.io/docs/v3.6/op-guide/maintenance/", "Member by member: stop it, move the whole "+
		"directory, start it. A member that starts on an empty directory founds its own cluster.", "save", "etcd-data"),
	{"etcd.quota", []Case{
		{"lowered", Ordered, []string{"etcd-settings"}, "The database must be smaller than the new quota, or etcd takes no more writes: " +
			"compact and defragment first.", func(e *edit) bool { return bytesOf(e.after.Text) < bytesOf(e.before.Text) }},
		{"raised", Ordered, []string{"etcd-settings"}, "Member by member; an alarm that was raised is disarmed after. It costs memory.",
			nil},
	}, "https://etcd.io/docs/v3.6/dev-guide/limit/#storage-size-limit"},
	row("etcd.heartbeat_interval", Ordered, etcdTuning, "All members must have the same. Raised: after the election timeout; lowered: "+
		"before it.", "etcd-settings"),
	row("etcd.election_timeout", Ordered, etcdTuning, "All members must have the same. Raised: before the heartbeat; lowered: after it.",
		"etcd-settings"),
	{"etcd.extra_args", []Case{
		{"initial-…", None, nil, "A member with data ignores it: nothing changes.", func(e *edit) bool {
			return strings.HasPrefix(key(e.path),
				"initial-")
		}},
		{"any other flag", Ordered, []string{"etcd-settings"},
			"Member by member, and the run stops at the first that does not come back: " +
				"with a flag that the version does not know etcd does not start.", nil},
	}, "https://etcd.io/docs/v3.6/op-guide/configuration/"},
	{"etcd.external_endpoints", []Case{
		{"members of the same etcd", Ordered, []string{"etcd-endpoints"}, "One API server at a time. That the new endpoints are of the " +
			"same etcd is not checked: those who run it know.", func(e *edit) bool {
			return slices.ContainsFunc(e.after.List, func(u string) bool { return slices.Contains(e.before.List, u) })
		}},
		{"another etcd", Refused, nil,
			"The API servers would find an empty etcd, or another cluster's. Keep one endpoint of before while " +
				"its members change; to move the data, take a snapshot and restore it into a new cluster.", nil},
	}, etcdRuntime},
	row("etcd.ca_file", Ordered, localFileDocs, "site.yml lays the file down. An API server reads an authority when it starts: restart "+
		"them one at a time after that, and let the file hold the old and the new one meanwhile.", "local-files"),
	row("etcd.cert_file", InPlace, localFileDocs, localFileWhat, "local-files"),
	row("etcd.key_file", InPlace, localFileDocs, localFileWhat, "local-files"),

	{"load_balancer", []Case{
		{"to a proxy on every node", Ordered, []string{"certificate", "local-balancer", "balancer", "drop-names"},
			"The proxies start, then the endpoint's name leads each node to its own. " + hostsOfPods,
			func(e *edit) bool { return e.after.Text == plan.LocalBalancer }},
		{"from a proxy on every node", Ordered, []string{"certificate", "new-balancer", "local-balancer", "drop-names"},
			"The new one is set up, then the endpoint's name leads there, and the proxies go last. " + hostsOfPods,
			func(e *edit) bool { return e.before.Text == plan.LocalBalancer }},
		{"the first one", Ordered, []string{"new-balancer"}, "It is set up next to the current endpoint; clients move to it with " +
			"control_plane_endpoint.", func(e *edit) bool { return e.before.Text == plan.NoBalancer || !e.had }},
		{"none any more", Ordered, []string{"balancer"}, "Clients move away from it first, with control_plane_endpoint.",
			func(e *edit) bool { return e.after.Text == plan.NoBalancer || !e.has }},
		{"another kind, with the same virtual IP", Ordered, []string{"take-balancer"},
			"The virtual IP may have one owner: the new one is configured and silent, the old one stopped, the new one started. The " +
				"endpoint " +
				"is unavailable for a few seconds; API servers answer at their own addresses.", sameVirtualIP},
		{"another kind", Ordered, []string{"certificate", "new-balancer", "endpoint", "balancer", "drop-names"},
			"The new one is set up, clients move to it, and the old one is removed.", nil},
	}, kubeVIPThreads},
	{"load_balancer.virtual_ip", []Case{
		{"of kube-vip", Ordered, []string{"certificate", "kube-vip-address", "endpoint", "kube-vip-hand", "drop-names"},
			"It holds one address. A second one with a lease of its own holds the new one until clients have moved, then the first one " +
				"takes it: it is away for seconds. Two of them on a host cannot speak BGP: there it is by hand.", keptKubeVIP},
		{"of haproxy, or of another kind than " +
			"before", Ordered, []string{"certificate", "new-balancer", "endpoint", "balancer", "drop-names"},
			"The new address is added, clients move to it, and the old one is removed.", nil},
	}, "https://github.com/acassen/keepalived/issues/183; " + kubeVIPThreads},
	row("load_balancer.port", Ordered, kubeVIPThreads,
		"The new port is opened, clients move to it, and the old one is closed.",
		"new-balancer", "endpoint", "balancer"),
	{"load_balancer.interface", []Case{
		{"of kube-vip", Ordered, []string{"balancer"}, "Control plane by control plane, the holder of the virtual IP last.", keptKubeVIP},
		{"of haproxy", Ordered, []string{"balancer-peers"}, "Balancer by balancer, the holder of the virtual IP last.", nil},
	}, kubeVIPThreads},
	row("load_balancer.virtual_router_id", Ordered, "https://github.com/acassen/keepalived/issues/1528", "If only half of them have the "+
		"new ID, two hosts hold the virtual IP: those without it stop, the one with it changes, and they start with the new ID.",
		"balancer"),
	row("load_balancer.mode", Ordered, kubeVIPThreads, "Control plane by control plane, the leader last. For bgp the routers must know "+
		"the peers first.", "balancer"),
	row("load_balancer.bgp_as", Ordered, kubeVIPThreads, "The routers must know it first; control plane by control plane.", "balancer"),
	row("load_balancer.bgp_peers", Ordered, kubeVIPThreads, "The routers must know the peers first; control plane by control plane.",
		"balancer"),
	row("load_balancer.version", Ordered, kubeVIPThreads, "Control plane by control plane, the leader last. Read its release notes.",
		"balancer"),

	row("ssh.user", None, "", sshWhat), row("ssh.port", None, "", sshWhat), row("ssh.private_key_file", None, "", sshWhat),
	row("ssh.jump_host", None, "",
		sshWhat+" A new jump host may lead to another network with the same addresses: compare the machine IDs."),

	row("time.servers", InPlace, "https://chrony-project.org/doc/4.6/chrony.conf.html",
		"site.yml writes the file and restarts what keeps the clock. When the block goes, the file stays: remove it by hand.", "time"),
	{"hosts.selinux", []Case{
		{"enforcing, where SELinux is permissive", Ordered, []string{"node-again"},
			"Pods that run have no labels, and neither has what they wrote. Node by node: it leaves, `setenforce 1` and " +
				"SELINUX=enforcing in " +
				"/etc/selinux/config, a boot with /.autorelabel, and it joins again.",
			func(e *edit) bool { return e.after.Text == plan.Enforcing }},
		{"permissive", Ordered, []string{"runtime"}, "site.yml makes the hosts permissive, and restarts the container runtimes one by " +
			"one.", nil},
	}, "https://docs.redhat.com/en/documentation/red_hat_enterprise_linux/9/html/using_selinux/" +
		"changing-selinux-states-and-modes_using-selinux"},
	{"hosts.firewall", []Case{
		{"managed", InPlace, []string{"firewall"}, firewallWhat + " What is not among the ports of the design is closed: name further " +
			"ones in " +
			"open_ports.", func(e *edit) bool { return e.has }},
		{"no longer managed", InPlace, []string{"firewall"}, "site.yml takes the rules of k8splan away, and leaves all others.", nil},
	}, nftWiki},
	row("hosts.admin_cidrs", InPlace, nftWiki, firewallWhat+" Ansible's own computer must be in them.", "firewall"),
	row("hosts.open_ports", InPlace, nftWiki, firewallWhat, "firewall"),
	row("artifacts.source", Ordered, "https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/upgrading-linux-nodes/",
		"Node by node as in a patch upgrade to the same version: the other's unit files go, and packages are held.", "runtime", "kubelet"),
	row("artifacts.mirror_url", None, "", "It says where files are fetched from next time; what is installed stays."),
	row("artifacts.image_repository", Ordered, reconfigureDocs,
		"Every image must be there before. Static pods, etcd's too, restart under the new names; addons and the "+
			"runtime's pause image follow.",
		"control-plane-flags", "etcd-settings", "registry", "kube-proxy", "pod-network", "addons"),
	row("artifacts.images.dns", Ordered, reconfigureDocs, "The image must be there before. kubeadm's record gets it; CoreDNS takes it "+
		"with "+
		"the next upgrade of Kubernetes.", "control-plane-flags"),
	row("artifacts.images.etcd", Ordered, reconfigureDocs, "The image must be there before. Members restart under the new name, one by "+
		"one.",
		"control-plane-flags", "etcd-settings"),
	row("artifacts.checksums", None, "", "It is compared with files that are fetched next time."),

	{"addon", []Case{
		{"added", InPlace, []string{"addons"}, "It is applied after the addons in its `after` list, if it has one.",
			func(e *edit) bool { return !e.had }},
		{"removed", Ordered, []string{"remove-addon"},
			"Applying never deletes. List its objects and delete them; CRDs last, and only when " +
				"no object of theirs is left. Refuse it yourself while a volume uses its storage class.", func(e *edit) bool {
				return !e.has
			}},
	}, "https://kubernetes.io/docs/reference/using-api/server-side-apply/"},
	row("addon.version", Ordered, addonSource, addonWhat, "addons"), row("addon.settings", Ordered, addonSource, addonWhat, "addons"),
	row("addon.images", None, "", "They are only listed and mirrored; what runs follows from the manifests."),
	row("addon.after", None, "", "It only orders what is applied."),
	row("addon.chart", Ordered, helmTemplate, "Another chart has other objects. Those of before stay: delete them by hand, or take the "+
		"addon out first.", "addons"),
	row("addon.chart.repository", Ordered, helmTemplate, chartWhat, "addons"),
	row("addon.chart.version", Ordered, helmTemplate, "Read the chart's own steps: what it no longer has stays in the cluster, and a Job "+
		"whose fields may not change has to be deleted before. "+chartWhat, "addons"),
	row("addon.chart.digest", Ordered, helmTemplate, "The archive of the version is another one. "+chartWhat, "addons"),
	row("addon.chart.namespace", Ordered, helmTemplate, "Everything is made in the other namespace, and what is in the old one stays: "+
		"delete it by hand.", "addons"),
	row("addon.chart.values_file", Ordered, helmTemplate, chartWhat, "addons"),
	{"addon.pool", poolCases, metallbUsage},
	{"addon.pool.addresses", []Case{
		{"grows", InPlace, []string{"addons"}, "Services that wait for an address get one.", func(e *edit) bool {
			return e.has && e.had && holds(e.after.List, e.before.List)
		}},
		{"changes otherwise", Ordered, []string{"addons"}, poolWhat, nil},
	}, metallbUsage},
	row("addon.pool.announce", Ordered, metallbUsage, "Its addresses are not announced in between.", "addons"),
	row("addon.manifest", Ordered, addonSource, addonWhat, "addons"),
	row("addon.manifest.checksum", Ordered, addonSource, "The content of the address changed. "+addonWhat, "addons"),

	{"cloud_provider", []Case{
		{"added", Refused, nil,
			"Kubelets register as nodes of a cloud only when they join: every node is joined again, one by one, after " +
				"the controller manager runs. Take it into a new cluster, or join node by node by hand.", func(e *edit) bool {
				return !e.had
			}},
		{"changed or removed", Refused, nil,
			"A node's provider ID cannot be changed, and volumes and balancers of the old cloud would be " +
				"lost. Build a new cluster.", nil},
	}, "https://github.com/kubernetes/kubernetes/issues/71794"},
	row("cloud_provider.version", Ordered, addonSource, "Its minor follows that of the cluster. "+addonWhat, "addons"),
	row("cloud_provider.settings", Ordered, addonSource, "Wrong settings make it delete nodes whose machine it does not find. "+addonWhat,
		"addons"),
	row("cloud_provider.images", None, "", "They are only listed and mirrored; what runs follows from the manifests."),
	row("cloud_provider.manifest", Ordered, addonSource, addonWhat, "addons"),
	row("cloud_provider.manifest.checksum", Ordered, addonSource, addonWhat, "addons"),

	{"scheduler", []Case{
		{"added", InPlace, []string{"addons"}, "A Deployment in addition to kubeadm's own " +
			"scheduler.", func(e *edit) bool { return !e.had }},
		{"removed", Ordered, []string{"remove-addon"}, "Pods that name it stay Pending: none may be left.", nil},
	}, schedulerSource},
	row("scheduler.image", Ordered, schedulerSource, "A rollout; another replica leads meanwhile.", "addons"),
	row("scheduler.replicas", InPlace, schedulerSource, "The Deployment is scaled.", "addons"),
	row("scheduler.scoring_strategy", Ordered, schedulerSource, schedulerFile, "addons"), row("scheduler.enable_plugins", Ordered,
		schedulerSource, schedulerFile, "addons"),
	row("scheduler.disable_plugins", Ordered, schedulerSource, schedulerFile, "addons"), row("scheduler.percentage_of_nodes_to_score",
		Ordered, schedulerSource, schedulerFile, "addons"),

	{"node", []Case{
		{"a worker joins", InPlace, []string{"join-worker"}, "Only the new host is worked on; others get its name.", nil},
		{"a control plane joins", Ordered, []string{"join-control-plane"},
			"One at a time. With stacked etcd its member comes as a learner and is promoted; only then does the balancer lead to it.",
			nil},
		{"a member of etcd joins", Ordered, []string{"save", "join-member", "control-plane-flags"},
			"One at a time, as a learner with state " +
				"existing, promoted when it is in sync. Started as in a new cluster it would found a second one that looks healthy.", nil},
		{"a load balancer joins", Ordered, []string{"join-balancer", "balancer-peers"}, "The other balancers learn of it one by one.", nil},
		{"a worker leaves", Ordered, []string{"remove-worker"}, "It is drained, deleted and reset. Local volumes are lost.", nil},
		{"a control plane leaves", Ordered, []string{"save", "remove-control-plane"}, "Out of the balancer, drained, its API server " +
			"stopped. With stacked etcd its member is then removed by ID, while the rest has a quorum. Last the host is reset.", nil},
		{"a member of etcd leaves", Ordered, []string{"save", "control-plane-flags", "remove-member"},
			"The API servers forget it first, then it is removed by ID while the rest has a quorum, then stopped.", nil},
		{"a load balancer leaves", Ordered, []string{"balancer-peers", "remove-balancer"},
			"The virtual IP moves away first, then the others forget it, then it stops.", nil},
		{"renamed", Ordered, []string{"node-again"}, "A node's name is in its certificate: it is drained, removed and joined again under " +
			"the new name. A control plane or a member leaves and joins.", nil},
	}, "https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/high-availability/; " + etcdRuntime},
	row("node.for_each", None, "", "The machines that it makes count, by their names: its keys."),
	{"node.roles", []Case{
		{"a worker becomes a control plane", Ordered, []string{"remove-worker", "join-control-plane"},
			"There is no way in place: it is drained, reset and joined again.", nil},
		{"a control plane becomes a worker", Ordered, []string{"save", "remove-control-plane", "join-worker"},
			"It leaves as a control plane, its keys are wiped, and it joins as a worker.", nil},
		{"a control plane runs ordinary pods, or no longer does", InPlace, []string{"labels"},
			"kubectl adds or removes its taint. Pods that must leave are drained first.", nil},
		{"a member of etcd or a balancer moves", Ordered, []string{"join-member", "remove-member"},
			"The new host comes first, then the old one goes.", nil},
	}, "https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/"},
	{"node.address", []Case{
		{"a worker", Ordered, []string{"node-again"}, "It is drained and joined again with the new address; others get it by name.", nil},
		{"a control plane", Ordered, []string{"save", "remove-control-plane", "join-control-plane"},
			"Certificates, manifests and etcd's peer address hold the old one: it leaves and joins again.", nil},
		{"the only control plane", Refused, nil, "Certificates, manifests, kubeconfigs and etcd hold the old address. Save etcd, and " +
			"restore it on a host with the new address whose endpoint is a name.", nil},
		{"a member of external etcd", Ordered, []string{"save", "etcd-address", "control-plane-flags"}, "The member's peer address is " +
			"updated first, then its certificates and its settings. Without the update it looks healthy, and stays out after the " +
			"next restart of the majority.", nil},
		{"a load balancer", Ordered, []string{"balancer"}, "Balancer by balancer.", nil},
	}, "https://github.com/kubernetes/kubeadm/issues/338; " + etcdRuntime},
	row("node.secondary_address", Ordered, nodeStatus, "The kubelet's --node-ip and a restart. A node never gets a share of a second pod "+
		"range later.", "node-kubelet"),
	row("node.ssh_address", None, "", sshWhat),
	{"node.public_address", []Case{
		{"a control plane", Ordered, []string{"certificate"}, "It is a name of the API server's certificate.",
			func(e *edit) bool { return e.role(plan.ControlPlane) }},
		{"any other host", None, nil, noHost, nil},
	}, "https://github.com/kubernetes/kubeadm/issues/1447"},
	row("node.mac", Ordered, "", "The network that boots the machine must know it; the address must stay.", "machine"),
	{"node.failure_domain", []Case{
		{"a host with a kubelet", Ordered, []string{"node-kubelet"},
			"The zone's label is a flag of the kubelet, which puts it back at each " +
				"start. Volumes are pinned to the old zone: pods that use one cannot come back. The design says where the machine " +
				"is; it does not move it.", runsPods},
		{"any other host", None, nil, "It is only planned with.", nil},
	}, nodeStatus},
	row("node.host", None, "", "It says where the machine is; it does not move it. A machine that moves while it is off is away as long."),
	row("node.power", None, "", "It says what the machine depends on; it does not move a cable."),
	row("node.bootstrap", None, "https://kubernetes.io/docs/reference/setup-tools/kubeadm/kubeadm-init/",
		"It names who founded the cluster; on a running cluster it has no effect."),
	row("node.arch", Ordered, "", otherSystem, "node-again"),
	row("node.os", Ordered, "", otherSystem, "node-again"),
	{"node.cpus", machineCases, drainDocs}, {"node.memory", machineCases, drainDocs},
	{"node.disk", []Case{
		{"larger, of a node", Ordered, []string{"machine"}, largerDisk, func(e *edit) bool { return larger(e) && runsPods(e) }},
		{"larger, of another host", Ordered, []string{"machine-beside"}, largerDisk, larger},
		{"only now written", None, nil, "It is only planned with, where the machine has as much.",
			func(e *edit) bool { return !e.had || !e.has }},
		{"smaller, of a node", Ordered, []string{"node-again"}, "A disk cannot shrink: a new machine replaces the old one.", runsPods},
		{"smaller, of another host", Ordered, []string{"machine-beside"}, "A disk cannot shrink: a new machine replaces the old one.", nil},
	}, drainDocs},
	row("node.interface", Ordered, "https://github.com/flannel-io/flannel/issues/712",
		"The host's own network first. Pod network, keepalived and kube-vip follow.", "node-kubelet", "pod-network", "balancer"),
	row("node.labels", InPlace, nodeStatus, "Set by kubectl: --node-labels counts at registration only. Pods that run stay; DaemonSets "+
		"with a nodeSelector leave.", "labels"),
	row("node.annotations", InPlace, nodeStatus, "Set by kubectl.", "labels"),
	row("node.kubelet_extra_args", Ordered, "https://github.com/kubernetes/kubeadm/issues/1927",
		"kubeadm-flags.env of that host, and a restart of its kubelet: kubeadm never writes that file again.", "node-kubelet"),
	row("node.instance_type", Ordered, nodeStatus, "The tool that makes the machine stops it, or replaces it: see its plan.", "machine"),
	row("node.etcd_name", Refused, "https://etcd.io/docs/v3.6/op-guide/clustering/",
		"A member has its name in its data and in the configuration of all others. Keep it: a member that is replaced may have another "+
			"one."),
	row("node.groups", None, "", "They are groups of the inventory: nothing of them reaches the host."),
	row("node.ssh.user", None, "", sshWhat), row("node.ssh.port", None, "", sshWhat),
	row("node.ssh.private_key_file", None, "", sshWhat), row("node.ssh.connection", None, "", sshWhat),
	{"node.taint", []Case{
		{"NoExecute is added", Ordered, []string{"taint"}, "It evicts at once, without regard to PodDisruptionBudgets: drain the node " +
			"first, then set it.", func(e *edit) bool { return e.has && strings.HasSuffix(key(e.path), ":NoExecute") }},
		{"any other change", InPlace, []string{"labels"}, "Set by kubectl: the kubelet's taints count at registration only.", nil},
	}, "https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/"},
	row("node.taint.key", InPlace, "", "See node.taint.", "labels"), row("node.taint.value", InPlace, "", "See node.taint.", "labels"),
	row("node.taint.effect", InPlace, "", "See node.taint.", "labels"),

	row("node_pool", None, "", "A pool is a way to write its machines: they count, by name, as those of node do."),
	row("node_pool.for_each", None, "", "The machines of the pools that it makes count."),
	row("node_pool.count", None, "", "The machines at its end join or leave: a smaller count takes the last ones, not the empty ones."),
	{"node_pool.first_address", []Case{
		{"its machines keep their names", Refused, nil,
			"Every machine of the pool would get another address at once. Make a new pool, join " +
				"it, and take the old one out.", nil},
	}, ""},
	row("node_pool.names", None, "", "Machines count by name: one that is new joins, one that is gone leaves; "+
		"write moved for one that is renamed."),
	row("node_pool.name_pattern", None, "", "Machines count by name: other names are other machines, unless moved says otherwise."),
	row("node_pool.first_number", None, "", "Machines count by name: other names are other machines, unless moved says otherwise."),
	row("node_pool.addresses", None, "", "See node.address, machine by machine."),
	row("node_pool.failure_domain_of", None, "", "See node.failure_domain, machine by machine."),
	row("node_pool.first_secondary_address", Ordered, nodeStatus, "See node.secondary_address.", "node-kubelet"),
	row("node_pool.failure_domains", None, "", "They are assigned round-robin: one more gives most machines another one. See "+
		"node.failure_domain, machine by machine."),
	row("node_pool.hosts", None, "", "They are assigned round-robin: see node.host."),
	row("node_pool.powers", None, "", "They are assigned round-robin: see node.power."),

	row("hypervisor", None, "", "It describes a hypervisor, so that validate can check the size of its machines."),
	row("hypervisor.cpus", None, "", "See hypervisor."), row("hypervisor.memory", None, "", "See hypervisor."),
	row("hypervisor.disk", None, "", "See hypervisor."),
	row("moved", None, "", "It says that the machine is the same; see the change of the renamed node. Remove it afterwards."),
	row("moved.from", None, "", "See moved."), row("moved.to", None, "", "See moved."),

	row("target", Refused, "", "Another system is other machines. Build a new cluster there, and move the workload."),
	row("target.*", Ordered, "", "It is an argument of what makes the machines: look at its plan for machines that it would replace, and "+
		"apply it alone.", "machines"),
	row("waive", None, "", noHost), row("waive.reason", None, "", noHost), row("waive.expires", None, "", noHost),

	{"component", []Case{
		{"of another runtime", Ordered, []string{"runtime-kind"}, "A tool of the container runtime that comes or goes with it.",
			otherRuntime},
		{"another version", Ordered, []string{"runtime"}, "A runtime tool whose version is set by the k8splan release.", nil},
	}, ""},
}

// Texts that several rows share.
const (
	hostsOfPods = "Pods of the host's network have a copy of /etc/hosts from their start: kube-proxy and kubelets start again node by " +
		"node."
	helmTemplate   = "https://helm.sh/docs/helm/helm_template/"
	chartWhat      = "helm renders it again where the playbook runs, and what differs is applied."
	localFileDocs  = "go.etcd.io/etcd/client/pkg/v3 transport/listener.go, TLSInfo.baseConfig"
	localFileWhat  = "site.yml lays the file down, and the API servers read it at their next connection."
	auditDocs      = "https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/"
	encryptionDocs = "https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/"
	hostFileWhat   = "The files come in their own directory on every control plane, then one API server at a time reads them; " +
		"one that does not come back gets its old ones again."
	volumeWhat      = "The files must already be on every control plane. One API server at a time."
	schedulerFile   = "The file is not watched: the schedulers are restarted one at a time. Pods that run are not moved."
	schedulerSource = "https://kubernetes.io/docs/tasks/extend-kubernetes/configure-multiple-schedulers/"
	podMTU          = "Only interfaces of new pods get it: each node is drained to finish. Lowered: the nodes first, then the network " +
		"below; raised: the other way round. Mixed, large packets are lost silently."
	mtuThread = "https://github.com/projectcalico/calico/issues/4102"
	proxyWhat = "The runtime of each node is restarted with it, pods stay. Static pods and kube-proxy take it from the environment " +
		"of kubeadm."
	calicoBGP      = "https://docs.tigera.io/calico/latest/networking/configuring/bgp"
	registrySource = "https://github.com/containerd/containerd/blob/main/docs/hosts.md"
	registryWhat   = "containerd reads these files at each pull; CRI-O and Docker are restarted, pods stay. A wrong authority shows " +
		"only at the next pull: one host first."
	firewallWhat = "site.yml changes the rules of one host, then of the others: what is open stays open, and a host that does not " +
		"answer a new " +
		"connection takes the old rules again."
	nftWiki     = "https://wiki.nftables.org/wiki-nftables/index.php/Atomic_rule_replacement"
	sshWhat     = "It only says how Ansible reaches the host."
	addonSource = "https://kubernetes.io/docs/reference/using-api/server-side-apply/"
	addonWhat   = "It is applied again; what the new version no longer has stays, and a field that cannot change (a selector) stops it."
	otherSystem = "A new machine joins in place of the old one: it is drained, removed, installed and joined again, a control plane " +
		"or a member as a new one. An upgrade in place is not supported."
)

const (
	metallbUsage = "https://metallb.io/configuration/"
	poolWhat     = "A Service whose address is in no pool any longer loses it: give it another one first."
)

var poolCases = []Case{
	{"added", InPlace, []string{"addons"}, "It is applied.", func(e *edit) bool { return !e.had }},
	{"removed", Ordered, []string{"remove-addon"}, "Applying never deletes: take the IPAddressPool and the L2Advertisement of its name " +
		"out of namespace metallb-system by hand. " + poolWhat, nil},
}

var mtuCases = []Case{
	{"flannel", Ordered, []string{"flannel", "new-pods"}, podMTU, onFlannel},
	{"calico", Ordered, []string{"calico", "new-pods"}, podMTU, onCalico},
	{"another pod network", Ordered, []string{"pod-network"}, podMTU, nil},
}

const resized = "A tool that creates the machines may replace them: check its plan first. If you size the machines yourself, this only " +
	"records their size."

const largerDisk = "Most systems grow a disk online. Check the tool's plan, which may replace the machine."

func larger(e *edit) bool { return e.had && bytesOf(e.after.Text) > bytesOf(e.before.Text) }

// runsPods reports whether a host has a kubelet.
func runsPods(e *edit) bool { return e.role(plan.ControlPlane) || e.role(plan.Worker) }

var machineCases = []Case{
	{"only now written", None, nil, "It is only planned with, where the machine has as much.", func(e *edit) bool {
		return !e.had || !e.has
	}},
	{"another size of a node", Ordered, []string{"machine"}, "Drain, resize and restart one machine at a time. " + resized, runsPods},
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

// onFlannel: flannel stays the pod network.
func onCalico(e *edit) bool {
	return e.old.text("network.cni") == plan.Calico && e.new.text("network.cni") == plan.Calico
}

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

// podsWider: the same families in the same order, each range within its new one.
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

// familyAdded: the old ranges stay, and one is appended.
func familyAdded(e *edit) bool {
	return len(e.before.List) == 1 && len(e.after.List) == 2 && e.after.List[0] == e.before.List[0]
}

func familyRemoved(e *edit) bool { return len(e.before.List) == 2 && len(e.after.List) == 1 }
