// Package proxmox creates the machines of a plan on Proxmox VE with Terraform: each on the node of its failure domain, from a cloud image,
// with its address from the plan. The tree's playbook then builds the cluster.
//
// The package is internal to k8splan and makes no compatibility promise.
package proxmox

import (
	"maps"
	"net/netip"
	"regexp"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/target/block"
	"github.com/k8splan/k8splan/planner/target/onprem"
	"github.com/k8splan/k8splan/planner/target/terraform"
)

// body holds the block's arguments.
type body struct {
	*spec.Source
	onprem.Written
	Host           *string
	Hosts          map[string]string
	Datastore      *string
	ImageDatastore *string
	Bridge         *string
	VLAN           *int
	CPUType        *string
	Images         map[string]string
	PublicKey      *string
}

// schema returns the block's schema.
func schema() *spec.Block {
	return &spec.Block{
		Name: "target", Doc: "Proxmox VE, through its API.",
		Arguments: append([]spec.Argument{
			{Name: "host", Type: spec.Text, Field: "Host", Example: `"pve-1"`,
				Doc: "Proxmox node for machines that have neither a host nor a failure domain."},
			{Name: "hosts", Type: spec.TextMap, Field: "Hosts", Example: `{ "rack-a" = "pve-1" }`,
				Doc: "Proxmox node by failure domain. Default: the node that has the failure domain's name."},
			{Name: "datastore", Type: spec.Text, Field: "Datastore", Example: `"local-lvm"`, Doc: "Storage of the machines' disks."},
			{Name: "image_datastore", Type: spec.Text, Field: "ImageDatastore", Example: `"local"`,
				Doc: "Storage of the cloud images. Its content types must include Import."},
			{Name: "bridge", Type: spec.Text, Field: "Bridge", Example: `"vmbr0"`, Doc: "Bridge to the segment."},
			{Name: "vlan", Type: spec.Integer, Field: "VLAN", Example: `30`, Doc: "VLAN of the segment. Default: untagged."},
			{Name: "cpu_type", Type: spec.Text, Field: "CPUType", Example: `"x86-64-v2-AES"`, Doc: "CPU type of the machines: the " +
				"oldest that all Proxmox nodes support, so that machines can migrate."},
			{Name: "images", Type: spec.TextMap, Field: "Images", Example: `{ "debian-13" = "http://10.0.0.2/debian-13.qcow2" }`,
				Doc: "QCOW2 cloud images by operating system. Default: the vendors' own."},
			{Name: "ssh_public_key_file", Type: spec.Text, Field: "PublicKey", Example: `"~/.ssh/id_ed25519.pub"`,
				Doc: "Public half of the key that Ansible uses, on the machine that runs Terraform."},
		}, onprem.Arguments()...),
	}
}

// variables is plan.auto.tfvars.json, as templates/targets/machines/proxmox/variables.tf declares it.
type variables struct {
	Cluster        string             `json:"cluster"`
	Datastore      string             `json:"datastore"`
	ImageDatastore string             `json:"image_datastore"`
	Bridge         string             `json:"bridge"`
	VLAN           int                `json:"vlan"`
	MTU            int                `json:"mtu"`
	CPUType        string             `json:"cpu_type"`
	Nameservers    []string           `json:"nameservers"`
	Images         map[string]string  `json:"images"`
	Machines       map[string]machine `json:"machines"`
	SSHUser        string             `json:"ssh_user"`
	PublicKey      string             `json:"ssh_public_key_file,omitempty"`
}

type machine struct {
	Host      string `json:"host"`
	Image     string `json:"image"`
	CPUs      int    `json:"cpus"`
	MemoryMiB int64  `json:"memory_mib"`
	DiskGiB   int64  `json:"disk_gib"`
	MAC       string `json:"mac"` // "" = Proxmox's choice
	IPv4      string `json:"ipv4"`
	Gateway4  string `json:"gateway4"`
	IPv6      string `json:"ipv6"`
	Gateway6  string `json:"gateway6"`
}

const ethernetMTU = 1500

// Names that Proxmox accepts for a node, a storage, a bridge, and a CPU type. Sources: https://git.proxmox.com/?p=pve-common.git
// (PVE::JSONSchema: pve-node, pve-storage-id, pve-bridge-id), qm(1)
var (
	nodePattern    = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`)
	storagePattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._-]*[A-Za-z0-9]$`)
	bridgePattern  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$`)
	cpuPattern     = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]*$`)
)

