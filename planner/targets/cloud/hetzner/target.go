package hetzner

import (
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
)

// Target returns the target hetzner.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "hetzner",
			Title:   "Hetzner Cloud machines",
			Hosting: plan.Hosts,
			Resolving: plan.Resolving{
				Ignores:  []string{"hypervisor", "node.host", "node.interface", "node.mac", "node.power"},
				Cloud:    "hetzner",
				Site:     target.Site,
				MTU:      1450,
				MTUFrom:  "https://docs.hetzner.com/networking/networks/technical-concepts/architecture",
				Balancer: true,
				SSHUser:  "ops",
			},
			Page: plan.Page{
				Emits:   "Terraform: network, firewalls, placement groups, machines, balancer, bastion; then the playbook",
				Folder:  "terraform",
				Make:    "cd terraform && terraform init && terraform apply",
				Checked: plan.CheckTool,
				CheckedBy: "terraform 1.11 with the schema of hetznercloud/hcloud 1.63 and newer (2026-09, by way of Pulumi's package " +
					"1.41), applied twice with a simulated provider",
				CheckedOn: "2026-11-29",
			},
		},
		Schema: schema,
		Rules:  rules(),
		New:    target.Reads(decode, emit),
	}
}
