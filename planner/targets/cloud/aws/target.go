package aws

import (
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
)

// Target returns the target aws.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "aws",
			Title:   "AWS machines",
			Hosting: plan.Hosts,
			Resolving: plan.Resolving{
				Ignores:  []string{"hypervisor", "node.host", "node.interface", "node.mac", "node.power"},
				Cloud:    "aws",
				Site:     target.Site,
				Balancer: true,
				SSHUser:  "ops",
			},
			Page: plan.Page{
				Emits:   "Terraform: network, security groups, machines, balancer, roles, bastion; then the playbook",
				Folder:  "terraform",
				Make:    "cd terraform && terraform init && terraform apply",
				Checked: plan.CheckTool,
				CheckedBy: "terraform 1.11 with the schema of hashicorp/aws 6.25 (2025-12), " +
					"applied twice with a simulated provider",
				CheckedOn: "2026-11-29",
			},
		},
		Schema: schema,
		Rules:  rules(),
		New:    target.Reads(decode, emit),
	}
}
