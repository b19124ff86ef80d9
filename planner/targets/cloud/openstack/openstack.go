// Package openstack creates the machines of a plan on OpenStack with Terraform: a network behind a router, security groups from the plan's
// port table, machines by node name, Octavia's balancer in front of the API, and a bastion. The tree's playbook then builds the cluster.
//
// The package is internal to k8splan and makes no compatibility promise.
package openstack

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/target/block"
	"github.com/k8splan/k8splan/planner/target/terraform"
	"github.com/k8splan/k8splan/planner/targets/cloud"
)

// written holds the block's arguments.
type written struct {
	*spec.Source
	cloud.Access
	ExternalNetwork string
	Subnet          string
	DNSServers      []string
	Images          map[string]string
	Flavors         []*flavor
	BastionFlavor   *string
	Provider        *string
}

// schema returns the block's schema.
func schema() *spec.Block {
	return &spec.Block{
		Name: "target", Doc: "Machines on OpenStack.",
		Arguments: append([]spec.Argument{
			{Name: "external_network", Type: spec.Text, Required: true, Field: "ExternalNetwork", Example: `"public"`,
				Doc: "Name of the external network."},
			{Name: "subnet", Type: spec.Text, Required: true, Field: "Subnet", Example: `"10.80.0.0/24"`,
				Doc: "Range of the machines' addresses."},
			{Name: "images", Type: spec.TextMap, Required: true, Field: "Images", Example: `{ "ubuntu-24.04" = "Ubuntu 24.04" }`,
				Doc: "Names of images by operating system. The bastion boots from ubuntu-24.04."},
			{Name: "dns_servers", Type: spec.TextList, Field: "DNSServers", Example: `["10.80.0.2"]`,
				Doc: "Name servers of the subnet. Default: those of the cloud."},
			{Name: "bastion_flavor", Type: spec.Text, Field: "BastionFlavor", Example: `"m1.small"`,
				Doc: "Flavor of the bastion. Default: the smallest."},
			{Name: "load_balancer_provider", Type: spec.Text, Field: "Provider", Example: `"amphora"`, Doc: "Octavia's driver."},
		}, cloud.Arguments()...),
		Blocks: []spec.Block{{
			Name: "flavor", Label: "name", Many: true, Field: "Flavors", LabelField: "Name", Aliases: []string{"flavors"},
			Doc:     "A flavor of the cloud. Without such a block, k8splan assumes that m1.small to m1.xlarge exist.",
			Example: "flavor \"m1.small\" {\n  cpus       = 1\n  memory_gib = 2\n}",
			Arguments: []spec.Argument{
				{Name: "cpus", Type: spec.Integer, Required: true, Field: "CPUs", Example: `2`, Doc: "Processors."},
				{Name: "memory_gib", Type: spec.Integer, Required: true, Field: "MemoryGiB", Example: `4`, Doc: "Memory, GiB."},
			},
		}},
	}
}

// flavor is a machine type of this cloud: every OpenStack defines its own.
type flavor struct {
	*spec.Source
	Name      string
	NameRange hcl.Range
	CPUs      int
	MemoryGiB int
}

// variables is plan.auto.tfvars.json, declared in templates/targets/cloud/openstack/variables.tf and templates/targets/terraform/plan.tf.
type variables struct {
	cloud.Variables
	ExternalNetwork string   `json:"external_network"`
	Subnet          string   `json:"subnet"`
	DNSServers      []string `json:"dns_servers"`
	Provider        string   `json:"load_balancer_provider"`
	BastionFlavor   string   `json:"bastion_flavor"`
	BastionZone     string   `json:"bastion_zone"`
}

// defaultOS is the operating system of machines that set none.
const defaultOS = "ubuntu-24.04"

// flavors are those of OpenStack's documentation, for clouds that still have them. Source:
// https://docs.openstack.org/nova/latest/user/flavors.html
func flavors() []terraform.Size {
	return []terraform.Size{
		{Name: "m1.small", CPUs: 1, MemoryGiB: 2}, {Name: "m1.medium", CPUs: 2, MemoryGiB: 4}, {Name: "m1.large", CPUs: 4, MemoryGiB: 8},
		{Name: "m1.xlarge", CPUs: 8, MemoryGiB: 16},
	}
}

