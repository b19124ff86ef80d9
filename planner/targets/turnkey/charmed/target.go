package charmed

import (
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
	"github.com/k8splan/k8splan/topologies"
)

// Target returns the target charmed-kubernetes.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "charmed-kubernetes",
			Title:   "Charmed Kubernetes: Juju on LXD, MAAS, or a cloud",
			Hosting: plan.Installer,
			Resolving: plan.Resolving{
				CNI:   plan.Calico,
				Proxy: "iptables",
				Uses: []string{
					"cluster.api_server.extra_args", "cluster.cert_sans", "cluster.controller_manager.extra_args",
					"cluster.feature_gates", "cluster.kubelet.extra_args", "cluster.kubernetes_version", "cluster.scheduler.extra_args",
					"cluster.type",
					"network.cni.encapsulation", "network.cni.kube_proxy_replacement", "network.cni.mtu", "network.cni.name",
					"network.cni.version",
					"network.dns_domain", "network.mtu", "network.node_port_range", "network.pod_subnets", "network.service_subnets",
					"container_runtime.name",
					"etcd.topology",
					"load_balancer.kind", "load_balancer.virtual_ip",
					"node.arch", "node.cpus", "node.disk", "node.failure_domain", "node.kubelet_extra_args", "node.labels", "node.memory",
					"node.roles", "node.taint",
					"node.name", "node_pool.count",
				},
			},
			Limits: plan.Limits{
				Types: []topologies.Type{topologies.SingleEtcdSingleMaster, topologies.SingleEtcdMultiMaster,
					topologies.MultiEtcdMultiMaster},
				TypesWhy: "The charms of control planes and workers cannot share a machine. Write single-etcd-single-master with " +
					"one worker, or all-in-one on the target lxd.",
				Oldest:       plan.Version{Major: 1, Minor: 35},
				Newest:       plan.Version{Major: 1, Minor: 35},
				VersionsFrom: "release 1.35 of the bundle, the newest",
				VersionsOn:   "2026-11-23",
			},
			Page: plan.Page{
				AppliedBy: "juju deploy of the bundle, juju upgrade-charm",
				Emits:     "a bundle for Juju",
				Folder:    "charmed-kubernetes",
				Make:      "cd charmed-kubernetes && juju deploy ./bundle.yaml",
				Checked:   plan.CheckTool,
				CheckedBy: "Juju's parser of bundles (charm v12.1.1); its relations, against those of upstream's bundle",
				CheckedOn: "2026-11-30",
			},
		},
		Schema: schema,
		Rules:  rules(),
		New:    target.Reads(decode, emit),
	}
}
