package platform9

import (
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
	"github.com/k8splan/k8splan/topologies"
)

// Target is the target platform9.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "platform9",
			Title:   "Platform9 Managed Kubernetes",
			Hosting: plan.Installer,
			Resolving: plan.Resolving{
				CNI: plan.Calico,
				Unused: []string{
					"cluster.api_server_port", "cluster.cert_sans", "cluster.encryption_algorithm", "cluster.certificate_validity", "cluster.ca_certificate_validity", "cluster.feature_gates",
					"network.dns_domain", "network.node_port_range", "network.node_subnets", "network.http_proxy", "network.kube_proxy", "container_runtime", "etcd.version", "etcd.data_dir",
					"etcd.quota", "load_balancer", "artifacts", "ssh.port", "ssh.jump_host", "node.host", "node.mac", "node.instance_type", "node.labels", "node.annotations",
					"node.kubelet_extra_args", "node.ssh_address", "node.public_address", "node.secondary_address",
				},
			},
			Limits: plan.Limits{
				Types:     []topologies.Type{topologies.AllInOne, topologies.SingleEtcdSingleMaster, topologies.MultiEtcdMultiMaster},
				TypesWhy:  "Platform9 runs an etcd member on every control plane, so several of them never share one. Write multi-etcd-multi-master with three control planes, or target bare-metal.",
				Placement: topologies.Stacked,
				EtcdWhy:   "Platform9 runs a member on every control plane and none elsewhere. Remove the hosts with the role etcd and the argument topology.",
			},
			Page: plan.Page{
				Emits:     "a script for pf9ctl",
				Folder:    "platform9",
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
