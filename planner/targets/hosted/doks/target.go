package doks

import (
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
	"github.com/k8splan/k8splan/planner/targets/hosted"
)

// Target returns the target doks.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "doks",
			Title:   "DigitalOcean Kubernetes",
			Hosting: plan.Hosted,
			Resolving: plan.Resolving{
				CNI: plan.NoCNI,
				Uses: []string{
					"cluster.kubernetes_version", "cluster.type",
					"network.pod_subnets", "network.service_subnets",
					"node.arch", "node.cpus", "node.instance_type", "node.labels", "node.memory", "node.roles", "node.taint",
					"node_pool.count",
				},
			},
			Limits: plan.Limits{
				OpenAPI:  true,
				Types:    hosted.Both(),
				TypesWhy: hosted.BothWhy,
				// the version DigitalOcean's operator was built for: digitalocean/do-operator#135 (2026-05)
				Default: plan.Version{Major: 1, Minor: 36},
			},
			Page: plan.Page{
				Emits:   "Terraform: network, cluster, pools; a script for doctl",
				Folder:  "terraform",
				Make:    "cd terraform && terraform init && terraform apply",
				Checked: plan.CheckTool,
				CheckedBy: "terraform 1.11 with the schema of digitalocean/digitalocean 2.71 (2025-12), " +
					"applied twice with a simulated provider; shellcheck",
				CheckedOn: "2026-11-29",
			},
		},
		Schema: schema,
		Rules:  rules(),
		New:    target.Reads(decode, emit),
	}
}
