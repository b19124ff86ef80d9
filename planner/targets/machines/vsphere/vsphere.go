// Package vsphere creates the machines of a plan on VMware vSphere with Terraform: clones of templates that cloud-init configures through
// guestinfo, placed on the hosts of their failure domain and apart from others of their role. The tree's playbook then builds the cluster.
//
// The package is internal to k8splan and makes no compatibility promise.
package vsphere

import (
	"cmp"
	"fmt"
	"maps"
	"net"
	"regexp"
	"slices"
	"strings"

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
	Datacenter     string
	ComputeCluster string
	Datastore      string
	Network        string
	ResourcePool   *string
	Folder         *string
	Templates      map[string]string
	PublicKey      *string
	NSX            *bool
	Domains        []*domain
}

// domain sets the placement of one failure domain's machines, where it differs from the default.
type domain struct {
	*spec.Source
	Name           string
	NameRange      hcl.Range
	ComputeCluster *string
	Datastore      *string
	Network        *string
	ResourcePool   *string
	Hosts          []string
}

// schema returns the block's schema.
func schema() *spec.Block {
	return &spec.Block{
		Name: "target", Doc: "VMware vSphere, through vCenter.",
		Arguments: append([]spec.Argument{
			{Name: "datacenter", Type: spec.Text, Required: true, Field: "Datacenter", Example: `"dc-1"`, Doc: "Name of the " +
				"datacenter in vCenter."},
			{Name: "compute_cluster", Type: spec.Text, Required: true, Field: "ComputeCluster", Example: `"cluster-1"`,
				Doc: "Compute cluster of the machines."},
			{Name: "datastore", Type: spec.Text, Required: true, Field: "Datastore", Example: `"vsan-1"`, Doc: "Datastore of their " +
				"disks."},
			{Name: "network", Type: spec.Text, Required: true, Field: "Network", Example: `"VM Network"`, Doc: "Port group of their " +
				"card."},
			{Name: "resource_pool", Type: spec.Text, Field: "ResourcePool", Example: `"kubernetes"`, Doc: "Resource pool. Default: " +
				"that of the compute cluster."},
			{Name: "folder", Type: spec.Text, Field: "Folder", Example: `"kubernetes/prod"`, Doc: "Existing folder for the machines, " +
				"a path below the datacenter's folder. Default: a new one with the cluster's name."},
			{Name: "templates", Type: spec.TextMap, Required: true, Field: "Templates",
				Example: `{ "ubuntu-24.04" = "templates/ubuntu-24.04" }`, Doc: "Template of each operating system."},
			{Name: "ssh_public_key_file", Type: spec.Text, Field: "PublicKey", Example: `"~/.ssh/id_ed25519.pub"`, Doc: "Public half " +
				"of the key that Ansible uses, on the machine that runs Terraform."},
			{Name: "nsx", Type: spec.Bool, Field: "NSX", Example: `false`, Doc: "Whether the port group is on NSX. Used only to " +
				"check the port of the pods' tunnels."},
		}, onprem.Arguments()...),
		Blocks: []spec.Block{{
			Name: "failure_domain", Label: "name", LabelField: "Name", Many: true, Field: "Domains", Doc: "Placement of the machines of " +
				"a failure domain.",
			Example: "failure_domain \"rack-a\" {\n  hosts = [\"esx-1.example.com\", \"esx-2.example.com\"]\n}",
			Arguments: []spec.Argument{
				{Name: "compute_cluster", Type: spec.Text, Field: "ComputeCluster", Example: `"cluster-a"`, Doc: "Compute cluster. " +
					"Default: that of the target."},
				{Name: "datastore", Type: spec.Text, Field: "Datastore", Example: `"vsan-a"`, Doc: "Datastore. Default: that of the " +
					"target."},
				{Name: "network", Type: spec.Text, Field: "Network", Example: `"VM Network"`, Doc: "Port group. Default: that of the " +
					"target."},
				{Name: "resource_pool", Type: spec.Text, Field: "ResourcePool", Example: `"kubernetes"`, Doc: "Resource pool. " +
					"Default: that of the target."},
				{Name: "hosts", Type: spec.TextList, Field: "Hosts", Example: `["esx-1.example.com"]`, Doc: "Hosts of the failure " +
					"domain, if it is a part of the compute cluster."},
			},
		}},
	}
}

