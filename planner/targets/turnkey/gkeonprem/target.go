package gkeonprem

import (
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
	"github.com/k8splan/k8splan/topologies"
)

// Target is the target gke-on-prem.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "gke-on-prem",
			Title:   "Google Distributed Cloud on bare metal (GKE On-Prem)",
			Hosting: plan.Installer,
			Resolving: plan.Resolving{
				CNI:   plan.NoCNI,
				Proxy: "none", // Google's Dataplane V2 does both
				Unused: []string{
					"cluster.api_server_port", "cluster.control_plane_endpoint", "cluster.cert_sans", "cluster.encryption_algorithm", "cluster.certificate_validity",
					"cluster.ca_certificate_validity", "cluster.feature_gates", "network.dns_domain", "network.node_port_range", "network.mtu", "network.node_subnets", "network.cni", "network.kube_proxy",
					"container_runtime", "etcd.version", "etcd.data_dir", "etcd.quota", "load_balancer", "artifacts", "node.host", "node.mac", "node.interface", "node.instance_type",
					"node.annotations", "node.kubelet_extra_args", "node.ssh_address", "node.public_address", "node.secondary_address",
				},
			},
			Limits: plan.Limits{
				Types:        []topologies.Type{topologies.AllInOne, topologies.SingleEtcdSingleMaster, topologies.MultiEtcdMultiMaster},
				TypesWhy:     "bmctl runs an etcd member on every control plane, so several of them never share one. Write multi-etcd-multi-master with three control planes, or target bare-metal.",
				Placement:    topologies.Stacked,
				EtcdWhy:      "bmctl runs a member on every control plane and none elsewhere. Remove the hosts with the role etcd and the argument topology.",
				Oldest:       plan.Version{Major: 1, Minor: 32},
				Newest:       plan.Version{Major: 1, Minor: 35},
				VersionsFrom: "the release notes of Google Distributed Cloud 1.32 to 1.35",
				VersionsOn:   "2026-11-23",
			},
			Page: plan.Page{
				Emits:     "bmctl's configuration: Cluster and NodePools; Terraform for a user cluster",
				Folder:    "gke-on-prem",
				Checked:   plan.CheckTypes,
				CheckedBy: "terraform validate with the schema of hashicorp/google 6.50 for the user cluster",
				CheckedOn: "2026-11-23",
			},
		},
		Schema: schema,
		Rules:  rules(),
		New:    target.Reads(decode, emit),
	}
}