// decode checks the body of the target block against the plan. After an error the value is nil.
func decode(p *plan.Plan, written hcl.Body, ctx *hcl.EvalContext) (*variables, hcl.Diagnostics) {
	var b body
	r, ok := block.Open(p, written, ctx, schema(), &b, shared.Argument)
	if !ok {
		return nil, r.Diags
	}
	if b.Source == nil {
		b.Source = p.Target.Source
	}
	say := r.Say
	name := func(argument string, written *string, otherwise string, pattern *regexp.Regexp) string {
		value := block.Value(written, otherwise)
		if !pattern.MatchString(value) {
			say(shared.Argument, b.Attr(argument), "%s is %q, which is not a valid name in Proxmox. Write one such as %q.", argument,
				value, otherwise)
		}
		return value
	}
	segment := b.Segment(p, b.Source, shared, say)
	v := &variables{
		Cluster: p.Cluster.Name, SSHUser: p.SSH.User, PublicKey: block.Value(b.PublicKey, ""), VLAN: block.Value(b.VLAN, 0),
		Datastore: name("datastore", b.Datastore, "local-lvm", storagePattern), ImageDatastore: name("image_datastore", b.ImageDatastore,
			"local", storagePattern),
		Bridge: name("bridge", b.Bridge, "vmbr0", bridgePattern), CPUType: name("cpu_type", b.CPUType, "x86-64-v2-AES", cpuPattern),
		Nameservers: []string{}, Images: map[string]string{}, Machines: map[string]machine{},
	}
	if v.VLAN < 0 || v.VLAN > 4094 {
		say(shared.Argument, b.Attr("vlan"), "vlan is %d. Write a number from 1 to 4094.", v.VLAN)
	}
	if p.Network.MTU != ethernetMTU {
		v.MTU = p.Network.MTU
	}
	for _, a := range segment.Nameservers {
		v.Nameservers = append(v.Nameservers, a.String())
	}
	if p.SSH.User == "root" {
		say(login, p.SSH.Attr("user"), "The machines are created with one user with sudo, in addition to root. Write another "+
			"name in ssh, such as user = \"ops\".")
	}
	if p.SSH.Port != 22 {
		say(login, p.SSH.Attr("port"), "Proxmox' cloud-init leaves sshd on port 22, but ssh has port %d. Leave port out.", p.SSH.Port)
	}
	picked := onprem.PickImages(p, b.Images, b.Attr("images"), shared.Argument, noImage, say)
	for _, n := range p.Nodes {
		host := b.standing(r, n)
		if n.Arch != "amd64" {
			r.SayOnce(noImage, n.Attr("arch"), "Node %q is %s. Proxmox VE supports only amd64. Write arch = \"amd64\".", n.Name, n.Arch)
		}
		os, _ := onprem.System(n)
		v.Images[os] = picked[n.Name].Address
		cpus, memory, disk := onprem.Size(n)
		m := machine{Host: host, Image: os, CPUs: cpus, MemoryMiB: memory >> 20, DiskGiB: (disk + 1<<30 - 1) >> 30, MAC: n.MAC}
		for _, prefix := range segment.Addresses(n) {
			m.address(prefix, segment.RoutersOf(n))
		}
		v.Machines[n.Name] = m
	}
	if r.Diags.HasErrors() {
		return nil, r.Diags
	}
	b.carriesNobody(p, r)
	return v, r.Diags
}

// carriesNobody warns of Proxmox nodes in the block that run no machine.
func (b *body) carriesNobody(p *plan.Plan, r *block.Reader) {
	in, carries := map[string]bool{}, map[string]bool{} // failure domains that place a machine, and Proxmox nodes
	for _, n := range p.Nodes {
		carries[b.standing(r, n)] = true
		if n.Host == "" {
			in[n.FailureDomain] = true
		}
	}
	if b.Host != nil && !carries[*b.Host] {
		r.Say(nobody, b.Attr("host"), "host = %q is for machines with neither a host nor a failure domain, but each machine has one. No "+
			"machine runs on %s. Remove host, or write hosts for the failure domains.", *b.Host, *b.Host)
	}
	delete(in, "")
	for _, domain := range slices.Sorted(maps.Keys(b.Hosts)) {
		if len(in) > 0 && !in[domain] { // without failure domains the entries are for later
			r.Say(nobody, b.Attr("hosts"), "hosts has %s for %s, but no machine is placed by that failure domain. Remove the entry, or "+
				"correct its name.", b.Hosts[domain], domain)
		}
	}
}