// variables is plan.auto.tfvars.json, as templates/targets/machines/vsphere/variables.tf declares it.
type variables struct {
	Cluster    string               `json:"cluster"`
	Datacenter string               `json:"datacenter"`
	Folder     string               `json:"folder"`
	MakeFolder bool                 `json:"make_folder"`
	Placements map[string]placement `json:"placements"`
	Templates  map[string]string    `json:"templates"`
	Machines   map[string]machine   `json:"machines"`
	Separate   map[string]separate  `json:"separate"`
	HostGroups map[string]hostGroup `json:"host_groups"`
	PublicKey  string               `json:"ssh_public_key_file,omitempty"`
}

type placement struct {
	ComputeCluster string `json:"compute_cluster"`
	ResourcePool   string `json:"resource_pool"` // "" = the compute cluster's default
	Datastore      string `json:"datastore"`
	Network        string `json:"network"`
}

type machine struct {
	Placement string `json:"placement"`
	Template  string `json:"template"`
	CPUs      int    `json:"cpus"`
	MemoryMiB int64  `json:"memory_mib"`
	DiskGiB   int64  `json:"disk_gib"`
	MAC       string `json:"mac"` // "" = vCenter's choice
}

type separate struct {
	Placement string   `json:"placement"`
	Machines  []string `json:"machines"`
}

type hostGroup struct {
	Placement string   `json:"placement"`
	Hosts     []string `json:"hosts"`
	Machines  []string `json:"machines"`
}

// options is the decoded block with all values filled in.
type options struct {
	variables variables
	segment   onprem.Segment
}

// elsewhere is the placement of machines whose failure domain has no block.
const elsewhere = "default"

// namePattern matches names of inventory objects that we accept. vCenter escapes / \ and % in names.
var namePattern = regexp.MustCompile(`^[^\x00-\x1f\\%]{1,80}$`)

// decode checks the body of the target block against the plan. After an error the value is nil.
func decode(p *plan.Plan, written hcl.Body, ctx *hcl.EvalContext) (*options, hcl.Diagnostics) {
	var b body
	if written == nil {
		return nil, hcl.Diagnostics{shared.Argument.Diagnostic(p.Target.Block(), "The target vsphere needs the machines' placement: "+
			"datacenter, compute_cluster, datastore, network, and templates.")}
	}
	r, ok := block.Open(p, written, ctx, schema(), &b, shared.Argument)
	if !ok {
		return nil, r.Diags
	}
	o := &options{segment: b.Segment(p, b.Source, shared, r.Say)}
	onprem.Port(p, shared, r.Say)
	tunnels(p, &b, r.Say)
	d := decoder{r, p, &b, &o.variables}
	*d.v = variables{
		Cluster: p.Cluster.Name, Datacenter: d.name(b.Source, "datacenter", b.Datacenter), Folder: d.optional(b.Source, "folder",
			b.Folder, p.Cluster.Name), MakeFolder: b.Folder == nil,
		Placements: map[string]placement{}, Templates: map[string]string{}, Machines: map[string]machine{},
		Separate: map[string]separate{}, HostGroups: map[string]hostGroup{},
	}
	if b.PublicKey != nil {
		d.v.PublicKey = *b.PublicKey
	}
	usual := placement{
		d.name(b.Source, "compute_cluster", b.ComputeCluster), d.optional(b.Source, "resource_pool", b.ResourcePool, ""),
		d.name(b.Source, "datastore", b.Datastore), d.name(b.Source, "network", b.Network),
	}
	domains, places := d.domains(usual)
	for _, n := range p.Nodes {
		if place, ok := d.place(n, usual, domains, places); ok {
			d.machine(n, place, domains[n.FailureDomain])
		}
	}
	d.v.apart(p)
	if r.Diags.HasErrors() {
		return nil, r.Diags
	}
	d.empty()
	return o, r.Diags
}

// decoder reads the block into the variables.
type decoder struct {
	*block.Reader
	p *plan.Plan
	b *body
	v *variables
}

func (d *decoder) name(at *spec.Source, argument string, written string) string {
	if !namePattern.MatchString(written) || strings.Trim(written, "/ ") == "" {
		d.Say(shared.Argument, at.Attr(argument), "%s is %q. Write the name in vCenter, at most 80 characters without "+
			"\\ and %%.", argument, written)
	}
	return written
}

