package kubespray

import (
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
)

// Target is the target kubespray.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "kubespray",
			Title:   "kubespray: its playbook builds on machines that exist",
			Hosting: plan.Installer,
			Resolving: plan.Resolving{
				Unused: []string{
					"cluster.encryption_algorithm", "cluster.certificate_validity", "cluster.ca_certificate_validity", "container_runtime.version", "etcd.version", "load_balancer.version",
				},
			},
			Limits: plan.Limits{
				Oldest:       plan.Version{Major: 1, Minor: 34},
				Newest:       plan.Version{Major: 1, Minor: 36, Patch: 4},
				VersionsFrom: "the release notes and checksums of kubespray v2.32.0; 1.37 is for its next release (kubespray#13545)",
				VersionsOn:   "2026-11-23",
			},
			Page: plan.Page{
				Emits:     "kubespray's inventory and group_vars",
				Folder:    "kubespray",
				Checked:   plan.CheckTool,
				CheckedBy: "ansible-inventory (ansible-core 2.14); the conditions of kubespray's validate_inventory (92e8ac9), by ansible-playbook for each type on that day and by a test since",
				CheckedOn: "2026-11-23",
			},
		},
		Schema: schema,
		Rules:  rules(),
		New:    target.Reads(decode, emit),
	}
}
