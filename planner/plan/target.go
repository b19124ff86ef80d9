package plan

import (
	"math"
	"net/netip"
	"slices"
	"strings"

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
	// Types that the target can express; a nil slice stands for all four. TypesWhy is why it cannot express the others: sentences that
	// also say what would work.
	Types    []topologies.Type
	TypesWhy string
	// Placement of etcd that the target can express; "" stands for both. EtcdWhy says why, and what to write.
	Placement topologies.Placement
	EtcdWhy   string
	// CNI is the pod network where none is written; "" stands for the planner's own default.
	CNI string
	// Proxy is kube-proxy's mode where none is written; "" stands for the planner's own default.
	Proxy string
	// Unused names blocks ("ssh") and arguments ("node.address") of the language that mean nothing to the target.
	Unused []string
	// L2 is false where the network filters ARP and VRRP for addresses it did not give out, so that a virtual IP cannot move.
	L2 bool
	// Reserved ranges are in use on such hosts before Kubernetes comes (a hypervisor's bridge).
	Reserved []netip.Prefix
	// MTU of the network that the target makes, and where that is said; 0 stands for Ethernet's.
	MTU     int
	MTUFrom string
	// Oldest and Newest versions of Kubernetes that the target takes; zero: no limit of its own. A Newest whose patch is 0 stands for its
	// whole minor.
	Oldest, Newest Version
	// Default is the minor that a design gets where none is written, for a target whose newest is not for everybody; zero: the newest.
	Default Version
	// Releases are the only ones that the target takes, the newest first; nil: every release between Oldest and Newest.
	Releases []Version
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
	// Balancer reports that what lies in Folder makes the balancer which the plan leaves to somebody else.
	Balancer bool
	// FolderIf is the argument of the target's block without which there is no Folder; "" where it is always there.
	FolderIf string
	// SSHUser is who logs in where ssh.user is not written; "" stands for root.
	SSHUser string
}

// Takes reports whether the target takes a version of Kubernetes.
func (t TargetFacts) Takes(v Version) bool {
	if t.Releases != nil {
		return slices.Contains(t.Releases, v)
	}
	newest := t.Newest
	if newest.Patch == 0 {
		newest.Patch = math.MaxInt
	}
	return (t.Oldest.IsZero() || !v.Before(Version{t.Oldest.Major, t.Oldest.Minor, 0})) && (t.Newest.IsZero() || !newest.Before(v))
}

// NewestVersion is the newest Kubernetes that the target takes, as far as is known; what to advise instead of an old one.
func (t TargetFacts) NewestVersion() Version {
	switch {
	case t.Takes(DefaultVersion):
		return DefaultVersion
	case t.Releases != nil:
		return t.Releases[0]
	case t.Newest.Patch != 0:
		return t.Newest
	case !t.Newest.IsZero():
		return t.Newest.patched()
	}
	return DefaultVersion
}

// version is what a design gets on the target where none is written.
func (t TargetFacts) version() Version {
	if !t.Default.IsZero() {
		return t.Default.patched()
	}
	return t.NewestVersion()
}

// patched is the newest release of a minor, or the version itself where none is known.
func (v Version) patched() Version {
	if patch, ok := v.NewestPatch(); ok {
		return patch
	}
	return v
}

// Guide reports that Folder has a README.md with all steps, those after Make too. Vagrant's one command needs none.
func (t TargetFacts) Guide() bool { return t.Folder != "" && t.FolderIf == "" && t.Name != "vagrant" }

