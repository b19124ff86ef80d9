// Package openstack makes the machines of a plan on OpenStack with Terraform: a network behind a router, security groups from the plan's
// port table, machines by node name, Octavia's balancer before the API and a bastion. The tree's own playbook then makes the cluster.
package openstack

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/emit/block"
	"github.com/k8splan/k8splan/planner/emit/cloud"
	"github.com/k8splan/k8splan/planner/emit/terraform"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
)

// written is the block as it is written.
type written struct {
	ExternalNetwork *string           `hcl:"external_network"`
	Subnet          *string           `hcl:"subnet"`
	DNSServers      []string          `hcl:"dns_servers,optional"`
	Images          map[string]string `hcl:"images,optional"`
	Flavors         []flavor          `hcl:"flavors,optional"`
	BastionFlavor   *string           `hcl:"bastion_flavor"`
	Provider        *string           `hcl:"load_balancer_provider"`
	AdminCIDRs      []string          `hcl:"admin_cidrs,optional"`
	Consumers       []string          `hcl:"node_port_cidrs,optional"`
	PublicKey       *string           `hcl:"ssh_public_key_file"`
}

// flavor is a machine type as this cloud has it: every OpenStack has its own.
type flavor struct {
	Name      string `cty:"name"`
	CPUs      int    `cty:"cpus"`
	MemoryGiB int64  `cty:"memory_gib"`
}

// variables is plan.auto.tfvars.json, as templates/openstack/variables.tf and templates/terraform/plan.tf declare it.
type variables struct {
	cloud.Variables
	ExternalNetwork string   `json:"external_network"`
	Subnet          string   `json:"subnet"`
	DNSServers      []string `json:"dns_servers"`
	Provider        string   `json:"load_balancer_provider"`
	BastionFlavor   string   `json:"bastion_flavor"`
	BastionZone     string   `json:"bastion_zone"`
}

// defaultOS is the system of machines that name none.
const defaultOS = "ubuntu-24.04"

// flavors are those that OpenStack's own documentation uses, for a cloud whose owner kept them.
// Source: https://docs.openstack.org/nova/latest/user/flavors.html
func flavors() []terraform.Size {
	return []terraform.Size{
		{Name: "m1.small", CPUs: 1, MemoryGiB: 2}, {Name: "m1.medium", CPUs: 2, MemoryGiB: 4}, {Name: "m1.large", CPUs: 4, MemoryGiB: 8}, {Name: "m1.xlarge", CPUs: 8, MemoryGiB: 16},
	}
}

