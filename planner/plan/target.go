package plan

import (
	"net/netip"

	"github.com/k8splan/k8splan/topologies"
)

// Hosting says who makes what.
type Hosting string

// What a target leaves to us.
const (
	// Hosts: machines with addresses from the plan; kubeadm and our playbook make the cluster.
	Hosts Hosting = "hosts"
	// Hosted: the vendor runs the control plane and etcd; the plan draws workers only, without addresses.
	Hosted Hosting = "hosted"
	// Installer: another program makes the cluster from a description of the whole plan; addresses may be left out.
	Installer Hosting = "installer"
)

// TargetFacts is what resolving and checking must know of a target. What it emits is the business of its package under emit/.
type TargetFacts struct {
	Name    string
	Title   string
	Hosting Hosting
	// Types that the target can express; a nil slice stands for all four.
	Types []topologies.Type
	// L2 is false where the network filters ARP and VRRP for addresses it did not give out, so that a virtual IP cannot move.
	L2 bool
	// Reserved ranges are in use on such hosts before Kubernetes comes (a hypervisor's bridge).
	Reserved []netip.Prefix
	// Oldest and Newest versions of Kubernetes that the target takes; zero: no limit of its own.
	Oldest, Newest Version
	// VersionsFrom is where the limits come from, and the date on which they were read (YYYY-MM-DD).
	VersionsFrom, VersionsOn string
	// Successor is what to write instead where the system is discontinued, "" where it lives.
	Successor string
	// Emits names the files in a few words, for the list of targets.
	Emits string
	// Checked is how far the output was checked: CheckBooted, CheckTool or CheckTypes; By names the tool and CheckedOn the date.
	Checked              Check
	CheckedBy, CheckedOn string
	// Folder of the tree holds what makes the machines, and Make is the command that does it, typed in the tree; "" where they exist already.
	Folder, Make string
	// SSHUser is who logs in where ssh.user is not written; "" stands for root.
	SSHUser string
}

// Takes reports whether the target takes a version of Kubernetes: its minor lies between Oldest and Newest.
func (t TargetFacts) Takes(v Version) bool {
	return (t.Oldest.IsZero() || v.MinorsAhead(t.Oldest) >= 0) && (t.Newest.IsZero() || v.MinorsAhead(t.Newest) <= 0)
}

// FindTarget returns the facts of a target.
func FindTarget(name string) (TargetFacts, bool) {
	for _, t := range Targets {
		if t.Name == name {
			return t, true
		}
	}
	return TargetFacts{}, false
}

// TargetNames returns the names of the targets in the table's order.
func TargetNames() []string {
	names := make([]string, len(Targets))
	for i, t := range Targets {
		names[i] = t.Name
	}
	return names
}

// Check is the strongest check that a target's output has passed. Never claim more than was done.
type Check string

// From the strongest to the weakest.
const (
	CheckBooted Check = "booted"    // a real cluster came up from it, unedited
	CheckTool   Check = "validated" // a third party's tool or schema accepted it
	CheckTypes  Check = "own types" // our strict types and rules alone
)

// Targets is the table of targets, by name.
var Targets = []TargetFacts{
	{Name: "bare-metal", Title: "Bare metal, or machines that exist already", Hosting: Hosts, L2: true},
	{
		Name: "vagrant", Title: "Vagrant: libvirt, VirtualBox or VMware on one machine", Hosting: Hosts, L2: true, SSHUser: "vagrant",
		Folder: "vagrant", Make: "cd vagrant && vagrant up",
		// VirtualBox's NAT interface, the same on every machine, and vagrant-libvirt's management network.
		// Sources: https://www.virtualbox.org/manual/ch06.html, https://vagrant-libvirt.github.io/vagrant-libvirt/configuration.html#management-network
		Reserved: []netip.Prefix{netip.MustParsePrefix("10.0.2.0/24"), netip.MustParsePrefix("192.168.121.0/24")},
	},
	{
		Name: "gcp", Title: "Google Cloud machines", Hosting: Hosts,
		Folder: "terraform", Make: "cd terraform && terraform init && terraform apply",
		Emits: "Terraform: network, firewall, machines, balancer, bastion; then the playbook", Checked: CheckTool,
		CheckedBy: "terraform validate with the schema of hashicorp/google 6.50", CheckedOn: "2026-11-23",
	},
}
