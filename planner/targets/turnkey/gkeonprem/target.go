package gkeonprem

import (
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
	"github.com/k8splan/k8splan/topologies"
)

// Target returns the target gke-on-prem.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "gke-on-prem",
			Title:   "Google Distributed Cloud on bare metal (GKE On-Prem)",
			Hosting: plan.Installer,
			Resolving: plan.Resolving{
				CNI:   plan.NoCNI,
				Proxy: "none", // Google's Dataplane V2 does both
				Uses: []string{
					"cluster.kubelet.max_pods", "cluster.kubernetes_version", "cluster.type",
					"network.http_proxy.http", "network.http_proxy.https",
					"network.http_proxy.no_proxy", "network.pod_subnets", "network.service_subnets",
					"etcd.topology",
					"ssh.user",
					"node.address", "node.arch", "node.cpus", "node.disk", "node.failure_domain", "node.host",
					"node.labels", "node.mac", "node.memory", "node.os", "node.power", "node.roles", "node.taint",
					"node_pool.count",
				},
			},
			Limits: plan.Limits{
				Types: []topologies.Type{topologies.AllInOne, topologies.SingleEtcdSingleMaster, topologies.MultiEtcdMultiMaster},
				TypesWhy: "bmctl runs an etcd member on every control plane, so several of them never share a member. Write " +
					"multi-etcd-multi-master with three control planes, or target bare-metal.",
				Placement: topologies.Stacked,
				EtcdWhy: "bmctl runs a member on every control plane and none elsewhere. Remove the hosts with the role " +
					"etcd and the argument topology.",
				Oldest:       plan.Version{Major: 1, Minor: 32},
				Newest:       plan.Version{Major: 1, Minor: 35},
				VersionsFrom: "the release notes of Google Distributed Cloud 1.32 to 1.35",
				VersionsOn:   "2026-11-23",
			},
			Page: plan.Page{
				AppliedBy: "bmctl update cluster",
				Emits:     "bmctl's configuration: Cluster and NodePools; Terraform for a user cluster",
				Folder:    "gke-on-prem",
				Checked:   plan.CheckTypes,
				CheckedBy: "fields as in Google's page cluster-config-ref (2026-11), no schema is published; for the user " +
					"cluster terraform 1.11 with the schema of hashicorp/google 6.50 (2025-12)",
				CheckedOn: "2026-11-29",
			},
		},
		Schema: schema,
		Rules:  rules(),
		New:    target.Reads(decode, emit),
	}
}