func facts(images map[string]map[string]any, sizes []terraform.Size) *cloud.Cloud {
	return &cloud.Cloud{
		Target: "openstack", Vendor: "OpenStack",
		Arguments: "Write external_network, subnet, and images; flavor blocks if the cloud does not have m1.small to m1.xlarge; " +
			"optionally dns_servers, bastion_flavor, and load_balancer_provider.",
		NamePattern: regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,62}[a-z0-9])?$`), NameWords: "lower-case letters, digits, and hyphens",
		ClusterMax: 40,
		SizeSource: "https://docs.openstack.org/nova/latest/user/flavors.html", Sizes: sizes,
		Images: images, DefaultOS: defaultOS,
		// at the start, the addresses of the network and the router; at the end, sixteen that OpenStack allocates, and the broadcast
		// address
		FirstHosts: 2, LastHosts: 17,
		SubnetSource: "https://docs.openstack.org/neutron/latest/admin/archives/adv-features.html",
	}
}

// decode checks the target block against the plan. It reports every mistake that it finds.
func decode(p *plan.Plan, body hcl.Body, ctx *hcl.EvalContext) (*variables, hcl.Diagnostics) {
	var w written
	cloudFacts := facts(nil, flavors())
	r, ok := cloudFacts.Read(p, body, ctx, schema(), &w)
	if !ok {
		return nil, r.Diags
	}
	if len(w.Flavors) > 0 {
		cloudFacts.Sizes = nil
		for _, f := range w.Flavors {
			cloudFacts.Sizes = append(cloudFacts.Sizes, terraform.Size{Name: f.Name, CPUs: f.CPUs, MemoryGiB: int64(f.MemoryGiB)})
		}
		slices.SortStableFunc(cloudFacts.Sizes, func(a, b terraform.Size) int {
			if a.CPUs != b.CPUs {
				return a.CPUs - b.CPUs
			}
			return int(a.MemoryGiB - b.MemoryGiB)
		})
	}
	cloudFacts.Images = map[string]map[string]any{}
	block.Systems(r.Say, r.Rules.Argument, "images", r.At("images"), w.Images)
	for os, name := range w.Images {
		cloudFacts.Images[os] = map[string]any{"amd64": name}
	}
	if _, ok := w.Images[defaultOS]; !ok && r.Has("images") {
		r.Say(r.Rules.Argument, r.At("images"),
			"images has no %s, which the bastion boots from. Write the cloud's name of the image: images = { "+
				"%q = \"Ubuntu 24.04\" }.", defaultOS, defaultOS)
	}
	v := &variables{DNSServers: []string{}, Provider: block.Value(w.Provider, "amphora"),
		BastionFlavor: block.Value(w.BastionFlavor, cloudFacts.Sizes[0].Name)}
	if v.ExternalNetwork = w.ExternalNetwork; v.ExternalNetwork == "" && r.Has("external_network") {
		r.Say(r.Rules.Argument, r.At("external_network"), "external_network is empty. Write the name of the cloud's external network, "+
			"such as \"public\".")
	}
	for _, s := range w.DNSServers {
		if a, err := netip.ParseAddr(s); err != nil || !a.Is4() {
			r.Say(r.Rules.Argument, r.At("dns_servers"), "dns_servers contains %q, which is not an IPv4 address. Write addresses such as "+
				"\"10.0.0.53\".", s)
			continue
		}
		v.DNSServers = append(v.DNSServers, s)
	}
	subnet, ok := r.IPv4("subnet", "the range of the machines' addresses", w.Subnet)
	if !ok {
		return nil, r.Diags
	}
	if subnet.Prefix.Bits() > 26 {
		r.Say(r.Rules.Argument, subnet.At, "subnet is %s. OpenStack reserves its last seventeen addresses. Write a /26 or larger.",
			subnet.Prefix)
	}
	v.Subnet = subnet.Prefix.String()
	r.Apart(subnet)
	var zones []string
	seen := map[hcl.Range]bool{}
	for _, n := range p.Nodes {
		r.Inside(n, subnet)
		if at := n.At("failure_domain"); n.FailureDomain == "" && !seen[at] {
			seen[at] = true
			r.Say(zone, at, "Node %q has no failure domain. Write its availability zone: failure_domain = \"nova\".",
				n.Name)
		}
		zones = append(zones, n.FailureDomain)
	}
	slices.Sort(zones)
	v.Variables = r.Variables(w.Access)
	if len(zones) > 0 {
		v.BastionZone = zones[0]
	}
	if v.Endpoint = r.Balancer(); v.Endpoint != nil {
		r.Within(subnet, endpoint)
	}
	return v, r.Diags
}

// emit writes terraform/: the static program, its data, and its guide.
func emit(_ *plan.Plan, opts *variables) ([]artifact.File, error) {
	return terraform.Files("cloud/openstack", opts, terraform.MachinesGuide("OpenStack",
		"OpenStack credentials where the provider looks for them: `export OS_CLOUD=…` with a clouds.yaml, or an openrc file. The cloud "+
			"needs Octavia if the plan has an external balancer.",
		"The API's balancer is reachable only inside the network. From outside, use the bastion (`ssh -L`) or your own VPN.",
		strings.Join([]string{"The program uses Octavia's driver `amphora`, a proxy with its own addresses.",
			"With a driver that passes packets through unchanged (ovn), a control plane may fail to reach itself through the " +
				"balancer. Test that before you set `load_balancer_provider`."}, " "),
	), terraform.MachineVariables, terraform.UserData, terraform.Bastion, terraform.MadeWith)
}

// rules returns the target's rules.
func rules() []*rule.Rule {
	return facts(map[string]map[string]any{defaultOS: {"amd64": ""}}, nil).Rules().List(zone, endpoint)
}

var (
	zone = &rule.Rule{
		ID: "openstack-zone", Title: "Machine without an availability zone", Permanent: true,
		Doc: "A machine is created in an availability zone. Failure domains in the plan are these zones, so k8splan checks the spread " +
			"that is really built.",
		Fix:     "Write the cloud's availability zones as failure domains; a cloud with one usually calls it nova.",
		Sources: []string{"https://docs.openstack.org/nova/latest/admin/availability-zones.html"},
	}
	endpoint = facts(nil, nil).EndpointRule("https://docs.openstack.org/octavia/latest/user/guides/basic-cookbook.html")
)
