package clusterapi

import (
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
)

// Target is the target cluster-api.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "cluster-api",
			Title:   "Cluster API: objects for a management cluster",
			Hosting: plan.Installer,
			Resolving: plan.Resolving{
				CNI:   plan.Calico,
				Proxy: "iptables", // kind's node image, which the provider docker runs, cannot run flannel; kubeadm's own mode
				Unused: []string{
					"container_runtime", "etcd.version", "load_balancer", "ssh", "artifacts.source", "artifacts.mirror_url", "artifacts.checksums", "network.node_subnets", "network.http_proxy",
					"node.arch", "node.os", "node.cpus", "node.memory", "node.disk", "node.interface", "node.instance_type", "node.mac", "node.host",
				},
			},
			Limits: plan.Limits{
				Oldest:       plan.Version{Major: 1, Minor: 31},
				Newest:       plan.Version{Major: 1, Minor: 37},
				VersionsFrom: "the support matrix of Cluster API v1.14",
				VersionsOn:   "2026-11-23",
			},
			Page: plan.Page{
				Emits:     "Cluster, KubeadmControlPlane and MachineDeployments; the pod network",
				Folder:    "cluster-api",
				Checked:   plan.CheckTool,
				CheckedBy: "types and admission webhooks of Cluster API v1.14.2",
				CheckedOn: "2026-11-23",
			},
		},
		Schema: schema,
		Rules:  rules(),
		New:    target.Reads(decode, emit),
	}
}