func (d *decoder) optional(at *spec.Source, argument string, written *string, otherwise string) string {
	if written == nil {
		return otherwise
	}
	return d.name(at, argument, *written)
}

// domains returns the block's failure domains, and where their machines run; usual is the default.
func (d *decoder) domains(usual placement) (map[string]*domain, map[string]placement) {
	domains, places := map[string]*domain{}, map[string]placement{}
	for _, of := range d.b.Domains {
		if earlier := domains[of.Name]; earlier != nil {
			d.Say(shared.Argument, of.NameRange, "The failure domain %q is already defined on line %d.", of.Name,
				earlier.Block().Start.Line)
		}
		domains[of.Name] = of
		places[of.Name] = placement{
			d.optional(of.Source, "compute_cluster", of.ComputeCluster, usual.ComputeCluster), d.optional(of.Source, "resource_pool",
				of.ResourcePool, usual.ResourcePool),
			d.optional(of.Source, "datastore", of.Datastore, usual.Datastore), d.optional(of.Source, "network", of.Network, usual.Network),
		}
		for _, h := range of.Hosts {
			d.name(of.Source, "hosts", h)
		}
	}
	return domains, places
}

// empty warns of failure domains in the block without machines.
func (d *decoder) empty() {
	if !slices.ContainsFunc(d.p.Nodes, func(n *plan.Node) bool { return n.FailureDomain != "" }) {
		return // the blocks are for later
	}
	for _, of := range d.b.Domains {
		if !slices.ContainsFunc(d.p.Nodes, func(n *plan.Node) bool { return n.FailureDomain == of.Name }) {
			d.Say(idle, of.NameRange, "No machine is in failure_domain %q, so the block has no effect. Remove it, or correct its name.",
				of.Name)
		}
	}
}

// place returns the key of a node's placement; ok is false if the block does not define it.
func (d *decoder) place(n *plan.Node, usual placement, domains map[string]*domain, places map[string]placement) (key string, ok bool) {
	switch {
	case domains[n.FailureDomain] != nil:
		d.v.Placements[n.Zone()] = places[n.FailureDomain]
		return n.Zone(), true
	case n.FailureDomain != "" && n.FailureDomain != d.p.Nodes[0].FailureDomain && len(domains) == 0:
		d.SayOnce(unplaced, n.At("failure_domain"), "Node %q is in %q and others elsewhere, but vCenter would place all of them anywhere "+
			"in %s. Write the placement in the target: failure_domain %q { hosts = [\"…\"] }.", n.Name, n.FailureDomain,
			usual.ComputeCluster, n.FailureDomain)
		return "", false
	case n.FailureDomain != "" && len(domains) > 0:
		d.SayOnce(unplaced, n.At("failure_domain"), "Node %q is in %q, but the target has only the failure domains %s. Add "+
			"failure_domain %q { … } to the target.", n.Name, n.FailureDomain, onprem.Known(domains), n.FailureDomain)
		return "", false
	}
	d.v.Placements[elsewhere] = usual
	return elsewhere, true
}

// machine returns a node's machine; of is its failure domain, nil if the block has none.
func (d *decoder) machine(n *plan.Node, place string, of *domain) {
	os, _ := onprem.System(n)
	if template, ok := d.b.Templates[os]; !ok {
		d.SayOnce(noTemplate, n.Attr("os"), "Node %q runs %s, but templates has only %s.%s", n.Name, os, onprem.Known(d.b.Templates),
			cmp.Or(n.OS.DidYouMean(), " Add a template for it, with cloud-init and open-vm-tools."))
	} else {
		d.v.Templates[os] = d.name(d.b.Source, "templates", template)
	}
	if n.Arch != "amd64" {
		d.SayOnce(noTemplate, n.Attr("arch"), "Node %q is %s. vSphere supports only amd64. Write arch = \"amd64\".", n.Name, n.Arch)
	}
	if n.MAC != "" && reserved(n.MAC) {
		d.SayOnce(mac, n.Attr("mac"), "Node %q has the MAC address %s, which is in a range that VMware reserves for its own assignments. "+
			"Write one from 00:50:56:00:00:00 to 00:50:56:3f:ff:ff, or leave mac out.", n.Name, n.MAC)
	}
	cpus, memory, disk := onprem.Size(n)
	d.v.Machines[n.Name] = machine{place, os, cpus, memory >> 20, (disk + 1<<30 - 1) >> 30, n.MAC}
	if of != nil && len(of.Hosts) > 0 {
		d.v.keep("domain-"+n.Zone(), place, of.Hosts, n)
	}
	if n.Host != "" {
		d.v.keep("host-"+n.Host+"-in-"+place, place, []string{n.Host}, n)
	}
}

