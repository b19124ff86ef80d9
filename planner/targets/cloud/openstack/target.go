package openstack

import (
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
)

// Target returns the target openstack.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "openstack",
			Title:   "OpenStack machines",
			Hosting: plan.Hosts,
			Resolving: plan.Resolving{
				Ignores:  []string{"hypervisor", "node.host", "node.interface", "node.mac", "node.power"},
				Cloud:    "openstack",
				Site:     target.Site,
				Balancer: true,
				SSHUser:  "ops",
			},
			Page: plan.Page{
				Emits:   "Terraform: network, security groups, machines, balancer, bastion; then the playbook",
				Folder:  "terraform",
				Make:    "cd terraform && terraform init && terraform apply",
				Checked: plan.CheckTool,
				CheckedBy: "terraform 1.11 with terraform-provider-openstack/openstack 3.4 itself, " +
					"applied twice with a simulated provider",
				CheckedOn: "2026-11-29",
			},
		},
		Schema: schema,
		Rules:  rules(),
		New:    target.Reads(decode, emit),
	}
}
