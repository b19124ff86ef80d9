package minikube

import (
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
	"github.com/k8splan/k8splan/topologies"
)

// Target returns the target minikube.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "minikube",
			Title:   "minikube: a cluster on one machine, with many drivers",
			Hosting: plan.Installer,
			Resolving: plan.Resolving{
				OneMachine: "the machine that runs minikube",
				CNI:        plan.NoCNI,
				Proxy:      "iptables", // minikube's default: kindnet for several nodes
				Uses: []string{
					"cluster.api_server.extra_args", "cluster.api_server_port", "cluster.cert_sans",
					"cluster.controller_manager.extra_args", "cluster.feature_gates", "cluster.kubelet.extra_args",
					"cluster.kubelet.max_pods", "cluster.kubernetes_version", "cluster.scheduler.extra_args", "cluster.type",
					"network.cni.kube_proxy_replacement", "network.cni.name", "network.dns_domain", "network.kube_proxy.mode",
					"network.node_cidr_mask_size", "network.node_port_range", "network.pod_subnets", "network.service_subnets",
					"container_runtime.name", "container_runtime.registry",
					"etcd.election_timeout", "etcd.extra_args", "etcd.heartbeat_interval", "etcd.quota", "etcd.topology",
					"artifacts.image_repository",
					"node.cpus", "node.disk", "node.failure_domain", "node.kubelet_extra_args", "node.labels", "node.memory",
					"node.roles", "node.taint",
					"node.name", "node_pool.count",
				},
			},
			Limits: plan.Limits{
				Types: []topologies.Type{topologies.AllInOne, topologies.SingleEtcdSingleMaster, topologies.MultiEtcdMultiMaster},
				TypesWhy: "minikube runs an etcd member on every control plane, so several of them never share a member. Write " +
					"multi-etcd-multi-master with three control planes, or the target vagrant.",
				Placement: topologies.Stacked,
				EtcdWhy: "minikube runs a member on every control plane and none elsewhere. Remove the hosts with the role " +
					"etcd and the argument topology.",
				Oldest:       plan.Version{Major: 1, Minor: 31},
				Newest:       plan.Version{Major: 1, Minor: 37},
				VersionsFrom: "the release notes of minikube v1.39.0 (2026-09-01)",
				VersionsOn:   "2026-11-23",
			},
			Page: plan.Page{
				Anew:    "minikube delete, then minikube start",
				Emits:   "the arguments of minikube start, and a script",
				Folder:  "minikube",
				Make:    "cd minikube && ./start.sh",
				Checked: plan.CheckTool,
				CheckedBy: "minikube start --dry-run, for each type (built from its source after v1.38.1, eb25dbc); " +
					"shellcheck for the script",
				CheckedOn: "2026-11-30",
			},
		},
		Schema: schema,
		Rules:  rules(),
		New:    target.Reads(decode, emit),
	}
}