// reserved: the MAC prefixes that VMware's products use. Source: https://knowledge.broadcom.com/external/article/313516 and
// https://kb.vmware.com/s/article/507
func reserved(text string) bool {
	a, err := net.ParseMAC(text)
	if err != nil {
		return false
	}
	switch fmt.Sprintf("%x", []byte(a[:3])) {
	case "005056":
		return a[3] > 0x3f
	case "000c29", "000569":
		return true
	}
	return false
}

// keep adds a machine to a group of hosts.
func (v *variables) keep(group, place string, hosts []string, n *plan.Node) {
	g, ok := v.HostGroups[group]
	if !ok {
		g = hostGroup{Placement: place, Hosts: hosts}
	}
	g.Machines = append(g.Machines, n.Name)
	v.HostGroups[group] = g
}

// apart finds the machines of one role in one compute cluster that should be on different hosts: those whose joint loss costs the quorum or
// the endpoint. The group is named after its first placement.
func (v *variables) apart(p *plan.Plan) {
	for _, role := range []struct {
		name string
		has  plan.Roles
	}{{"control-planes", plan.ControlPlane}, {"etcd", plan.EtcdRole}, {"load-balancers", plan.Balancer}} {
		clusters := map[string]separate{}
		for _, n := range p.Nodes {
			m, ok := v.Machines[n.Name]
			if !ok || !n.Roles.Has(role.has) || role.has == plan.EtcdRole && n.Roles.Has(plan.ControlPlane) {
				continue
			}
			key := v.Placements[m.Placement].ComputeCluster
			s := clusters[key]
			s.Placement = cmp.Or(s.Placement, m.Placement)
			s.Machines = append(s.Machines, n.Name)
			clusters[key] = s
		}
		for _, key := range slices.Sorted(maps.Keys(clusters)) {
			if s := clusters[key]; len(s.Machines) > 1 {
				v.Separate[role.name+"-"+s.Placement] = s
			}
		}
	}
}

// emit writes terraform/: the static program, its data, cloud-init's input, and the guide.
func emit(p *plan.Plan, o *options) ([]artifact.File, error) {
	files, err := terraform.Files("machines/vsphere", o.variables, terraform.SiteGuide("VMware vSphere",
		"vCenter's address and an account: `VSPHERE_SERVER`, `VSPHERE_USER`, and `VSPHERE_PASSWORD` in the environment. "+
			"`VSPHERE_ALLOW_UNVERIFIED_SSL=true` accepts an untrusted certificate; a trusted one is better. The account needs "+
			"permission to clone the templates, and to create machines, folders, and rules in the cluster.",
		"A template for each operating system, with one network card and one disk. It needs open-vm-tools, and cloud-init 21.3 or "+
			"newer, whose data source VMware reads guestinfo. DRS must be on in each compute cluster, or the rules have no effect.",
		"Machines of one role run on different hosts, and those of a failure domain on its hosts, if there are enough hosts. The "+
			"rules are not mandatory, so vSphere HA may start a machine elsewhere after a loss.",
		"A new template or another key does not change existing machines. To recreate one: `terraform apply "+
			"-replace='vsphere_virtual_machine.this[\"NAME\"]'`, after the runbook's steps for the loss of a host.",
	), terraform.MadeWith)
	if err != nil {
		return nil, err
	}
	for _, n := range p.Nodes {
		m := o.segment.Machine(p, n, n.MAC)
		for _, part := range []struct {
			name string
			make func() ([]byte, error)
		}{{"user-data", m.UserData}, {"meta-data", m.GuestInfo}} {
			data, err := part.make()
			if err != nil {
				return nil, err
			}
			files = append(files, artifact.File{Path: terraform.Folder + "/cloud-init/" + n.Name + "/" + part.name, Data: data})
		}
	}
	return files, nil
}

var shared = onprem.RulesOf("vsphere", "Write datacenter, compute_cluster, datastore, network, and templates with their names in vCenter.")

// rules returns the target's rules.
func rules() []*rule.Rule { return shared.List(unplaced, idle, noTemplate, mac, vxlan) }

