package baremetal

import (
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
)

// Target returns the target bare-metal.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "bare-metal",
			Title:   "Bare metal, or existing machines",
			Hosting: plan.Hosts,
			Resolving: plan.Resolving{
				Ignores:       []string{"node.instance_type"},
				IgnoresUnmade: []string{"node.interface"},
				Found:         true,
				Site:          target.Site,
				L2:            true,
			},
			Page: plan.Page{
				Emits: "kubeadm, etcd, balancer, and pod network configurations, the playbook, the runbook; with provision, also " +
					"autoinstall, preseed, kickstart, or Ignition",
				Folder:   "provision",
				FolderIf: "provision",
				Checked:  plan.CheckBooted,
				CheckedBy: "the lab in e2e/: kubeadm, kubelet, etcd, and containerd on hosts that are namespaces with systemd. " +
					"No machine was booted from the installers' files. They were checked per feature, see installers.md: cloud-init " +
					"schema (22.4), subiquity's schema, debconf-set-selections, Ignition's parser (2.14 and 2.24); pykickstart (3.74)",
				CheckedOn: "2026-11-30",
			},
		},
		Schema: schema,
		Rules:  rules(),
		New:    target.Reads(decode, emit),
	}
}
