package lxd

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
)

// site returns the machines' segment, and whether they are containers.
func site(body hcl.Body, ctx *hcl.EvalContext) plan.Site {
	s := target.Site(body, ctx)
	s.SharedKernel = target.Says(body, ctx, "instances", container)
	return s
}

// Target returns the target lxd.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "lxd",
			Title:   "LXD: virtual machines or containers on one machine",
			Hosting: plan.Hosts,
			Resolving: plan.Resolving{
				Beside:     true,
				Ignores:    []string{"node.instance_type", "node.power"},
				Site:       site,
				L2:         true,
				OneMachine: "the machine that runs LXD",
			},
			Page: plan.Page{
				Emits:   "instances and network for LXD, and a script; then the playbook",
				Folder:  "lxd",
				Make:    "cd lxd && ./machines.sh",
				Checked: plan.CheckTypes,
				CheckedBy: "shellcheck for the script; the playbook for containers on hosts of the lab with the same restrictions " +
					"(go run ./e2e lxd)",
				CheckedOn: "2026-11-30",
			},
		},
		Schema: schema,
		Rules:  rules(),
		New:    target.Reads(decode, emit),
	}
}
