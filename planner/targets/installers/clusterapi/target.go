package clusterapi

import (
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
)

// Target returns the target cluster-api.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "cluster-api",
			Title:   "Cluster API: objects for a management cluster",
			Hosting: plan.Installer,
			Resolving: plan.Resolving{
				CNI:   plan.Calico,
				Proxy: "iptables", // kind's node image, which the provider docker runs, cannot run flannel; kubeadm's default mode
				Uses: []string{
					"cluster.api_server.extra_args", "cluster.api_server_port", "cluster.ca_certificate_validity", "cluster.cert_sans",
					"cluster.certificate_validity", "cluster.control_plane_endpoint", "cluster.controller_manager.extra_args",
					"cluster.encryption_algorithm", "cluster.feature_gates", "cluster.kubelet.extra_args", "cluster.kubelet.fail_swap_on",
					"cluster.kubelet.max_pods", "cluster.kubernetes_version", "cluster.scheduler.extra_args", "cluster.type",
					"network.cni.encapsulation", "network.cni.interface", "network.cni.kube_proxy_replacement", "network.cni.mtu",
					"network.cni.name", "network.cni.version", "network.cni.vxlan_port", "network.dns_domain",
					"network.kube_proxy.strict_arp", "network.mtu",
					"network.node_cidr_mask_size", "network.node_cidr_mask_size_v6", "network.node_port_range", "network.pod_subnets",
					"network.service_subnets",
					"etcd.data_dir", "etcd.election_timeout", "etcd.extra_args", "etcd.heartbeat_interval", "etcd.quota", "etcd.topology",
					"artifacts.image_repository",
					"node.address", "node.failure_domain", "node.kubelet_extra_args", "node.labels", "node.roles", "node.taint",
					"node_pool.count",
				},
			},
			Limits: plan.Limits{
				RepeatsFlags: true,
				Oldest:       plan.Version{Major: 1, Minor: 31},
				Newest:       plan.Version{Major: 1, Minor: 37},
				VersionsFrom: "the support matrix of Cluster API v1.14",
				VersionsOn:   "2026-11-23",
			},
			Page: plan.Page{
				AppliedBy: "kubectl apply on the management cluster",
				Emits:     "Cluster, KubeadmControlPlane, and MachineDeployments; the pod network",
				Folder:    "cluster-api",
				Make:      "kubectl apply -f cluster-api/cluster.yaml",
				Checked:   plan.CheckTool,
				CheckedBy: "types and admission webhooks of Cluster API v1.14.2",
				CheckedOn: "2026-11-30",
			},
		},
		Schema: schema,
		Rules:  rules(),
		New:    target.ReadsWith(decode, emit),
	}
}