func facts(images map[string]map[string]any, sizes []terraform.Size) *cloud.Cloud {
	return &cloud.Cloud{
		Target: "openstack", Vendor: "OpenStack",
		Arguments:   "Write external_network, subnet and images; flavors where the cloud does not have m1.small to m1.xlarge; dns_servers, bastion_flavor and load_balancer_provider where you want others.",
		NamePattern: regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,62}[a-z0-9])?$`), NameWords: "lower-case letters, digits and hyphens", ClusterMax: 40,
		SizeSource: "https://docs.openstack.org/nova/latest/user/flavors.html", Sizes: sizes,
		Images: images, DefaultOS: defaultOS,
		// the network's own and the router's; the sixteen that OpenStack gives out itself, and the broadcast
		FirstHosts: 2, LastHosts: 17,
		SubnetSource: "https://docs.openstack.org/neutron/latest/admin/archives/adv-features.html",
	}
}

// Decode reads the target block against the plan. It reports every mistake that it finds.
func Decode(p *plan.Plan, body hcl.Body, ctx *hcl.EvalContext) (any, hcl.Diagnostics) {
	var w written
	cloudFacts := facts(nil, flavors())
	r, ok := cloudFacts.Read(p, body, ctx, &w)
	if !ok {
		return nil, r.Diags
	}
	if len(w.Flavors) > 0 {
		cloudFacts.Sizes = nil
		for _, f := range w.Flavors {
			cloudFacts.Sizes = append(cloudFacts.Sizes, terraform.Size{Name: f.Name, CPUs: f.CPUs, MemoryGiB: f.MemoryGiB})
		}
		slices.SortStableFunc(cloudFacts.Sizes, func(a, b terraform.Size) int {
			if a.CPUs != b.CPUs {
				return a.CPUs - b.CPUs
			}
			return int(a.MemoryGiB - b.MemoryGiB)
		})
	}
	cloudFacts.Images = map[string]map[string]any{}
	for os, name := range w.Images {
		cloudFacts.Images[os] = map[string]any{"amd64": name}
	}
	if _, ok := w.Images[defaultOS]; !ok {
		r.Say(r.Rules.Argument, r.At.At("images"), "The target needs the names of the cloud's images by operating system, %s among them, which the bastion boots from: images = { %q = \"Ubuntu 24.04\" }.", defaultOS, defaultOS)
	}
	v := &variables{DNSServers: []string{}, Provider: block.Value(w.Provider, "amphora"), BastionFlavor: block.Value(w.BastionFlavor, cloudFacts.Sizes[0].Name)}
	if v.ExternalNetwork = block.Value(w.ExternalNetwork, ""); v.ExternalNetwork == "" {
		r.Say(r.Rules.Argument, r.At.At("external_network"), "The target needs the name of the network that leads outside: external_network = \"public\".")
	}
	for _, s := range w.DNSServers {
		if a, err := netip.ParseAddr(s); err != nil || !a.Is4() {
			r.Say(r.Rules.Argument, r.At.At("dns_servers"), "dns_servers holds %q, which is no IPv4 address.", s)
			continue
		}
		v.DNSServers = append(v.DNSServers, s)
	}
	subnet, ok := r.Argument("subnet", "the range of the machines' addresses", "10.80.0.0/24", w.Subnet)
	if !ok {
		return nil, r.Diags
	}
	if subnet.Prefix.Bits() > 26 {
		r.Say(r.Rules.Argument, subnet.At, "subnet is %s. The last seventeen of its addresses are OpenStack's own; write a /26 or wider.", subnet.Prefix)
	}
	v.Subnet = subnet.Prefix.String()
	r.Apart(subnet)
	var zones []string
	seen := map[hcl.Range]bool{}
	for _, n := range p.Nodes {
		r.Inside(n, subnet)
		if at := n.At("failure_domain"); n.FailureDomain == "" && !seen[at] {
			seen[at] = true
			r.Say(zone, at, "Node %q has no failure domain. Write the availability zone that it stands in: failure_domain = \"nova\".", n.Name)
		}
		zones = append(zones, n.FailureDomain)
	}
	slices.Sort(zones)
	v.Variables = r.Variables(cloud.Access{AdminCIDRs: w.AdminCIDRs, Consumers: w.Consumers, PublicKey: w.PublicKey})
	if len(zones) > 0 {
		v.BastionZone = zones[0]
	}
	if v.Endpoint = r.Balancer(); v.Endpoint != nil {
		switch lb := p.LoadBalancer; {
		case !lb.VirtualIP.IsValid():
			r.Say(endpoint, lb.Block(), "Octavia's balancer needs an address of the subnet %s that no machine has: write virtual_ip here. Every node then finds the endpoint's name by it.", subnet.Prefix)
		case !subnet.Prefix.Contains(lb.VirtualIP):
			r.Say(r.Rules.Outside, lb.Attr("virtual_ip"), "The balancer's address %s must lie in the target's subnet %s.", lb.VirtualIP, subnet.Prefix)
		}
	}
	return v, r.Diags
}

// Emit writes terraform/: the static program, its data and its guide. opts is what Decode returned.
func Emit(_ *plan.Plan, opts any) ([]artifact.File, error) {
	return terraform.Files("openstack", opts.(*variables), terraform.MachinesGuide("OpenStack",
		"OpenStack credentials where the provider looks for them: `export OS_CLOUD=…` with a clouds.yaml, or an openrc file. The cloud needs Octavia where the plan has an external balancer.",
		"The API's balancer answers inside the network only. From outside, go through the bastion (`ssh -L`, or a VPN of yours).",
		strings.Join([]string{"The program asks for Octavia's driver `amphora`, a proxy with addresses of its own.", "A driver that passes packets through unchanged (ovn) may not lead a control plane back to itself; try that before you choose it in `load_balancer_provider`."}, " "),
	), terraform.MachineVariables, terraform.UserData)
}

// Rules lists the rules of the target.
func Rules() []*rule.Rule {
	return facts(map[string]map[string]any{defaultOS: {"amd64": ""}}, nil).Rules().List(zone, endpoint)
}

var (
	zone = &rule.Rule{
		ID: "openstack-zone", Title: "Machine without an availability zone", Permanent: true,
		Doc:     "A machine is made in an availability zone. The plan's failure domains are those zones, so that the spread which the planner judges is the spread that is built.",
		Fix:     "Write the cloud's availability zones as failure domains; a cloud with one usually calls it nova.",
		Sources: []string{"https://docs.openstack.org/nova/latest/admin/availability-zones.html"},
	}
	endpoint = &rule.Rule{
		ID: "openstack-endpoint", Title: "Balancer without an address", Permanent: true,
		Doc:     "The API's balancer is made with an address of the subnet, which the nodes know before anything answers.",
		Fix:     "Write virtual_ip in load_balancer \"external\".",
		Sources: []string{"https://docs.openstack.org/octavia/latest/user/guides/basic-cookbook.html"},
	}
)
