package libvirt

import (
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
)

// Target is the target libvirt.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "libvirt",
			Title:   "KVM: hypervisors of one's own, through libvirt",
			Hosting: plan.Hosts,
			Resolving: plan.Resolving{
				Site:    target.Site,
				L2:      true,
				SSHUser: "ops",
			},
			Page: plan.Page{
				Emits:     "XML of network, disks and machines, cloud-init's seeds, a script; then the playbook",
				Folder:    "libvirt",
				Make:      "libvirt/machines.sh up",
				Checked:   plan.CheckTool,
				CheckedBy: "virt-xml-validate, virsh's test driver and virt-aa-helper (libvirt 9.0), cloud-init schema (22.4), shellcheck",
				CheckedOn: "2026-11-29",
			},
		},
		Schema: schema,
		Rules:  rules(),
		New:    target.Reads(decode, emit),
	}
}
