package minikube

import (
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
	"github.com/k8splan/k8splan/topologies"
)

// Target is the target minikube.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "minikube",
			Title:   "minikube: a cluster on one machine, with many drivers",
			Hosting: plan.Installer,
			Resolving: plan.Resolving{
				CNI:   plan.NoCNI,
				Proxy: "iptables", // the choice is minikube's own: kindnet for several nodes
				Unused: []string{
					"cluster.control_plane_endpoint", "cluster.encryption_algorithm", "cluster.certificate_validity", "cluster.ca_certificate_validity", "network.mtu", "network.node_subnets",
					"network.http_proxy", "container_runtime.version", "etcd.version", "etcd.data_dir", "load_balancer", "ssh", "artifacts.source", "artifacts.mirror_url", "artifacts.checksums",
					"node.address", "node.secondary_address", "node.ssh_address", "node.public_address", "node.mac", "node.host", "node.interface", "node.os", "node.instance_type",
				},
			},
			Limits: plan.Limits{
				Types:        []topologies.Type{topologies.AllInOne, topologies.SingleEtcdSingleMaster, topologies.MultiEtcdMultiMaster},
				TypesWhy:     "minikube runs an etcd member on every control plane, so several of them never share one. Write multi-etcd-multi-master with three control planes, or the target vagrant.",
				Placement:    topologies.Stacked,
				EtcdWhy:      "minikube runs a member on every control plane and none elsewhere. Remove the hosts with the role etcd and the argument topology.",
				Oldest:       plan.Version{Major: 1, Minor: 31},
				Newest:       plan.Version{Major: 1, Minor: 37},
				VersionsFrom: "the release notes of minikube v1.39.0 (2026-09-01)",
				VersionsOn:   "2026-11-23",
			},
			Page: plan.Page{
				Emits:     "the arguments of minikube start, and a script",
				Folder:    "minikube",
				Checked:   plan.CheckTypes,
				CheckedBy: "shellcheck for the script",
				CheckedOn: "2026-11-23",
			},
		},
		Schema: schema,
		Rules:  rules(),
		New:    target.Reads(decode, emit),
	}
}
