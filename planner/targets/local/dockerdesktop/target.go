package dockerdesktop

import (
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
	"github.com/k8splan/k8splan/topologies"
)

// Target returns the target docker-desktop.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "docker-desktop",
			Title:   "Docker Desktop's own Kubernetes",
			Hosting: plan.Installer,
			Resolving: plan.Resolving{
				OneMachine: "the machine that runs Docker Desktop",
				CNI:        plan.NoCNI,
				Uses: []string{
					"cluster.kubernetes_version", "cluster.type",
					"node.roles",
					"node_pool.count",
				},
			},
			Limits: plan.Limits{
				Types: []topologies.Type{topologies.AllInOne, topologies.SingleEtcdSingleMaster},
				TypesWhy: "Docker Desktop runs one control plane: on one machine, several would not improve availability. Write " +
					"single-etcd-single-master, or target \"kind\" for several.",
				Placement: topologies.Stacked,
				EtcdWhy: "Docker Desktop runs its only member on the control plane. Remove the hosts with the role " +
					"etcd and the argument topology.",
				Releases: []plan.Version{{Major: 1, Minor: 37}, {Major: 1, Minor: 36, Patch: 4}, {Major: 1, Minor: 35, Patch: 8},
					{Major: 1, Minor: 34, Patch: 11}},
				VersionsFrom: "the node images of kind v0.33.0, which its mode kind uses",
				VersionsOn:   "2026-11-23",
			},
			Page: plan.Page{
				Anew:      "Reset Kubernetes cluster in its settings, or kind's own commands",
				Emits:     "Docker Desktop's settings, and the same cluster for kind",
				Folder:    "docker-desktop",
				Make:      "cd docker-desktop && ./apply.sh",
				Checked:   plan.CheckTypes,
				CheckedBy: "shellcheck for the script, kind v0.33.0 for kind.yaml",
				CheckedOn: "2026-11-30",
			},
		},
		Schema: schema,
		Rules:  rules(),
		New:    target.Reads(decode, emit),
	}
}
