package hardway

import (
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
	"github.com/k8splan/k8splan/topologies"
)

// Target is the target kubernetes-the-hard-way.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "kubernetes-the-hard-way",
			Title:   "Kubernetes The Hard Way: services of systemd, without kubeadm",
			Hosting: plan.Installer,
			Resolving: plan.Resolving{
				CNI: plan.StaticRoutes,
				Unused: []string{
					"cluster.encryption_algorithm", "cluster.certificate_validity", "cluster.ca_certificate_validity", "network.http_proxy", "network.node_subnets", "etcd.version",
					"load_balancer", "artifacts.source", "node.mac", "node.host", "node.instance_type",
				},
			},
			Limits: plan.Limits{
				Types:     []topologies.Type{topologies.SingleEtcdSingleMaster},
				TypesWhy:  "The tutorial has one server with etcd and the control plane, and nodes. Write single-etcd-single-master; for more, the target bare-metal.",
				Placement: topologies.Stacked,
				EtcdWhy:   "The one member runs on the server. Remove the hosts with the role etcd and the argument topology.",
			},
			Page: plan.Page{
				Emits:     "machines.txt, units, routes, and scripts for certificates and installation",
				Folder:    "kubernetes-the-hard-way",
				Checked:   plan.CheckBooted,
				CheckedBy: "three hosts of the lab (go run ./e2e -hard-way)",
				CheckedOn: "2026-11-23",
			},
		},
		Schema: schema,
		Rules:  rules(),
		New:    target.Reads(decode, emit),
	}
}
