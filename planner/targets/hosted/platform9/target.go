package platform9

import (
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
	"github.com/k8splan/k8splan/topologies"
)

// Target returns the target platform9.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "platform9",
			Title:   "Platform9 Managed Kubernetes",
			Hosting: plan.Installer,
			Resolving: plan.Resolving{
				CNI: plan.Calico,
				Uses: []string{
					"cluster.control_plane_endpoint", "cluster.kubernetes_version", "cluster.type",
					"network.cni.kube_proxy_replacement", "network.cni.name", "network.pod_subnets", "network.service_subnets",
					"etcd.topology",
					"ssh.private_key_file", "ssh.user",
					"node.address", "node.arch", "node.bootstrap", "node.cpus", "node.disk", "node.failure_domain", "node.host",
					"node.mac", "node.memory", "node.os", "node.power", "node.public_address", "node.roles",
					"node_pool.count",
				},
			},
			Limits: plan.Limits{
				Types: []topologies.Type{topologies.AllInOne, topologies.SingleEtcdSingleMaster, topologies.MultiEtcdMultiMaster},
				TypesWhy: "Platform9 runs an etcd member on every control plane, so several of them never share a member. Write " +
					"multi-etcd-multi-master with three control planes, or target bare-metal.",
				Placement: topologies.Stacked,
				EtcdWhy: "Platform9 runs a member on every control plane and none elsewhere. Remove the hosts with the role " +
					"etcd and the argument topology.",
			},
			Page: plan.Page{
				AppliedBy: "its interface, or terraform apply",
				Emits:     "a script for pf9ctl",
				Folder:    "platform9",
				Make:      "cd platform9 && ./create.sh",
				Checked:   plan.CheckTool,
				CheckedBy: "shellcheck; the flags are read from pf9ctl's source, not run",
				CheckedOn: "2026-11-23",
			},
		},
		Schema: schema,
		Rules:  rules(),
		New:    target.Reads(decode, emit),
	}
}
