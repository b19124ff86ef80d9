package osd

import (
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
	"github.com/k8splan/k8splan/planner/targets/hosted"
	"github.com/k8splan/k8splan/topologies"
)

// Target returns the target openshift-dedicated.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "openshift-dedicated",
			Title:   "OpenShift Dedicated",
			Hosting: plan.Hosted,
			Resolving: plan.Resolving{
				CNI: plan.NoCNI,
				Uses: []string{
					"cluster.kubernetes_version", "cluster.type",
					"network.node_cidr_mask_size", "network.pod_subnets", "network.service_subnets",
					"node.arch", "node.cpus", "node.instance_type", "node.memory", "node.roles", "node.taint",
					"node_pool.count",
				},
			},
			Limits: plan.Limits{
				Types:        []topologies.Type{topologies.MultiEtcdMultiMaster},
				TypesWhy:     hosted.HAWhy,
				Oldest:       plan.Version{Major: 1, Minor: 31},
				Newest:       plan.Version{Major: 1, Minor: 35},
				VersionsFrom: "the release notes of OpenShift 4.18 to 4.22",
				VersionsOn:   "2026-11-23",
			},
			Page: plan.Page{
				AppliedBy: "ocm, or terraform apply",
				Emits:     "scripts for ocm",
				Folder:    "openshift-dedicated",
				Make:      "cd openshift-dedicated && ./create.sh",
				Checked:   plan.CheckTool,
				CheckedBy: "shellcheck; the flags are read from ocm's source, not run",
				CheckedOn: "2026-11-23",
			},
		},
		Schema: schema,
		Rules:  rules(),
		New:    target.Reads(decode, emit),
	}
}