// standing returns the Proxmox node of a machine.
func (b *body) standing(r *block.Reader, n *plan.Node) string {
	host := n.Host
	if host == "" {
		host = n.FailureDomain
		if b.Hosts != nil && host != "" {
			host = b.Hosts[host]
		}
		if n.FailureDomain == "" {
			host = block.Value(b.Host, "")
		}
	}
	switch at := n.At("failure_domain"); {
	case host == "" && n.FailureDomain != "":
		r.SayOnce(unplaced, at, "Node %q is in %q, but hosts has only %s. Add the Proxmox node of this failure domain.", n.Name,
			n.FailureDomain,
			onprem.Known(b.Hosts))
	case host == "":
		r.SayOnce(unplaced, at, "Node %q has neither a host nor a failure domain. Write its Proxmox node "+
			"there, or in the target: host = \"pve-1\".", n.Name)
	case !nodePattern.MatchString(host):
		r.SayOnce(unplaced, at,
			"Node %q would run on %q, which is not a valid name of a Proxmox node. Write the node of the failure domain: "+
				"hosts = { %q = \"pve-1\" }.", n.Name, host, n.FailureDomain)
	}
	return host
}

// address sets the machine's address of a family, and the family's router.
func (m *machine) address(prefix netip.Prefix, routers []netip.Addr) {
	for _, r := range routers {
		switch {
		case prefix.Addr().Is4() && r.Is4():
			m.IPv4, m.Gateway4 = prefix.String(), r.String()
		case prefix.Addr().Is6() && r.Is6():
			m.IPv6, m.Gateway6 = prefix.String(), r.String()
		}
	}
}

// emit writes terraform/: the static program, its data, and its guide.
func emit(_ *plan.Plan, opts *variables) ([]artifact.File, error) {
	return terraform.Files("machines/proxmox", opts, terraform.SiteGuide("Proxmox VE",
		"The API's address, and a token of a user with permission to create machines and download images: "+
			"`PROXMOX_VE_ENDPOINT` and `PROXMOX_VE_API_TOKEN` in the environment. `PROXMOX_VE_INSECURE=true` accepts an untrusted "+
			"certificate; a trusted one is better.",
		"Proxmox VE 8.4 or newer. The storages and the bridge of the target must exist on every node with a machine, and the storage of "+
			"the images must have the content type Import (Datacenter, Storage).",
		"Each machine runs on the Proxmox node that the plan names, so the machines of different failure domains are on different "+
			"nodes. If you change a machine's `host` in the topology, it moves.",
		"At the first boot, Proxmox' cloud-init also upgrades the packages. To wait for it, run `cloud-init status --wait` on a "+
			"machine.",
		"A new image or another key does not change existing machines. To recreate one: `terraform apply "+
			"-replace='proxmox_virtual_environment_vm.machine[\"NAME\"]'`, after the runbook's steps for the loss of a host.",
	), terraform.MadeWith)
}

var shared = onprem.RulesOf("proxmox", "Write host for machines without a failure domain, hosts if the Proxmox nodes have other names "+
	"than the failure domains, and datastore, image_datastore, bridge, and vlan as in Proxmox.")

// rules returns the target's rules.
func rules() []*rule.Rule { return shared.List(unplaced, nobody, noImage, login) }

var (
	unplaced = &rule.Rule{
		ID: "proxmox-host", Title: "Machine without a Proxmox node", Permanent: true,
		Doc: "A machine runs on one Proxmox node, and so does its disk if the storage is local. k8splan computes the effect of losing a " +
			"host or a failure domain, which is correct only if the machines are created there.",
		Fix:     "Write host on the node, or the host of its failure domain in the target's hosts.",
		Sources: []string{"https://registry.terraform.io/providers/bpg/proxmox/latest/docs/resources/virtual_environment_vm"},
	}
	nobody = &rule.Rule{
		ID: "proxmox-host-unused", Severity: rule.Warning, Title: "Proxmox node without machines",
		Doc: "A machine runs on its own `host`. Without one, it runs on the node in `hosts` for its failure domain, or on the node with " +
			"the failure domain's name. Without both, it runs on the target's `host`. Other entries have no effect.",
		Fix:     "Remove it, or write `hosts` for the failure domains of the machines.",
		Sources: []string{"https://registry.terraform.io/providers/bpg/proxmox/latest/docs/resources/virtual_environment_vm"},
	}
	noImage = &rule.Rule{
		ID: "proxmox-image", Title: "Operating system without a cloud image", Permanent: true,
		Doc:     "The machines boot from cloud images, which each Proxmox node downloads.",
		Fix:     "Write an image in the target's images, or an os that has one. The machines are amd64.",
		Sources: []string{"https://registry.terraform.io/providers/bpg/proxmox/latest/docs/resources/download_file"},
	}
	login = &rule.Rule{
		ID: "proxmox-login", Title: "SSH login not supported by cloud-init on Proxmox", Permanent: true,
		Doc:     "Proxmox writes the data for cloud-init: one user with a key, who may use sudo, and nothing about sshd.",
		Fix:     "Write a user that is not root, and leave port out.",
		Sources: []string{"https://pve.proxmox.com/wiki/Cloud-Init_Support"},
	}
)
