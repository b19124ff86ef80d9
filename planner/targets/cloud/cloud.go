// Package cloud is shared by the targets that create machines in a cloud: common arguments, checks for mistakes that would otherwise show
// only when half of the machines exist, and the data for the shared part of their Terraform code (templates/targets/terraform/plan.tf).
// Code for a single cloud is in its target's package.
//
// The package is internal to k8splan and makes no compatibility promise.
package cloud

import (
	"cmp"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/target"
	"github.com/k8splan/k8splan/planner/target/block"
	"github.com/k8splan/k8splan/planner/target/terraform"
)

// Cloud describes how a cloud differs from the others.
type Cloud struct {
	Target string // "aws"
	Vendor string // "AWS"
	// Arguments is a sentence on what the block takes.
	Arguments string

	// NamePattern matches valid names of machines and of the cluster, whose name is the prefix of all other names; NameWords describes it.
	NamePattern *regexp.Regexp
	NameWords   string
	ClusterMax  int // maximum length of the cluster's name

	// Users are names that the cloud rejects for the first user, in addition to root.
	Users []string

	Sizes     []terraform.Size // from small to large
	Images    map[string]map[string]any
	DefaultOS string

	// Reachable reports that every machine has a public address in addition to the one in the plan.
	Reachable bool

	// FirstHosts is how many addresses at the start of a subnet the cloud reserves, including the network address; LastHosts is how many at
	// its end.
	FirstHosts, LastHosts int

	// Sources of the facts.
	NameSource, SizeSource, ImageSource, SubnetSource string
}

// Variables is the data for the shared part of the programs.
type Variables struct {
	Cluster    string                       `json:"cluster"`
	Machines   map[string]terraform.Machine `json:"machines"`
	Images     map[string]any               `json:"images"` // by the key in Machine.Image
	Openings   map[string]terraform.Opening `json:"openings"`
	AdminCIDRs []string                     `json:"admin_cidrs"`
	SSHUser    string                       `json:"ssh_user"`
	SSHPort    int                          `json:"ssh_port"`
	PublicKey  string                       `json:"ssh_public_key_file,omitempty"`
	PrivateKey string                       `json:"ssh_private_key_file,omitempty"`
	PodSubnets []string                     `json:"pod_subnets"`
	APIPort    int                          `json:"api_server_port"`
	Bastion    string                       `json:"bastion_image"`
	Endpoint   *Endpoint                    `json:"endpoint"`
}

// Endpoint is the API's balancer.
type Endpoint struct {
	Name    string `json:"name"`    // "" if the endpoint is an address
	Address string `json:"address"` // "" if the cloud assigns it
	Port    int    `json:"port"`
}

// Access is the part of the block that defines who may connect; every cloud's block embeds it.
type Access struct {
	AdminCIDRs []string
	Consumers  []string
	PublicKey  *string
}

// Arguments returns the schema of Access.
func Arguments() []spec.Argument {
	return []spec.Argument{
		{Name: "admin_cidrs", Type: spec.TextList, Field: "AdminCIDRs", Example: `["203.0.113.0/24"]`, Doc: "Ranges of " +
			"administrators and CI, at least one. The bastion accepts only these."},
		{Name: "node_port_cidrs", Type: spec.TextList, Field: "Consumers", Example: `["203.0.113.0/24"]`, Doc: "Ranges that may " +
			"reach NodePort Services. Default: none."},
		{Name: "ssh_public_key_file", Type: spec.Text, Field: "PublicKey", Example: `"~/.ssh/id_ed25519.pub"`, Doc: "Path of the " +
			"public key for the machines."},
	}
}

// Reader checks a target's block, and collects mistakes.
type Reader struct {
	*block.Reader
	Cloud *Cloud
	Plan  *plan.Plan
	Rules Rules
}

// Read decodes the body into a struct by the target's schema. ok is false if that failed.
func (c *Cloud) Read(p *plan.Plan, body hcl.Body, ctx *hcl.EvalContext, schema *spec.Block, into block.Written) (r *Reader, ok bool) {
	r = &Reader{Cloud: c, Plan: p, Rules: c.Rules()}
	r.Reader, ok = block.Read(p, body, ctx, schema, into, r.Rules.Argument)
	return r, ok
}

// Range is an address range with its purpose and its position in the source.
type Range struct {
	Prefix netip.Prefix
	What   string // "the machines' subnet"
	At     hcl.Range
}