// Leaves reports whether the plan's value of an argument ("container_runtime.version") means nothing to the target, which decides by itself.
func (t TargetFacts) Leaves(argument string) bool {
	block, _, _ := strings.Cut(argument, ".")
	return slices.Contains(t.Unused, argument) || slices.Contains(t.Unused, block)
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

// bothHosted are the types that a vendor's control plane can be: one of one machine, and one that outlives the loss of a machine.
var bothHosted = []topologies.Type{topologies.SingleEtcdSingleMaster, topologies.MultiEtcdMultiMaster}

const (
	bothHostedWhy = "The vendor runs control plane and etcd, and every node that is drawn is a worker. Write single-etcd-single-master for a control plane without a promise of availability, or multi-etcd-multi-master for one with it."
	haHostedWhy   = "The vendor runs control plane and etcd, always several of each, and every node that is drawn is a worker. Write multi-etcd-multi-master."
)

// vendorsOwn is what a vendor who runs the control plane decides. etcd and load_balancer have a rule of their own.
var vendorsOwn = []string{
	"cluster.api_server_port", "cluster.control_plane_endpoint", "cluster.cert_sans", "cluster.encryption_algorithm", "cluster.certificate_validity",
	"cluster.ca_certificate_validity", "network.mtu", "network.node_subnets", "network.dns_domain", "network.http_proxy", "network.node_port_range", "network.node_cidr_mask_size",
	"container_runtime", "ssh", "artifacts", "node.address", "node.secondary_address", "node.ssh_address", "node.public_address", "node.mac", "node.host", "node.interface", "node.os",
	"node.annotations", "node.kubelet_extra_args",
}

// notOpenShifts is what OpenShift's installer decides by itself.
var notOpenShifts = []string{
	"cluster.api_server_port", "cluster.control_plane_endpoint", "cluster.cert_sans", "cluster.encryption_algorithm", "cluster.certificate_validity",
	"cluster.ca_certificate_validity", "cluster.feature_gates", "network.dns_domain", "network.node_port_range", "network.cni", "network.kube_proxy", "container_runtime",
	"etcd.version", "etcd.data_dir", "etcd.quota", "load_balancer", "ssh", "artifacts", "node.os", "node.host", "node.instance_type", "node.kubelet_extra_args", "node.ssh_address", "node.public_address",
}

// Targets is the table of targets, by name.
var Targets = []TargetFacts{
	{
		Name: "bare-metal", Title: "Bare metal, or machines that exist already", Hosting: Hosts, L2: true,
		Folder: "provision", FolderIf: "provision",
		Emits: "kubeadm, etcd, balancer and pod network configurations, the playbook, the runbook; on demand autoinstall, preseed, kickstart or Ignition", Checked: CheckBooted,
		CheckedBy: "the lab in e2e/: kubeadm, kubelet, etcd and containerd on hosts of namespaces with systemd. The installers' files, which nothing was booted from: cloud-init schema, debconf-set-selections, Ignition's parser; kickstart by own checks", CheckedOn: "2026-11-23",
	},
	{
		Name: "vagrant", Title: "Vagrant: libvirt, VirtualBox or VMware on one machine", Hosting: Hosts, L2: true, SSHUser: "vagrant",
		Folder: "vagrant", Make: "cd vagrant && vagrant up",
		Emits: "a Vagrantfile and the machines as data; then the playbook", Checked: CheckTool, CheckedBy: "vagrant validate, ruby -wc", CheckedOn: "2026-11-23",
		// VirtualBox's NAT interface, the same on every machine, and vagrant-libvirt's management network.
		// Sources: https://www.virtualbox.org/manual/ch06.html, https://vagrant-libvirt.github.io/vagrant-libvirt/configuration.html#management-network
		Reserved: []netip.Prefix{netip.MustParsePrefix("10.0.2.0/24"), netip.MustParsePrefix("192.168.121.0/24")},
	},
	{
		Name: "libvirt", Title: "KVM: hypervisors of one's own, through libvirt", Hosting: Hosts, L2: true, SSHUser: "ops",
		Folder: "libvirt", Make: "libvirt/machines.sh up",
		Emits: "XML of network, disks and machines, cloud-init's seeds, a script; then the playbook", Checked: CheckTool,
		CheckedBy: "virt-xml-validate and virsh's test driver (libvirt 9.0), cloud-init schema (22.4), shellcheck", CheckedOn: "2026-11-23",
	},
	{
		Name: "vsphere", Title: "VMware vSphere, through vCenter", Hosting: Hosts, L2: true, SSHUser: "ops",
		Folder: "terraform", Make: "cd terraform && terraform init && terraform apply",
		Emits: "Terraform: clones of templates, cloud-init through guestinfo, rules of placement; then the playbook", Checked: CheckTool,
		CheckedBy: "terraform validate with the schema of vmware/vsphere 2.15, cloud-init schema (22.4)", CheckedOn: "2026-11-23",
	},
	{
		Name: "proxmox", Title: "Proxmox VE", Hosting: Hosts, L2: true, SSHUser: "ops",
		Folder: "terraform", Make: "cd terraform && terraform init && terraform apply",
		Emits: "Terraform: machines from cloud images on the nodes that carry their failure domains, with static addresses; then the playbook", Checked: CheckTool,
		CheckedBy: "terraform validate with the schema of bpg/proxmox, read out of the package that Pulumi's bridge 8.6 generates from it", CheckedOn: "2026-11-23",
	},
	{
		Name: "aws", Title: "AWS machines", Hosting: Hosts, Balancer: true, SSHUser: "ops",
		Folder: "terraform", Make: "cd terraform && terraform init && terraform apply",
		Emits: "Terraform: network, security groups, machines, balancer, roles, bastion; then the playbook", Checked: CheckTool,
		CheckedBy: "terraform validate with the schema of hashicorp/aws 6.25", CheckedOn: "2026-11-23",
	},
	{
		Name: "azure", Title: "Azure machines", Hosting: Hosts, Balancer: true, SSHUser: "ops",
		Folder: "terraform", Make: "cd terraform && terraform init && terraform apply",
		Emits: "Terraform: network, security groups, machines, balancer, identity, bastion; then the playbook", Checked: CheckTool,
		CheckedBy: "terraform validate with the schema of hashicorp/azurerm 4.55; shellcheck", CheckedOn: "2026-11-23",
	},
	{
		Name: "gcp", Title: "Google Cloud machines", Hosting: Hosts, Balancer: true, SSHUser: "ops", MTU: 1460, MTUFrom: "https://cloud.google.com/vpc/docs/mtu",
		Folder: "terraform", Make: "cd terraform && terraform init && terraform apply",
		Emits: "Terraform: network, firewall, machines, balancer, bastion; then the playbook", Checked: CheckTool,
		CheckedBy: "terraform validate with the schema of hashicorp/google 6.50", CheckedOn: "2026-11-23",
	},
	{
		Name: "openstack", Title: "OpenStack machines", Hosting: Hosts, Balancer: true, SSHUser: "ops",
		Folder: "terraform", Make: "cd terraform && terraform init && terraform apply",
		Emits: "Terraform: network, security groups, machines, balancer, bastion; then the playbook", Checked: CheckTypes,
		CheckedBy: "terraform validate with a schema that we wrote", CheckedOn: "2026-11-23",
	},
	{
		Name: "hetzner", Title: "Hetzner Cloud machines", Hosting: Hosts, Balancer: true, SSHUser: "ops", MTU: 1450, MTUFrom: "https://docs.hetzner.com/networking/networks/technical-concepts/architecture",
		Folder: "terraform", Make: "cd terraform && terraform init && terraform apply",
		Emits: "Terraform: network, firewalls, placement groups, machines, balancer, bastion; then the playbook", Checked: CheckTool,
		CheckedBy: "terraform validate with the schema of hetznercloud/hcloud, read out of the package that Pulumi 1.41 generates from it", CheckedOn: "2026-11-23",
	},
	{
		Name: "aks", Title: "Azure Kubernetes Service", Hosting: Hosted, Folder: "terraform", Make: "cd terraform && terraform init && terraform apply",
		Types: bothHosted, TypesWhy: bothHostedWhy, CNI: NoCNI, Unused: vendorsOwn,
		Newest: Version{1, 36, 0}, VersionsFrom: "AKS' release notes of 2026-09-04: 1.36.3, and 1.37 in preview", VersionsOn: "2026-11-23",
		Emits: "Terraform: network, cluster, pools; a script for az", Checked: CheckTool,
		CheckedBy: "terraform validate with the schema of hashicorp/azurerm 4.55; shellcheck", CheckedOn: "2026-11-23",
	},
	{
		Name: "doks", Title: "DigitalOcean Kubernetes", Hosting: Hosted, Folder: "terraform", Make: "cd terraform && terraform init && terraform apply",
		Types: bothHosted, TypesWhy: bothHostedWhy, CNI: NoCNI, Unused: append(slices.Clone(vendorsOwn), "node.failure_domain", "node.disk"),
		Default: Version{1, 36, 0}, // what DigitalOcean's own operator was built for: digitalocean/do-operator#135 (2026-05)
		Emits:   "Terraform: network, cluster, pools; a script for doctl", Checked: CheckTool,
		CheckedBy: "terraform validate with the schema of digitalocean/digitalocean 2.71; shellcheck", CheckedOn: "2026-11-23",
	},
	{
		Name: "eks", Title: "Amazon EKS", Hosting: Hosted, Folder: "terraform", Make: "cd terraform && terraform init && terraform apply",
		Types: []topologies.Type{topologies.MultiEtcdMultiMaster}, TypesWhy: haHostedWhy, CNI: NoCNI, Unused: append(slices.Clone(vendorsOwn), "network.pod_subnets"),
		Newest: Version{1, 36, 0}, VersionsFrom: "EKS' list of versions: 1.36 since 2026-06-02 (endoflife.date#10240); eksctl asks EKS for it", VersionsOn: "2026-11-23",
		Emits: "Terraform: network, roles, cluster, pools; a ClusterConfig for eksctl", Checked: CheckTool,
		CheckedBy: "terraform validate with the schema of hashicorp/aws 6.25; eksctl's JSON schema", CheckedOn: "2026-11-23",
	},
	{
		Name: "gke", Title: "Google Kubernetes Engine", Hosting: Hosted, Folder: "terraform", Make: "cd terraform && terraform init && terraform apply",
		Types: bothHosted, TypesWhy: bothHostedWhy, CNI: NoCNI, Unused: vendorsOwn,
		Newest: Version{1, 37, 0}, Default: Version{1, 36, 0}, VersionsFrom: "GKE's release notes: channel REGULAR up to 1.36, RAPID up to 1.37", VersionsOn: "2026-11-20",
		Emits: "Terraform: network, cluster, pools; a script for gcloud", Checked: CheckTool,
		CheckedBy: "terraform validate with the schema of hashicorp/google 6.50; flags by gcloud 528; shellcheck", CheckedOn: "2026-11-23",
	},
	{
		Name: "iks", Title: "IBM Cloud Kubernetes Service", Hosting: Hosted, Folder: "terraform", Make: "cd terraform && terraform init && terraform apply",
		Types: []topologies.Type{topologies.MultiEtcdMultiMaster}, TypesWhy: haHostedWhy, CNI: NoCNI, Unused: append(slices.Clone(vendorsOwn), "node.disk"),
		Newest: Version{1, 36, 0}, VersionsFrom: "https://cloud.ibm.com/docs/containers?topic=containers-changelog_136", VersionsOn: "2026-08-19",
		Emits: "Terraform: network, cluster, pools; a script for ibmcloud", Checked: CheckTypes, CheckedBy: "terraform validate with a schema that we wrote; shellcheck", CheckedOn: "2026-11-23",
	},
	{
		Name: "openshift", Title: "OpenShift, by its agent-based installer", Hosting: Installer, Folder: "openshift",
		Types:     []topologies.Type{topologies.AllInOne, topologies.MultiEtcdMultiMaster},
		TypesWhy:  "OpenShift takes one control plane without workers, or three to five with an etcd member on each. Write all-in-one for a single node, multi-etcd-multi-master for more, or target bare-metal for one control plane with workers.",
		Placement: topologies.Stacked, EtcdWhy: "OpenShift runs a member on every control plane and none elsewhere. Remove the hosts with the role etcd and the argument topology.",
		CNI: NoCNI, Proxy: "none", // OVN-Kubernetes does both
		Unused:   notOpenShifts,
		Reserved: []netip.Prefix{netip.MustParsePrefix("100.64.0.0/16"), netip.MustParsePrefix("100.88.0.0/16"), netip.MustParsePrefix("169.254.0.0/17")}, // OVN-Kubernetes' own
		Oldest:   Version{1, 31, 0}, Newest: Version{1, 35, 0}, VersionsFrom: "the release notes of OpenShift 4.18 to 4.22", VersionsOn: "2026-11-23",
		Emits: "install-config.yaml, agent-config.yaml, a script that adds pull secret and key", Checked: CheckTypes, CheckedOn: "2026-11-23",
	},
	{
		Name: "ibm-cloud-private", Title: "IBM Cloud Private (discontinued)", Hosting: Installer, Folder: "openshift",
		Types:     []topologies.Type{topologies.AllInOne, topologies.MultiEtcdMultiMaster},
		TypesWhy:  "What is written in its stead is for OpenShift, which takes one control plane without workers, or three to five with an etcd member on each. For the other types write target \"bare-metal\".",
		Placement: topologies.Stacked, EtcdWhy: "OpenShift, which is written in its stead, runs a member on every control plane and none elsewhere.",
		CNI: NoCNI, Proxy: "none",
		Unused:   notOpenShifts,
		Reserved: []netip.Prefix{netip.MustParsePrefix("100.64.0.0/16"), netip.MustParsePrefix("100.88.0.0/16"), netip.MustParsePrefix("169.254.0.0/17")},
		Oldest:   Version{1, 31, 0}, Newest: Version{1, 35, 0}, VersionsFrom: "OpenShift 4.18 to 4.22, its successor", VersionsOn: "2026-11-23",
		Successor: "openshift", Emits: "the files of OpenShift, its successor", Checked: CheckTypes, CheckedOn: "2026-11-23",
	},
	{
		Name: "gke-on-prem", Title: "Google Distributed Cloud on bare metal (GKE On-Prem)", Hosting: Installer, Folder: "gke-on-prem",
		Types:     []topologies.Type{topologies.AllInOne, topologies.SingleEtcdSingleMaster, topologies.MultiEtcdMultiMaster},
		TypesWhy:  "bmctl runs an etcd member on every control plane, so several of them never share one. Write multi-etcd-multi-master with three control planes, or target bare-metal.",
		Placement: topologies.Stacked, EtcdWhy: "bmctl runs a member on every control plane and none elsewhere. Remove the hosts with the role etcd and the argument topology.",
		CNI: NoCNI, Proxy: "none", // Google's Dataplane V2 does both
		Unused: []string{
			"cluster.api_server_port", "cluster.control_plane_endpoint", "cluster.cert_sans", "cluster.encryption_algorithm", "cluster.certificate_validity",
			"cluster.ca_certificate_validity", "cluster.feature_gates", "network.dns_domain", "network.node_port_range", "network.mtu", "network.node_subnets", "network.cni", "network.kube_proxy",
			"container_runtime", "etcd.version", "etcd.data_dir", "etcd.quota", "load_balancer", "artifacts", "node.host", "node.mac", "node.interface", "node.instance_type",
			"node.annotations", "node.kubelet_extra_args", "node.ssh_address", "node.public_address", "node.secondary_address",
		},
		Oldest: Version{1, 32, 0}, Newest: Version{1, 35, 0}, VersionsFrom: "the release notes of Google Distributed Cloud 1.32 to 1.35", VersionsOn: "2026-11-23",
		Emits: "bmctl's configuration: Cluster and NodePools; Terraform for a user cluster", Checked: CheckTypes,
		CheckedBy: "terraform validate with the schema of hashicorp/google 6.50 for the user cluster", CheckedOn: "2026-11-23",
	},
	{
		Name: "platform9", Title: "Platform9 Managed Kubernetes", Hosting: Installer, Folder: "platform9",
		Types:     []topologies.Type{topologies.AllInOne, topologies.SingleEtcdSingleMaster, topologies.MultiEtcdMultiMaster},
		TypesWhy:  "Platform9 runs an etcd member on every control plane, so several of them never share one. Write multi-etcd-multi-master with three control planes, or target bare-metal.",
		Placement: topologies.Stacked, EtcdWhy: "Platform9 runs a member on every control plane and none elsewhere. Remove the hosts with the role etcd and the argument topology.",
		CNI: Calico,
		Unused: []string{
			"cluster.api_server_port", "cluster.cert_sans", "cluster.encryption_algorithm", "cluster.certificate_validity", "cluster.ca_certificate_validity", "cluster.feature_gates",
			"network.dns_domain", "network.node_port_range", "network.node_subnets", "network.http_proxy", "network.kube_proxy", "container_runtime", "etcd.version", "etcd.data_dir",
			"etcd.quota", "load_balancer", "artifacts", "ssh.port", "ssh.jump_host", "node.host", "node.mac", "node.instance_type", "node.labels", "node.annotations",
			"node.kubelet_extra_args", "node.ssh_address", "node.public_address", "node.secondary_address",
		},
		Emits: "a script for pf9ctl", Checked: CheckTool, CheckedBy: "shellcheck; the flags are read from pf9ctl's source, not run", CheckedOn: "2026-11-23",
	},
	{
		Name: "openshift-dedicated", Title: "OpenShift Dedicated", Hosting: Hosted, Folder: "openshift-dedicated",
		Types: []topologies.Type{topologies.MultiEtcdMultiMaster}, TypesWhy: haHostedWhy, CNI: NoCNI,
		Unused: slices.DeleteFunc(append(slices.Clone(vendorsOwn), "node.failure_domain", "node.disk"), func(s string) bool { return s == "network.node_cidr_mask_size" }),
		Oldest: Version{1, 31, 0}, Newest: Version{1, 35, 0}, VersionsFrom: "the release notes of OpenShift 4.18 to 4.22", VersionsOn: "2026-11-23",
		Emits: "scripts for ocm", Checked: CheckTool, CheckedBy: "shellcheck; the flags are read from ocm's source, not run", CheckedOn: "2026-11-23",
	},
	{
		Name: "kind", Title: "kind: nodes are containers on one machine", Hosting: Installer, Folder: "kind",
		Types:     []topologies.Type{topologies.AllInOne, topologies.SingleEtcdSingleMaster, topologies.MultiEtcdMultiMaster},
		TypesWhy:  "kind runs an etcd member on every control plane, so several of them never share one. Write multi-etcd-multi-master with three control planes, or the target vagrant.",
		Placement: topologies.Stacked, EtcdWhy: "kind runs a member on every control plane and none elsewhere. Remove the hosts with the role etcd and the argument topology.",
		CNI: NoCNI, // kindnet, which is kind's own
		Unused: []string{
			"cluster.api_server_port", "cluster.control_plane_endpoint", "cluster.encryption_algorithm", "cluster.certificate_validity", "cluster.ca_certificate_validity",
			"network.mtu", "network.node_subnets", "network.http_proxy", "container_runtime", "etcd.version", "etcd.data_dir", "load_balancer", "ssh", "artifacts",
			"node.address", "node.secondary_address", "node.ssh_address", "node.public_address", "node.mac", "node.host", "node.interface", "node.os", "node.cpus", "node.memory",
			"node.disk", "node.instance_type",
		},
		Releases:     []Version{{1, 37, 0}, {1, 36, 4}, {1, 35, 8}, {1, 34, 11}},
		VersionsFrom: "the node images in the release notes of kind v0.33.0, whose default image is v1.37.0 in its source too", VersionsOn: "2026-11-23",
		Emits: "kind's Cluster, and the pod network's manifest", Checked: CheckTool, CheckedBy: "kind v0.33.0, up to the making of nodes", CheckedOn: "2026-11-23",
	},
	{
		Name: "kubespray", Title: "kubespray: its playbook builds on machines that exist", Hosting: Installer, Folder: "kubespray",
		Unused: []string{
			"cluster.encryption_algorithm", "cluster.certificate_validity", "cluster.ca_certificate_validity", "container_runtime.version", "etcd.version", "load_balancer.version",
		},
		Oldest: Version{1, 34, 0}, Newest: Version{1, 36, 4}, VersionsFrom: "the release notes and checksums of kubespray v2.32.0; 1.37 is for its next release (kubespray#13545)", VersionsOn: "2026-11-23",
		Emits: "kubespray's inventory and group_vars", Checked: CheckTool, CheckedBy: "ansible-inventory (ansible-core 2.14); the conditions of kubespray's validate_inventory (92e8ac9), by ansible-playbook for each type on that day and by a test since", CheckedOn: "2026-11-23",
	},
	{
		Name: "cluster-api", Title: "Cluster API: objects for a management cluster", Hosting: Installer, Folder: "cluster-api",
		CNI: Calico, Proxy: "iptables", // kind's node image, which the provider docker runs, cannot run flannel; kubeadm's own mode
		Unused: []string{
			"container_runtime", "etcd.version", "load_balancer", "ssh", "artifacts.source", "artifacts.mirror_url", "artifacts.checksums", "network.node_subnets", "network.http_proxy",
			"node.arch", "node.os", "node.cpus", "node.memory", "node.disk", "node.interface", "node.instance_type", "node.mac", "node.host",
		},
		Oldest: Version{1, 31, 0}, Newest: Version{1, 37, 0}, VersionsFrom: "the support matrix of Cluster API v1.14", VersionsOn: "2026-11-23",
		Emits: "Cluster, KubeadmControlPlane and MachineDeployments; the pod network", Checked: CheckTool, CheckedBy: "types and admission webhooks of Cluster API v1.14.2", CheckedOn: "2026-11-23",
	},
	{
		Name: "kops", Title: "kops: machines and clusters on AWS and Google Cloud", Hosting: Installer, Folder: "kops",
		Types:     []topologies.Type{topologies.SingleEtcdSingleMaster, topologies.MultiEtcdMultiMaster},
		TypesWhy:  "kops has a group of instances for each control plane, with an etcd member on each, and at least one group of workers: write multi-etcd-multi-master with three control planes, or single-etcd-single-master. For the other types write target \"aws\" or \"gcp\".",
		Placement: topologies.Stacked, EtcdWhy: "kops runs a member on every control plane and none elsewhere. Remove the hosts with the role etcd and the argument topology.",
		CNI: Cilium, Proxy: "iptables", // kops' own defaults
		Unused: []string{
			"cluster.api_server_port", "cluster.control_plane_endpoint", "cluster.encryption_algorithm", "cluster.certificate_validity", "cluster.ca_certificate_validity",
			"network.node_subnets", "network.http_proxy", "container_runtime.version", "etcd.version", "etcd.data_dir", "load_balancer", "ssh", "artifacts", "node.address",
			"node.secondary_address", "node.ssh_address", "node.public_address", "node.mac", "node.host", "node.interface", "node.os", "node.arch",
		},
		Oldest: Version{1, 31, 0}, Newest: Version{1, 36, 2}, VersionsFrom: "kops 1.36, its newest release (channels: kops#18480)", VersionsOn: "2026-11-23",
		Emits: "kops' Cluster and InstanceGroups", Checked: CheckTool, CheckedBy: "kops' CustomResourceDefinitions, made strict", CheckedOn: "2026-11-23",
	},
	{
		Name: "kube-aws", Title: "kube-aws (archived)", Hosting: Installer, Folder: "kops",
		Types:     []topologies.Type{topologies.SingleEtcdSingleMaster, topologies.MultiEtcdMultiMaster},
		TypesWhy:  "What is written in its stead is for kops, which has an etcd member on each control plane and at least one group of workers. For the other types write target \"aws\".",
		Placement: topologies.Stacked, EtcdWhy: "kops, which is written in its stead, runs a member on every control plane.",
		CNI: Cilium, Proxy: "iptables",
		Oldest: Version{1, 31, 0}, Newest: Version{1, 36, 2}, VersionsFrom: "kops 1.36, its successor", VersionsOn: "2026-11-23",
		Successor: "kops", Emits: "the files of kops, its successor", Checked: CheckTool, CheckedBy: "kops' CustomResourceDefinitions, made strict", CheckedOn: "2026-11-23",
	},
	{
		Name: "minikube", Title: "minikube: a cluster on one machine, with many drivers", Hosting: Installer, Folder: "minikube",
		Types:     []topologies.Type{topologies.AllInOne, topologies.SingleEtcdSingleMaster, topologies.MultiEtcdMultiMaster},
		TypesWhy:  "minikube runs an etcd member on every control plane, so several of them never share one. Write multi-etcd-multi-master with three control planes, or the target vagrant.",
		Placement: topologies.Stacked, EtcdWhy: "minikube runs a member on every control plane and none elsewhere. Remove the hosts with the role etcd and the argument topology.",
		CNI: NoCNI, Proxy: "iptables", // the choice is minikube's own: kindnet for several nodes
		Unused: []string{
			"cluster.control_plane_endpoint", "cluster.encryption_algorithm", "cluster.certificate_validity", "cluster.ca_certificate_validity", "network.mtu", "network.node_subnets",
			"network.http_proxy", "container_runtime.version", "etcd.version", "etcd.data_dir", "load_balancer", "ssh", "artifacts.source", "artifacts.mirror_url", "artifacts.checksums",
			"node.address", "node.secondary_address", "node.ssh_address", "node.public_address", "node.mac", "node.host", "node.interface", "node.os", "node.instance_type",
		},
		Oldest: Version{1, 31, 0}, Newest: Version{1, 37, 0}, VersionsFrom: "the release notes of minikube v1.39.0 (2026-09-01)", VersionsOn: "2026-11-23",
		Emits: "the arguments of minikube start, and a script", Checked: CheckTypes, CheckedBy: "shellcheck for the script", CheckedOn: "2026-11-23",
	},
	{
		Name: "docker-desktop", Title: "Docker Desktop's own Kubernetes", Hosting: Installer, Folder: "docker-desktop",
		Types:     []topologies.Type{topologies.AllInOne, topologies.SingleEtcdSingleMaster},
		TypesWhy:  "Docker Desktop makes one control plane: on one machine several would survive no more than one does. Write single-etcd-single-master, or target \"kind\" for several.",
		Placement: topologies.Stacked, EtcdWhy: "Docker Desktop runs its one member on the control plane. Remove the hosts with the role etcd and the argument topology.",
		CNI: NoCNI,
		Unused: []string{
			"cluster.api_server_port", "cluster.control_plane_endpoint", "cluster.cert_sans", "cluster.feature_gates", "cluster.encryption_algorithm", "cluster.certificate_validity",
			"cluster.ca_certificate_validity", "network", "container_runtime", "etcd", "load_balancer", "ssh", "artifacts", "node.address", "node.secondary_address", "node.ssh_address",
			"node.public_address", "node.mac", "node.host", "node.interface", "node.os", "node.cpus", "node.memory", "node.disk", "node.instance_type", "node.labels",
			"node.annotations", "node.kubelet_extra_args", "node.failure_domain",
		},
		Releases:     []Version{{1, 37, 0}, {1, 36, 4}, {1, 35, 8}, {1, 34, 11}},
		VersionsFrom: "the node images of kind v0.33.0, which its mode kind uses", VersionsOn: "2026-11-23",
		Emits: "Docker Desktop's settings, and the same cluster for kind", Checked: CheckTypes, CheckedBy: "shellcheck for the script, kind v0.33.0 for the twin", CheckedOn: "2026-11-23",
	},
	{
		Name: "lxd", Title: "LXD: virtual machines or containers on one machine", Hosting: Hosts, L2: true, Folder: "lxd", Make: "cd lxd && ./machines.sh",
		Emits: "instances and network for LXD, and a script; then the playbook", Checked: CheckTypes, CheckedBy: "shellcheck for the script", CheckedOn: "2026-11-23",
	},
	{
		Name: "charmed-kubernetes", Title: "Charmed Kubernetes: Juju on LXD, MAAS or a cloud", Hosting: Installer, Folder: "charmed-kubernetes",
		Types:    []topologies.Type{topologies.SingleEtcdSingleMaster, topologies.SingleEtcdMultiMaster, topologies.MultiEtcdMultiMaster},
		TypesWhy: "Its charms of control plane and worker cannot share a machine. Write single-etcd-single-master with one worker, or all-in-one on the target lxd.",
		CNI:      Calico, Proxy: "iptables",
		Unused: []string{
			"cluster.api_server_port", "cluster.control_plane_endpoint", "cluster.encryption_algorithm", "cluster.certificate_validity", "cluster.ca_certificate_validity",
			"network.node_subnets", "network.http_proxy", "network.node_cidr_mask_size", "container_runtime.version", "etcd.version", "etcd.data_dir", "etcd.quota",
			"etcd.heartbeat_interval", "etcd.election_timeout", "etcd.extra_args", "ssh", "artifacts", "node.address", "node.secondary_address", "node.ssh_address", "node.public_address",
			"node.mac", "node.host", "node.interface", "node.os", "node.instance_type",
		},
		Oldest: Version{1, 35, 0}, Newest: Version{1, 35, 0}, VersionsFrom: "release 1.35 of the bundle, the newest", VersionsOn: "2026-11-23",
		Emits: "a bundle for Juju", Checked: CheckTypes, CheckedBy: "its relations, against those of upstream's bundle", CheckedOn: "2026-11-23",
	},
	{
		Name: "kubernetes-the-hard-way", Title: "Kubernetes The Hard Way: services of systemd, without kubeadm", Hosting: Installer, Folder: "kubernetes-the-hard-way",
		Types:     []topologies.Type{topologies.SingleEtcdSingleMaster},
		TypesWhy:  "The tutorial has one server with etcd and the control plane, and nodes. Write single-etcd-single-master; for more, the target bare-metal.",
		Placement: topologies.Stacked, EtcdWhy: "The one member runs on the server. Remove the hosts with the role etcd and the argument topology.",
		CNI: StaticRoutes,
		Unused: []string{
			"cluster.encryption_algorithm", "cluster.certificate_validity", "cluster.ca_certificate_validity", "network.http_proxy", "network.node_subnets", "etcd.version",
			"load_balancer", "artifacts.source", "node.mac", "node.host", "node.instance_type",
		},
		Emits: "machines.txt, units, routes, and scripts for certificates and installation", Checked: CheckBooted,
		CheckedBy: "three hosts of the lab (go run ./e2e -hard-way)", CheckedOn: "2026-11-23",
	},
}
