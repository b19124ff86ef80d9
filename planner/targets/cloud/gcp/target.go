package gcp

import (
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
)

// Target returns the target gcp.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "gcp",
			Title:   "Google Cloud machines",
			Hosting: plan.Hosts,
			Resolving: plan.Resolving{
				Ignores:  []string{"hypervisor", "node.host", "node.interface", "node.mac", "node.power"},
				Cloud:    "gcp",
				Site:     target.Site,
				MTU:      1460,
				MTUFrom:  "https://cloud.google.com/vpc/docs/mtu",
				Balancer: true,
				SSHUser:  "ops",
			},
			Page: plan.Page{
				Emits:   "Terraform: network, firewall, machines, balancer, bastion; then the playbook",
				Folder:  "terraform",
				Make:    "cd terraform && terraform init && terraform apply",
				Checked: plan.CheckTool,
				CheckedBy: "terraform 1.11 with the schema of hashicorp/google 6.50 (2025-12), " +
					"applied twice with a simulated provider",
				CheckedOn: "2026-11-29",
			},
		},
		Schema: schema,
		Rules:  rules(),
		New:    target.Reads(decode, emit),
	}
}