// IPv4 reads an argument that is a range of the cloud's network. ok is false if it is not set.
func (r *Reader) IPv4(name, what, text string) (Range, bool) {
	if !r.Has(name) {
		return Range{}, false
	}
	at := r.At(name)
	prefix, ok := block.Prefix4(text)
	if !ok {
		r.Say(r.Rules.Argument, at, "%s is %q, %s", name, text, block.NoPrefix4(text, fmt.Sprintf("Write the first address of %s and "+
			"its prefix length, such as \"10.10.0.0/24\".", what)))
		return Range{}, false
	}
	return Range{prefix, what, at}, true
}

// Apart checks that the ranges of the cloud's network overlap neither each other nor those of pods, Services, and reserved addresses.
func (r *Reader) Apart(ranges ...Range) {
	p := r.Plan
	for i, a := range ranges {
		for _, b := range ranges[:i] {
			if a.Prefix.Overlaps(b.Prefix) {
				r.Say(r.Rules.Overlap, a.At, "%s, %s, overlaps %s, %s. Each needs its own addresses.", a.Prefix, a.What,
					b.Prefix, b.What)
			}
		}
		for _, of := range []struct {
			ranges []netip.Prefix
			what   string
		}{{p.Network.PodSubnets, "the pods' range"}, {p.Network.ServiceSubnets, "the Services' range"}, {p.Network.ReservedSubnets,
			"a reserved range"}} {
			for _, b := range of.ranges {
				if a.Prefix.Overlaps(b) {
					r.Say(r.Rules.Overlap, a.At, "%s, %s, overlaps %s %s. Packets for one would go to the other.", a.Prefix,
						a.What, of.what, b)
				}
			}
		}
	}
}

// Inside checks that a machine's address is in its subnet and not reserved by the cloud.
func (r *Reader) Inside(n *plan.Node, subnet Range) {
	at := n.At("address")
	if !n.Address.IsValid() {
		return // missing-address reports it
	}
	if !subnet.Prefix.Contains(n.Address) {
		r.Say(r.Rules.Outside, at, "Node %q has %s, which is not in %s, %s. %s gives a machine only addresses of its subnet.",
			n.Name, n.Address, subnet.What, subnet.Prefix, r.Cloud.Vendor)
		return
	}
	if r.kept(n.Address, subnet.Prefix) {
		r.Say(r.Rules.Reserved, at, "Node %q has %s, one of the addresses that %s reserves in every subnet: the first %d and "+
			"the last %d of %s.", n.Name, n.Address, r.Cloud.Vendor, r.Cloud.FirstHosts, r.Cloud.LastHosts, subnet.Prefix)
	}
}

func (r *Reader) kept(a netip.Addr, subnet netip.Prefix) bool {
	first, last := a, a
	for range r.Cloud.FirstHosts {
		if first == subnet.Addr() {
			return true
		}
		first = first.Prev()
	}
	for range r.Cloud.LastHosts {
		last = last.Next()
		if !subnet.Contains(last) {
			return true
		}
	}
	return false
}

