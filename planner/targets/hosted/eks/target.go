package eks

import (
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
	"github.com/k8splan/k8splan/planner/targets/hosted"
	"github.com/k8splan/k8splan/topologies"
)

// Target returns the target eks.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "eks",
			Title:   "Amazon EKS",
			Hosting: plan.Hosted,
			Resolving: plan.Resolving{
				Cloud: "aws",
				CNI:   plan.NoCNI,
				Uses: []string{
					"cluster.kubernetes_version", "cluster.type",
					"network.service_subnets",
					"node.arch", "node.cpus", "node.disk", "node.failure_domain", "node.instance_type", "node.labels", "node.memory",
					"node.roles", "node.taint",
					"node_pool.count",
				},
			},
			Limits: plan.Limits{
				OpenAPI:  true,
				Types:    []topologies.Type{topologies.MultiEtcdMultiMaster},
				TypesWhy: hosted.HAWhy,
				Newest:   plan.Version{Major: 1, Minor: 36},
				Ends: []plan.MinorEnd{ // of standard support; extended support costs extra
					{Minor: 31, On: "2025-11-26"}, {Minor: 32, On: "2026-03-23"}, {Minor: 33, On: "2026-07-29"},
					{Minor: 34, On: "2026-12-02"}, {Minor: 35, On: "2027-03-27"},
				},
				EndsFrom:     "https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html",
				VersionsFrom: "EKS' list of versions: 1.36 since 2026-06-02 (endoflife.date#10240); eksctl asks EKS for it",
				VersionsOn:   "2026-11-23",
			},
			Page: plan.Page{
				Emits:   "Terraform: network, roles, cluster, pools; a ClusterConfig for eksctl",
				Folder:  "terraform",
				Make:    "cd terraform && terraform init && terraform apply",
				Checked: plan.CheckTool,
				CheckedBy: "terraform 1.11 with the schema of hashicorp/aws 6.25 (2025-12), " +
					"applied twice with a simulated provider; eksctl's JSON schema, and its own types, defaults, and " +
					"validation (0.230.0, make consumers)",
				CheckedOn: "2026-11-30",
			},
		},
		Schema: schema,
		Rules:  rules(),
		New:    target.Reads(decode, emit),
	}
}
