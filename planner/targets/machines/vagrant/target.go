package vagrant

import (
	"net/netip"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
)

// Target returns the target vagrant.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "vagrant",
			Title:   "Vagrant: libvirt, VirtualBox, or VMware on one machine",
			Hosting: plan.Hosts,
			Resolving: plan.Resolving{
				Beside:  true,
				Ignores: []string{"node.disk", "node.instance_type", "node.interface", "node.power"},
				L2:      true,
				// VirtualBox's NAT interface, the same on every machine, and vagrant-libvirt's management network.
				// Sources: https://www.virtualbox.org/manual/ch06.html,
				// https://vagrant-libvirt.github.io/vagrant-libvirt/configuration.html#management-network
				Reserved: []netip.Prefix{netip.MustParsePrefix("10.0.2.0/24"), netip.MustParsePrefix("192.168.121.0/24")},
				SSHUser:  "vagrant",
				// vagrant up creates machines with its provider on the machine where it runs. Source:
				// https://developer.hashicorp.com/vagrant/docs/providers
				OneMachine: "the machine that runs Vagrant",
			},
			Page: plan.Page{
				RunsPlaybook: true,
				Emits:        "a Vagrantfile and the machines as data; then the playbook",
				Folder:       "vagrant",
				Make:         "cd vagrant && vagrant up",
				Checked:      plan.CheckTool,
				CheckedBy:    "vagrant validate, ruby -wc",
				CheckedOn:    "2026-11-30",
			},
		},
		Schema: schema,
		Rules:  rules(),
		New:    target.Reads(decode, emit),
	}
}
