package libvirt

import (
	"net/url"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
)

// site returns the machines' segment, and the hypervisor of machines that set none: libvirt's host, or the one that runs the script.
func site(body hcl.Body, ctx *hcl.EvalContext) plan.Site {
	s := target.Site(body, ctx)
	if uri, err := url.Parse(target.Text(body, ctx, "uri")); err == nil {
		s.Host = uri.Hostname()
	}
	if s.Host == "" && target.TextMap(body, ctx, "hypervisors") == nil {
		s.OneMachine = "the machine that runs libvirt/machines.sh"
	}
	return s
}

// Target returns the target libvirt.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "libvirt",
			Title:   "KVM on your own hypervisors, through libvirt",
			Hosting: plan.Hosts,
			Resolving: plan.Resolving{
				Beside:  true,
				Ignores: []string{"node.instance_type"},
				Site:    site,
				L2:      true,
				SSHUser: "ops",
			},
			Page: plan.Page{
				Emits:   "XML of network, disks, and machines, cloud-init's seeds, a script; then the playbook",
				Folder:  "libvirt",
				Make:    "libvirt/machines.sh up",
				Checked: plan.CheckTool,
				CheckedBy: "virt-xml-validate, virsh's test driver and virt-aa-helper (libvirt 9.0), cloud-init schema (22.4), " +
					"shellcheck; a machine with Debian 13, booted in QEMU from its seed (cloud-init 25.1)",
				CheckedOn: "2026-11-30",
			},
		},
		Schema: schema,
		Rules:  rules(),
		New:    target.Reads(decode, emit),
	}
}