// Variables checks what every cloud requires of the plan, and returns the data for the shared part of the program. A machine's zone is its
// failure domain.
func (r *Reader) Variables(access Access) Variables {
	p, c := r.Plan, r.Cloud
	v := Variables{
		Cluster: p.Cluster.Name, Images: map[string]any{}, AdminCIDRs: []string{}, PodSubnets: []string{},
		SSHUser: p.SSH.User, SSHPort: p.SSH.Port, PublicKey: block.Value(access.PublicKey, ""), PrivateKey: p.SSH.PrivateKeyFile,
		APIPort: p.Cluster.APIServerPort, Bastion: c.DefaultOS + "/amd64",
	}
	v.Images[v.Bastion] = c.Images[c.DefaultOS]["amd64"]
	if len(v.Cluster) > c.ClusterMax || !c.NamePattern.MatchString(v.Cluster) {
		r.Say(r.Rules.Name, p.Cluster.NameRange, "The names of networks and firewalls begin with %q. %s allows %s. k8splan appends to the "+
			"name, so it has at most %d characters.", v.Cluster, c.Vendor, c.NameWords, c.ClusterMax)
	}
	if p.SSH.User == "root" || slices.Contains(c.Users, p.SSH.User) {
		r.Say(r.Rules.User, p.SSH.Attr("user"), "The machines are created with one user, and %s does not allow the name %q. Write another "+
			"name in ssh, such as user = \"ops\".", c.Vendor, p.SSH.User)
	}
	admins, consumers := r.Ranges("admin_cidrs", access.AdminCIDRs), r.Ranges("node_port_cidrs", access.Consumers)
	r.outside(consumers)
	if len(access.AdminCIDRs) == 0 {
		r.Say(r.Rules.NoAdmins, r.At("admin_cidrs"), "No one could reach the bastion, and Ansible could reach no machine. "+
			"Write the ranges of administrators and CI: admin_cidrs = [\"203.0.113.0/24\"].")
	}
	for _, a := range admins {
		v.AdminCIDRs = append(v.AdminCIDRs, a.String())
	}
	if most := p.Target.Facts.MTU; most != 0 && p.Network.MTU > most {
		r.Say(r.Rules.Argument, p.Network.Attr("mtu"), "mtu is %d, but the network that this target creates on %s carries packets of at "+
			"most %d bytes. Leave mtu out.", p.Network.MTU, c.Vendor, most)
	}
	if unwrapped(p) {
		for _, s := range p.Network.PodSubnets {
			v.PodSubnets = append(v.PodSubnets, s.String())
		}
	}
	images := map[string]string{}
	for _, n := range p.Nodes {
		if image, ok := r.image(n, &v); ok {
			images[n.Name] = image
		}
	}
	if r.Diags.HasErrors() {
		return v
	}
	machines, err := terraform.Machines(p, c.Sizes)
	if err != nil {
		panic(err) // each node was checked above
	}
	for name, m := range machines {
		m.Image = images[name]
		machines[name] = m
	}
	v.Machines, v.Openings = machines, terraform.Openings(p, admins, consumers)
	return v
}

// image checks a machine's image. It returns the key of the image among the variables; ok is false if there is none.
func (r *Reader) image(n *plan.Node, v *Variables) (key string, ok bool) {
	p, c := r.Plan, r.Cloud
	if p.SSH.Port != 22 && target.Confined(n.OS) {
		r.SayOnce(r.Rules.Argument, p.SSH.Attr("port"), target.ConfinedPort, p.SSH.Port, n.Name, n.OS)
	}
	if !c.NamePattern.MatchString(n.Name) || n.Name == v.Cluster+"-bastion" {
		r.SayOnce(r.Rules.Name, n.NameRange, "%q is the name of a machine. %s allows %s; %q is the bastion's name.", n.Name, c.Vendor,
			c.NameWords, v.Cluster+"-bastion")
	}
	if n.SecondaryAddress.IsValid() {
		r.SayOnce(r.Rules.Family, n.At("secondary_address"), "Node %q has a second address, %s. The network that this target creates on "+
			"%s supports only IPv4.", n.Name, n.SecondaryAddress, c.Vendor)
	} else if n.Address.Is6() {
		r.SayOnce(r.Rules.Family, n.At("address"), "Node %q has the address %s. The network that this target creates on %s supports only "+
			"IPv4.", n.Name, n.Address, c.Vendor)
	}
	if _, err := terraform.Pick(n, c.Sizes); err != nil {
		r.SayOnce(r.Rules.Size, n.Attr("cpus"), "Node %q: %s. Write one of %s's machine types: instance_type = \"…\".", n.Name, err,
			c.Vendor)
	}
	os := cmp.Or(n.OS.String(), c.DefaultOS)
	image, ok := c.Images[os][n.Arch]
	if !ok {
		r.SayOnce(r.Rules.Image, n.Attr("os"), "k8splan knows no image of %s for %s on %s, only of %s.%s", os, n.Arch, c.Vendor,
			strings.Join(c.known(), ", "), n.OS.DidYouMean())
		return "", false
	}
	key = os + "/" + n.Arch
	v.Images[key] = image
	return key, true
}

