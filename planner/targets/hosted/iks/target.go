package iks

import (
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
	"github.com/k8splan/k8splan/planner/targets/hosted"
	"github.com/k8splan/k8splan/topologies"
)

// Target returns the target iks.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "iks",
			Title:   "IBM Cloud Kubernetes Service",
			Hosting: plan.Hosted,
			Resolving: plan.Resolving{
				CNI: plan.NoCNI,
				Uses: []string{
					"cluster.kubernetes_version", "cluster.type",
					"network.pod_subnets", "network.service_subnets",
					"node.arch", "node.cpus", "node.failure_domain", "node.instance_type", "node.labels", "node.memory", "node.roles",
					"node.taint",
					"node_pool.count",
				},
			},
			Limits: plan.Limits{
				Types:        []topologies.Type{topologies.MultiEtcdMultiMaster},
				TypesWhy:     hosted.HAWhy,
				Newest:       plan.Version{Major: 1, Minor: 36},
				VersionsFrom: "https://cloud.ibm.com/docs/containers?topic=containers-changelog_136",
				VersionsOn:   "2026-08-19",
			},
			Page: plan.Page{
				Emits:   "Terraform: network, cluster, pools; a script for ibmcloud",
				Folder:  "terraform",
				Make:    "cd terraform && terraform init && terraform apply",
				Checked: plan.CheckTypes,
				CheckedBy: "terraform 1.11 with a schema that we wrote from the documentation of IBM-Cloud/ibm 1.88 (2026-02), " +
					"applied twice with a simulated provider; shellcheck",
				CheckedOn: "2026-11-29",
			},
		},
		Schema: schema,
		Rules:  rules(),
		New:    target.Reads(decode, emit),
	}
}