var (
	unplaced = &rule.Rule{
		ID: "vsphere-failure-domain", Title: "Failure domain without placement", Permanent: true,
		Doc: "k8splan computes the effect of losing a failure domain. If vCenter does not know the domain's hosts or cluster, it places " +
			"machines anywhere, and the result is wrong.",
		Fix:     "For each one, write a failure_domain block in the target, with its hosts or its compute cluster.",
		Sources: []string{"https://registry.terraform.io/providers/vmware/vsphere/latest/docs/resources/compute_cluster_vm_host_rule"},
	}
	idle = &rule.Rule{
		ID: "vsphere-failure-domain-unused", Severity: rule.Warning, Title: "vSphere failure domain without machines",
		Doc:     "A failure_domain block sets the placement of that failure domain's machines. Without machines it has no effect.",
		Fix:     "Remove it, or write its name as the `failure_domain` of a machine.",
		Sources: []string{"https://registry.terraform.io/providers/vmware/vsphere/latest/docs/resources/compute_cluster_vm_host_rule"},
	}
	noTemplate = &rule.Rule{
		ID: "vsphere-template", Title: "Operating system without a template", Permanent: true,
		Doc: "Machines are cloned from templates, one for each operating system.",
		Fix: "Write its template in templates, or an os that has one.",
		Sources: []string{
			"https://registry.terraform.io/providers/vmware/vsphere/latest/docs/resources/virtual_machine#cloning-and-customization",
		},
	}
	mac = &rule.Rule{
		ID: "vsphere-mac", Title: "MAC address reserved by VMware", Permanent: true,
		Doc:     "VMware assigns addresses from this range itself. A machine that is configured with one does not start.",
		Fix:     "Write one from 00:50:56:00:00:00 to 00:50:56:3f:ff:ff, or leave mac out.",
		Sources: []string{"https://knowledge.broadcom.com/external/article/313516"},
	}
	vxlan = &rule.Rule{
		ID: "vsphere-vxlan", Severity: rule.Warning, Title: "VXLAN port that VMware's network may not carry",
		Doc: "NSX can drop packets from virtual machines to UDP port 8472. VMware's virtual network card computes VXLAN checksums in " +
			"hardware, and on some ESXi releases does so incorrectly if the port is not 8472. Then pings between pods on two hosts " +
			"work, but TCP does not.",
		Fix: "Write `nsx`, and with NSX `vxlan_port = 4789` in cni. If TCP still fails, turn off the card's offload on every host: " +
			"`ethtool -K IFACE tx-checksum-ip-generic off`.",
		Sources: []string{"https://github.com/projectcalico/calico/issues/4727", "https://github.com/projectcalico/calico/issues/9433",
			"https://github.com/flannel-io/flannel/issues/2388",
			"https://knowledge.broadcom.com/external/article/432932/connectivity-issues-with-cilium-custom-v.html"},
	}
)

// tunnels checks the port of the pods' tunnels against the underlying network.
func tunnels(p *plan.Plan, b *body, say func(*rule.Rule, hcl.Range, string, ...any)) {
	c := &p.Network.CNI
	port := c.TunnelPort()
	at := p.Target.NameRange
	if c.Written {
		at = c.Block()
	}
	switch {
	case !c.Tunnels() || len(p.KubeletNodes()) < 2:
	case b.NSX == nil:
		risk := "Without NSX, VMware's network card can compute wrong checksums for it"
		if port == 8472 {
			risk = "NSX can drop it"
		}
		say(vxlan, at, "Pods on two hosts communicate through VXLAN on UDP port %d. %s. Write nsx = true in target \"vsphere\" if the "+
			"port group is on NSX, or nsx = false if it is not.", port, risk)
	case b.NSX != nil && *b.NSX && port == 8472:
		say(vxlan, at, "The port group is on NSX, which can drop VXLAN on UDP port 8472, the port of %s. Write cni %q { vxlan_port = "+
			"4789 }.",
			c.Name, c.Name)
	case b.NSX != nil && !*b.NSX && port != 8472:
		say(vxlan, at, "Without NSX, VMware's network card can compute wrong checksums for VXLAN on UDP port %d. Then TCP between pods "+
			"on two hosts fails. Test it. If it fails, run `ethtool -K IFACE tx-checksum-ip-generic off` on every host; then waive this "+
			"rule. Flannel and Cilium can use port 8472 instead.", port)
	}
}