// outside reports public ranges: they cannot reach a NodePort of machines without a public address.
func (r *Reader) outside(consumers []netip.Prefix) {
	for _, c := range consumers {
		if r.Cloud.Reachable || c.Addr().IsPrivate() {
			continue
		}
		way := "Put your own load balancer in front of the NodePorts"
		if slices.Contains(plan.Clouds, r.Cloud.Target) {
			way = fmt.Sprintf("Write cloud_provider %q {} and use Services of type LoadBalancer", r.Cloud.Target)
		}
		r.Say(r.Rules.NodePorts, r.At("node_port_cidrs"), "node_port_cidrs lets %s reach NodePorts, but the machines have no public "+
			"address and cannot be reached from the internet. %s, or write the ranges of networks that are connected to this one "+
			"(peering, VPN).",
			c, way)
	}
}

// Balancer returns the balancer that the cloud creates if the plan leaves it to the cloud, nil if the plan has its own or none. It takes
// its name from the endpoint and its address from the virtual IP, if the plan has them.
func (r *Reader) Balancer() *Endpoint {
	p := r.Plan
	if p.LoadBalancer.Kind != plan.ExternalBalancer {
		return nil
	}
	e := &Endpoint{Port: p.LoadBalancer.Port}
	if p.LoadBalancer.VirtualIP.IsValid() {
		e.Address = p.LoadBalancer.VirtualIP.String()
	}
	if _, err := netip.ParseAddr(p.Cluster.Endpoint.Host); err != nil {
		e.Name = p.Cluster.Endpoint.Host
	}
	return e
}

// Within checks that the balancer's address is set and in the subnet. broken is the target's rule for a balancer without one.
func (r *Reader) Within(subnet Range, broken *rule.Rule) {
	switch lb := r.Plan.LoadBalancer; {
	case !lb.VirtualIP.IsValid():
		r.Say(broken, lb.Block(), "The balancer of %s needs an unused address of the subnet %s. Write it as virtual_ip here. "+
			"Every node then resolves the endpoint's name to it.", r.Cloud.Vendor, subnet.Prefix)
	case !subnet.Prefix.Contains(lb.VirtualIP):
		r.Say(r.Rules.Outside, lb.Attr("virtual_ip"), "The balancer's address %s must be in the target's subnet %s.", lb.VirtualIP,
			subnet.Prefix)
	case r.kept(lb.VirtualIP, subnet.Prefix):
		r.Say(r.Rules.Reserved, lb.Attr("virtual_ip"), "The balancer's address %s is one that %s reserves in every subnet.",
			lb.VirtualIP, r.Cloud.Vendor)
	}
}

// EndpointRule returns the rule for Within. source is where the vendor documents how a balancer gets its address.
func (c *Cloud) EndpointRule(source string) *rule.Rule {
	return &rule.Rule{
		ID: c.Target + "-endpoint", Title: "Load balancer without an address", Permanent: true,
		Doc:     "The API's load balancer is created with an address in the subnet. The nodes are configured with it beforehand.",
		Fix:     "Write virtual_ip in load_balancer \"external\".",
		Sources: []string{source},
	}
}

// known lists the images as "ubuntu-24.04 (amd64, arm64)".
func (c *Cloud) known() []string {
	var out []string
	for os, byArch := range c.Images {
		var archs []string
		for arch := range byArch {
			archs = append(archs, arch)
		}
		slices.Sort(archs)
		out = append(out, os+" ("+strings.Join(archs, ", ")+")")
	}
	slices.Sort(out)
	return out
}

// unwrapped reports whether pod packets travel between nodes with the pods' addresses.
func unwrapped(p *plan.Plan) bool {
	switch p.Network.CNI.Name {
	case plan.StaticRoutes, plan.NoCNI, plan.OtherCNI:
		return true
	}
	return slices.Contains([]string{plan.HostGateway, plan.BGP, plan.NoEncapsulation}, p.Network.CNI.Encapsulation)
}

// Rules are shared by all clouds with machines, with separate IDs per target.
type Rules struct {
	Argument, Outside, Reserved, Overlap, Name, Image, Size, NoAdmins, User, Family, NodePorts *rule.Rule
}

// List returns the shared rules and the target's own.
func (r Rules) List(own ...*rule.Rule) []*rule.Rule {
	all := append([]*rule.Rule{r.Argument, r.Outside, r.Reserved, r.Overlap, r.Name, r.Image, r.Size, r.NoAdmins, r.User, r.Family},
		own...)
	if r.NodePorts != nil {
		all = append(all, r.NodePorts)
	}
	return all
}

