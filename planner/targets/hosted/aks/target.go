package aks

import (
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
	"github.com/k8splan/k8splan/planner/targets/hosted"
)

// Target returns the target aks.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "aks",
			Title:   "Azure Kubernetes Service",
			Hosting: plan.Hosted,
			Resolving: plan.Resolving{
				Cloud: "azure",
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
				Newest:       plan.Version{Major: 1, Minor: 36},
				VersionsFrom: "AKS' release notes of 2026-09-04: 1.36.3, and 1.37 in preview",
				VersionsOn:   "2026-11-23",
			},
			Page: plan.Page{
				Emits:   "Terraform: network, cluster, pools; a script for az",
				Folder:  "terraform",
				Make:    "cd terraform && terraform init && terraform apply",
				Checked: plan.CheckTool,
				CheckedBy: "terraform 1.11 with the schema of hashicorp/azurerm 4.55 (2025-12), " +
					"applied twice with a simulated provider; shellcheck",
				CheckedOn: "2026-11-30",
			},
		},
		Schema: schema,
		Rules:  rules(),
		New:    target.Reads(decode, emit),
	}
}
