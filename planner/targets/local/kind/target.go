package kind

import (
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
	"github.com/k8splan/k8splan/topologies"
)

// Target is the target kind.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "kind",
			Title:   "kind: nodes are containers on one machine",
			Hosting: plan.Installer,
			Resolving: plan.Resolving{
				CNI: plan.NoCNI, // kindnet, which is kind's own
				Unused: []string{
					"cluster.api_server_port", "cluster.control_plane_endpoint", "cluster.encryption_algorithm", "cluster.certificate_validity", "cluster.ca_certificate_validity",
					"network.mtu", "network.node_subnets", "network.http_proxy", "container_runtime", "etcd.version", "etcd.data_dir", "load_balancer", "ssh", "artifacts",
					"node.address", "node.secondary_address", "node.ssh_address", "node.public_address", "node.mac", "node.host", "node.interface", "node.os", "node.cpus", "node.memory",
					"node.disk", "node.instance_type",
				},
			},
			Limits: plan.Limits{
				Types:        []topologies.Type{topologies.AllInOne, topologies.SingleEtcdSingleMaster, topologies.MultiEtcdMultiMaster},
				TypesWhy:     "kind runs an etcd member on every control plane, so several of them never share one. Write multi-etcd-multi-master with three control planes, or the target vagrant.",
				Placement:    topologies.Stacked,
				EtcdWhy:      "kind runs a member on every control plane and none elsewhere. Remove the hosts with the role etcd and the argument topology.",
				Releases:     []plan.Version{{Major: 1, Minor: 37}, {Major: 1, Minor: 36, Patch: 4}, {Major: 1, Minor: 35, Patch: 8}, {Major: 1, Minor: 34, Patch: 11}},
				VersionsFrom: "the node images in the release notes of kind v0.33.0, whose default image is v1.37.0 in its source too",
				VersionsOn:   "2026-11-23",
			},
			Page: plan.Page{
				Emits:     "kind's Cluster, and the pod network's manifest",
				Folder:    "kind",
				Checked:   plan.CheckTool,
				CheckedBy: "kind v0.33.0, up to the making of nodes",
				CheckedOn: "2026-11-23",
			},
		},
		Schema: schema,
		Rules:  rules(),
		New:    target.Reads(decode, emit),
	}
}
