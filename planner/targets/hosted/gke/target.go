package gke

import (
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
	"github.com/k8splan/k8splan/planner/targets/hosted"
)

// Target returns the target gke.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "gke",
			Title:   "Google Kubernetes Engine",
			Hosting: plan.Hosted,
			Resolving: plan.Resolving{
				Cloud: "gcp",
				CNI:   plan.NoCNI,
				Uses: []string{
					"cluster.kubernetes_version", "cluster.type",
					"network.pod_subnets", "network.service_subnets",
					"node.arch", "node.cpus", "node.disk", "node.failure_domain", "node.instance_type", "node.labels", "node.memory",
					"node.roles", "node.taint",
					"node_pool.count",
				},
			},
			Limits: plan.Limits{
				OpenAPI:      true,
				Types:        hosted.Both(),
				TypesWhy:     hosted.BothWhy,
				TypePlaces:   true,
				Newest:       plan.Version{Major: 1, Minor: 37},
				Default:      plan.Version{Major: 1, Minor: 36},
				VersionsFrom: "GKE's release notes: channel REGULAR up to 1.36, RAPID up to 1.37",
				VersionsOn:   "2026-11-20",
			},
			Page: plan.Page{
				Emits:   "Terraform: network, cluster, pools; a script for gcloud",
				Folder:  "terraform",
				Make:    "cd terraform && terraform init && terraform apply",
				Checked: plan.CheckTool,
				CheckedBy: "terraform 1.11 with the schema of hashicorp/google 6.50 (2025-12), " +
					"applied twice with a simulated provider; flags by gcloud 528; shellcheck",
				CheckedOn: "2026-11-30",
			},
		},
		Schema: schema,
		Rules:  rules(),
		New:    target.Reads(decode, emit),
	}
}
