package vsphere

import (
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
)

// Target returns the target vsphere.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "vsphere",
			Title:   "VMware vSphere, through vCenter",
			Hosting: plan.Hosts,
			Resolving: plan.Resolving{
				Beside:  true,
				Ignores: []string{"node.instance_type", "node.interface"},
				Cloud:   "vsphere",
				Site:    target.Site,
				L2:      true,
				SSHUser: "ops",
			},
			Page: plan.Page{
				Emits:   "Terraform: clones of templates, cloud-init through guestinfo, placement rules; then the playbook",
				Folder:  "terraform",
				Make:    "cd terraform && terraform init && terraform apply",
				Checked: plan.CheckTool,
				CheckedBy: "terraform 1.11 with the schema of vmware/vsphere 2.15 (2025-12), " +
					"applied twice with a simulated provider; cloud-init schema (22.4)",
				CheckedOn: "2026-11-29",
			},
		},
		Schema: schema,
		Rules:  rules(),
		New:    target.Reads(decode, emit),
	}
}
