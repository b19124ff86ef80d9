package lxd

import (
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
)

// Target is the target lxd.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "lxd",
			Title:   "LXD: virtual machines or containers on one machine",
			Hosting: plan.Hosts,
			Resolving: plan.Resolving{
				Site: target.Site,
				L2:   true,
			},
			Page: plan.Page{
				Emits:     "instances and network for LXD, and a script; then the playbook",
				Folder:    "lxd",
				Make:      "cd lxd && ./machines.sh",
				Checked:   plan.CheckTypes,
				CheckedBy: "shellcheck for the script",
				CheckedOn: "2026-11-23",
			},
		},
		Schema: schema,
		Rules:  rules(),
		New:    target.Reads(decode, emit),
	}
}
