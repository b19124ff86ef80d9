package charmed

import (
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
	"github.com/k8splan/k8splan/topologies"
)

// Target is the target charmed-kubernetes.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "charmed-kubernetes",
			Title:   "Charmed Kubernetes: Juju on LXD, MAAS or a cloud",
			Hosting: plan.Installer,
			Resolving: plan.Resolving{
				CNI:   plan.Calico,
				Proxy: "iptables",
				Unused: []string{
					"cluster.api_server_port", "cluster.control_plane_endpoint", "cluster.encryption_algorithm", "cluster.certificate_validity", "cluster.ca_certificate_validity",
					"network.node_subnets", "network.http_proxy", "network.node_cidr_mask_size", "container_runtime.version", "etcd.version", "etcd.data_dir", "etcd.quota",
					"etcd.heartbeat_interval", "etcd.election_timeout", "etcd.extra_args", "ssh", "artifacts", "node.address", "node.secondary_address", "node.ssh_address", "node.public_address",
					"node.mac", "node.host", "node.interface", "node.os", "node.instance_type",
				},
			},
			Limits: plan.Limits{
				Types:        []topologies.Type{topologies.SingleEtcdSingleMaster, topologies.SingleEtcdMultiMaster, topologies.MultiEtcdMultiMaster},
				TypesWhy:     "Its charms of control plane and worker cannot share a machine. Write single-etcd-single-master with one worker, or all-in-one on the target lxd.",
				Oldest:       plan.Version{Major: 1, Minor: 35},
				Newest:       plan.Version{Major: 1, Minor: 35},
				VersionsFrom: "release 1.35 of the bundle, the newest",
				VersionsOn:   "2026-11-23",
			},
			Page: plan.Page{
				Emits:     "a bundle for Juju",
				Folder:    "charmed-kubernetes",
				Checked:   plan.CheckTypes,
				CheckedBy: "its relations, against those of upstream's bundle",
				CheckedOn: "2026-11-23",
			},
		},
		Schema: schema,
		Rules:  rules(),
		New:    target.Reads(decode, emit),
	}
}
