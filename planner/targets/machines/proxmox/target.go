package proxmox

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
)

// site returns the machines' segment, and their Proxmox nodes.
func site(body hcl.Body, ctx *hcl.EvalContext) plan.Site {
	s := target.Site(body, ctx)
	s.Hosts = target.TextMap(body, ctx, "hosts")
	s.DomainIsHost = s.Hosts == nil
	if host := target.Text(body, ctx, "host"); host != "" {
		if s.Hosts == nil {
			s.Hosts = map[string]string{}
		}
		s.Hosts[""] = host
	}
	return s
}

// Target returns the target proxmox.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "proxmox",
			Title:   "Proxmox VE",
			Hosting: plan.Hosts,
			Resolving: plan.Resolving{
				Beside:  true,
				Ignores: []string{"node.instance_type", "node.interface"},
				Site:    site,
				L2:      true,
				SSHUser: "ops",
			},
			Page: plan.Page{
				Emits: "Terraform: machines from cloud images on the Proxmox nodes of their failure domains, with static addresses; " +
					"then the playbook",
				Folder:  "terraform",
				Make:    "cd terraform && terraform init && terraform apply",
				Checked: plan.CheckTool,
				CheckedBy: "terraform 1.11 with the schema of bpg/proxmox 0.107 and newer (2026-09, by way of a package 8.6 of " +
					"Pulumi's bridge), " +
					"applied twice with a simulated provider",
				CheckedOn: "2026-11-29",
			},
		},
		Schema: schema,
		Rules:  rules(),
		New:    target.Reads(decode, emit),
	}
}
