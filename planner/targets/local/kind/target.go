package kind

import (
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
	"github.com/k8splan/k8splan/topologies"
)

// Target returns the target kind.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "kind",
			Title:   "kind: nodes are containers on one machine",
			Hosting: plan.Installer,
			Resolving: plan.Resolving{
				OneMachine: "the machine that runs kind",
				CNI:        plan.NoCNI, // kindnet, kind's default
				Uses: []string{
					"cluster.api_server.extra_args", "cluster.cert_sans", "cluster.controller_manager.extra_args",
					"cluster.feature_gates", "cluster.kubelet.extra_args", "cluster.kubelet.max_pods", "cluster.kubernetes_version",
					"cluster.scheduler.extra_args", "cluster.type",
					"network.cni.encapsulation", "network.cni.interface", "network.cni.kube_proxy_replacement", "network.cni.mtu",
					"network.cni.name", "network.cni.version", "network.cni.vxlan_port", "network.dns_domain", "network.kube_proxy.mode",
					"network.node_cidr_mask_size", "network.node_cidr_mask_size_v6", "network.node_port_range", "network.pod_subnets",
					"network.service_subnets",
					"etcd.election_timeout", "etcd.extra_args", "etcd.heartbeat_interval", "etcd.quota", "etcd.topology",
					"node.bootstrap", "node.failure_domain", "node.kubelet_extra_args", "node.labels", "node.roles", "node.taint",
					"node.name", "node_pool.count",
				},
			},
			Limits: plan.Limits{
				Types: []topologies.Type{topologies.AllInOne, topologies.SingleEtcdSingleMaster, topologies.MultiEtcdMultiMaster},
				TypesWhy: "kind runs an etcd member on every control plane, so several of them never share a member. " +
					"Write multi-etcd-multi-master with three control planes, or the target vagrant.",
				Placement: topologies.Stacked,
				EtcdWhy: "kind runs a member on every control plane and none elsewhere. Remove the hosts with the role " +
					"etcd and the argument topology.",
				Releases: []plan.Version{{Major: 1, Minor: 37}, {Major: 1, Minor: 36, Patch: 4}, {Major: 1, Minor: 35, Patch: 8},
					{Major: 1, Minor: 34, Patch: 11}},
				VersionsFrom: "the node images of kind v0.33.0: its release notes, and its default image, v1.37.0, in its source",
				VersionsOn:   "2026-11-23",
			},
			Page: plan.Page{
				Anew:      "kind delete cluster, then kind create cluster",
				Emits:     "kind's Cluster, and the pod network's manifest",
				Folder:    "kind",
				Make:      "kind create cluster --config kind/cluster.yaml",
				Checked:   plan.CheckTool,
				CheckedBy: "kind v0.33.0, up to the creation of nodes",
				CheckedOn: "2026-11-30",
			},
		},
		Schema: schema,
		Rules:  rules(),
		New:    target.ReadsWith(decode, emit),
	}
}