// Rules returns a cloud's shared rules.
func (c *Cloud) Rules() Rules {
	sources := func(s string) []string {
		if s == "" {
			return nil
		}
		return []string{s}
	}
	var nodePorts *rule.Rule
	if !c.Reachable {
		nodePorts = &rule.Rule{
			ID: c.Target + "-node-ports-unreachable", Severity: rule.Warning, Title: "NodePorts that clients cannot reach",
			Doc: "The machines have only private addresses, and NAT lets no connection in. A firewall rule that admits the internet " +
				"has no effect now, but takes effect as soon as a machine gets a public address.",
			Fix: "Use Services of type LoadBalancer, or your own load balancer; list the ranges of connected networks in node_port_cidrs.",
		}
	}
	return Rules{
		NodePorts: nodePorts,
		Argument: &rule.Rule{
			ID: c.Target + "-argument", Title: "Malformed " + c.Target + " target", Permanent: true,
			Doc: "Terraform would report a mistake in this block only after half the machines exist.",
			Fix: c.Arguments + " Every cloud also takes admin_cidrs (required), node_port_cidrs, and ssh_public_key_file.",
		},
		Outside: &rule.Rule{
			ID: c.Target + "-address-outside-subnet", Title: "Address outside the cloud's subnet", Permanent: true,
			Doc: "A machine on " + c.Vendor + " has an address in its subnet, and kubeadm's certificates and etcd's member list contain " +
				"it before the machine exists.",
			Fix:     "Use addresses from the target's subnet, or make it larger.",
			Sources: sources(c.SubnetSource),
		},
		Reserved: &rule.Rule{
			ID: c.Target + "-address-reserved", Title: "Address reserved by the cloud", Permanent: true,
			Doc: fmt.Sprintf("In each subnet, %s reserves %d addresses at the start and %d at the end: those of the network, its "+
				"router, and its name servers, and the broadcast address.", c.Vendor, c.FirstHosts, c.LastHosts),
			Fix:     "Use addresses from the middle of the range.",
			Sources: sources(c.SubnetSource),
		},
		Overlap: &rule.Rule{
			ID: c.Target + "-range-overlap", Title: "Overlapping ranges in the cloud's network", Permanent: true,
			Doc: "The cloud routes its network's ranges itself. If a range overlaps another one, or the pods' or the Services', " +
				"packets for it go to the wrong network.",
			Fix: "Give each its own range.",
		},
		Name: &rule.Rule{
			ID: c.Target + "-name", Title: "Name that " + c.Vendor + " does not allow", Permanent: true,
			Doc: "The machine has the node's name, and all other resources have names that start with the cluster's name. " + c.Vendor +
				" allows fewer names than Kubernetes does.",
			Fix:     "Use " + c.NameWords + ".",
			Sources: sources(c.NameSource),
		},
		Image: &rule.Rule{
			ID: c.Target + "-image", Title: "Operating system without an image", Permanent: true,
			Doc:     "The machines boot from the images that vendors publish on " + c.Vendor + ".",
			Fix:     "Write an os that has one: " + strings.Join(c.known(), ", ") + ".",
			Sources: sources(c.ImageSource),
		},
		Size: &rule.Rule{
			ID: c.Target + "-size", Title: "Machine larger than the table of machine types", Permanent: true,
			Doc:     "The planner picks the smallest general-purpose machine type that has the CPUs and the memory of the node.",
			Fix:     "Write instance_type on the node.",
			Sources: sources(c.SizeSource),
		},
		NoAdmins: &rule.Rule{
			ID: c.Target + "-no-admins", Title: "No administrators listed", Permanent: true,
			Doc: "The machines have no public addresses, and the bastion accepts connections only from listed ranges.",
			Fix: "List the ranges of administrators and of CI in admin_cidrs.",
		},
		User: &rule.Rule{
			ID: c.Target + "-user", Title: "User that the cloud does not allow", Permanent: true,
			Doc: "Each machine is created with one user who has the key and may use sudo. Root logins are off, and some clouds refuse " +
				"names that are easy to guess.",
			Fix: "Write another user in ssh, or leave it out.",
		},
		Family: &rule.Rule{
			ID: c.Target + "-address-family", Title: "IPv6 on an IPv4-only network", Permanent: true,
			Doc: "The network that the target creates has IPv4 addresses only. An IPv6 address in the plan would be in certificates, " +
				"but no host would have it.",
			Fix: "Write IPv4 addresses, or create the machines yourself and use the target bare-metal.",
		},
	}
}
