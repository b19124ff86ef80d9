// Package hetzner creates the machines of a plan on Hetzner Cloud with Terraform: a private network, firewalls from the plan's externally
// open ports, machines by node name on separate physical hosts, the API's balancer, and a bastion. The tree's playbook then builds the
// cluster.
//
// The package is internal to k8splan and makes no compatibility promise.
package hetzner

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
	Subnet       string
	NetworkZone  *string
	SSHKey       *string
	BalancerType *string
}

// schema returns the block's schema.
func schema() *spec.Block {
	return &spec.Block{
		Name: "target", Doc: "Machines on Hetzner Cloud.",
		Arguments: append([]spec.Argument{
			{Name: "subnet", Type: spec.Text, Required: true, Field: "Subnet", Example: `"10.90.0.0/24"`, Doc: "Range of the " +
				"machines' addresses."},
			{Name: "network_zone", Type: spec.Text, Field: "NetworkZone", Example: `"eu-central"`, Doc: "Network zone of the " +
				"locations. Required for locations that k8splan does not know."},
			{Name: "ssh_key", Type: spec.Text, Field: "SSHKey", Example: `"ops"`, Doc: "Name of the public key in the project, if it " +
				"is already there: a project accepts each key once. ssh_public_key_file is still required for the machines' first boot."},
			{Name: "load_balancer_type", Type: spec.Text, Field: "BalancerType", Example: `"lb11"`, Doc: "Type of the API's balancer."},
		}, cloud.Arguments()...),
	}
}

// variables is plan.auto.tfvars.json, declared in templates/targets/cloud/hetzner/variables.tf and templates/targets/terraform/plan.tf.
type variables struct {
	cloud.Variables
	NetworkZone      string            `json:"network_zone"`
	Subnet           string            `json:"subnet"`
	SSHKey           string            `json:"ssh_key"`
	Spread           map[string]string `json:"spread"`
	BalancerType     string            `json:"load_balancer_type"`
	BalancerLocation string            `json:"balancer_location"`
	BastionType      string            `json:"bastion_type"`
	BastionLocation  string            `json:"bastion_location"`
}

const (
	name   = "hetzner"
	vendor = "Hetzner Cloud"
	// europe is the only network zone with several locations.
	europe = "eu-central"
	// spreadMax is the maximum number of machines in a placement group. Source: https://docs.hetzner.com/cloud/placement-groups/overview
	spreadMax = 10
)

// zones maps locations to network zones: a private network is in a single zone. Source: https://docs.hetzner.com/cloud/networks/faq (read
// 2026-11)
var zones = map[string]string{"fsn1": europe, "nbg1": europe, "hel1": europe, "ash": "us-east", "hil": "us-west", "sin": "ap-southeast"}

// private are the ranges that can contain a network. Source: https://docs.hetzner.cloud/reference/cloud#networks
var private = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"),
	netip.MustParsePrefix("192.168.0.0/16")}

// sizes returns the types of a network zone, from small to large. Types with shared CPUs and with Arm only exist in Europe; those with
// dedicated CPUs exist everywhere. Disks are in GiB, rounded down from the vendor's GB. Source:
// https://docs.hetzner.com/cloud/servers/overview (read 2026-11)
func sizes(zone string) []terraform.Size {
	dedicated := []terraform.Size{
		{Name: "ccx13", CPUs: 2, MemoryGiB: 8, DiskGiB: 74}, {Name: "ccx23", CPUs: 4, MemoryGiB: 16, DiskGiB: 149},
		{Name: "ccx33", CPUs: 8, MemoryGiB: 32, DiskGiB: 223},
		{Name: "ccx43", CPUs: 16, MemoryGiB: 64, DiskGiB: 335}, {Name: "ccx53", CPUs: 32, MemoryGiB: 128, DiskGiB: 558},
		{Name: "ccx63", CPUs: 48, MemoryGiB: 192, DiskGiB: 894},
	}
	if zone != europe {
		return dedicated
	}
	shared := []terraform.Size{
		{Name: "cx23", CPUs: 2, MemoryGiB: 4, DiskGiB: 37}, {Name: "cx33", CPUs: 4, MemoryGiB: 8, DiskGiB: 74},
		{Name: "cx43", CPUs: 8, MemoryGiB: 16, DiskGiB: 149},
		{Name: "cx53", CPUs: 16, MemoryGiB: 32, DiskGiB: 298},
		{Name: "cax11", CPUs: 2, MemoryGiB: 4, DiskGiB: 37, Arch: "arm64"}, {Name: "cax21", CPUs: 4, MemoryGiB: 8, DiskGiB: 74,
			Arch: "arm64"},
		{Name: "cax31", CPUs: 8, MemoryGiB: 16, DiskGiB: 149, Arch: "arm64"}, {Name: "cax41", CPUs: 16, MemoryGiB: 32, DiskGiB: 298,
			Arch: "arm64"},
	}
	return append(shared, dedicated[3:]...)
}

// image describes an image with the same name on every architecture.
func image(name string) map[string]any { return map[string]any{"amd64": name, "arm64": name} }

func facts(zone string) *cloud.Cloud {
	return &cloud.Cloud{
		Target: name, Vendor: vendor,
		Arguments: "Write subnet; ssh_key if the public key is already in the project, load_balancer_type for a larger balancer, " +
			"network_zone for locations that k8splan does not know.",
		NamePattern: regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`), NameWords: "lower-case letters, digits, and hyphens",
		ClusterMax: 40,
		SizeSource: "https://docs.hetzner.com/cloud/servers/overview", Sizes: sizes(zone),
		// Source: https://docs.hetzner.com/robot/dedicated-server/operating-systems/standard-images and `hcloud image list` (read 2026-11)
		ImageSource: "https://docs.hetzner.com/cloud/servers/getting-started/creating-a-server",
		DefaultOS:   "ubuntu-24.04",
		Images: map[string]map[string]any{
			"ubuntu-24.04": image("ubuntu-24.04"), "ubuntu-22.04": image("ubuntu-22.04"), "debian-12": image("debian-12"),
			"debian-13": image("debian-13"),
			"rocky-9":   image("rocky-9"), "almalinux-9": image("alma-9"),
		},
		// at the start, the addresses of the network and the gateway; at the end, the bastion's, which our program chooses, and the last
		// one
		FirstHosts: 2, LastHosts: 2,
		SubnetSource: "https://docs.hetzner.com/cloud/networks/faq",
		Reachable:    true,
	}
}

// decode checks the target block against the plan. It reports every mistake that it finds.
func decode(p *plan.Plan, body hcl.Body, ctx *hcl.EvalContext) (*variables, hcl.Diagnostics) {
	var w written
	v := &variables{Spread: map[string]string{}, BalancerType: "lb11"}
	hetzner := facts(europe)
	r, ok := hetzner.Read(p, body, ctx, schema(), &w)
	if !ok {
		return nil, r.Diags
	}
	v.SSHKey, v.BalancerType, v.NetworkZone = block.Value(w.SSHKey, ""), block.Value(w.BalancerType,
		v.BalancerType), block.Value(w.NetworkZone, "")
	v.locations(r)
	hetzner.Sizes = sizes(v.NetworkZone)
	v.BastionType = hetzner.Sizes[0].Name
	v.spread(r)
	subnet, ok := r.IPv4("subnet", "the range of the machines' addresses", w.Subnet)
	if !ok {
		return nil, r.Diags
	}
	if subnet.Prefix.Bits() > 24 || !slices.ContainsFunc(private, func(r netip.Prefix) bool {
		return r.Bits() <= subnet.Prefix.Bits() && r.Contains(subnet.Prefix.Addr())
	}) {
		r.Say(r.Rules.Argument, subnet.At, "subnet is %s. Write a /24 or larger network within %s's private ranges: 10.0.0.0/8, "+
			"172.16.0.0/12, or 192.168.0.0/16.", subnet.Prefix, vendor)
	}
	v.Subnet = subnet.Prefix.String()
	r.Apart(subnet)
	for _, n := range p.Nodes {
		r.Inside(n, subnet)
	}
	if c := p.Network.CNI; c.Name == plan.StaticRoutes || slices.Contains([]string{plan.HostGateway, plan.BGP, plan.NoEncapsulation},
		c.Encapsulation) {
		r.Say(unwrapped, c.Block(),
			"%s sends pods' packets without encapsulation, and the gateway between the machines has no routes to pods. "+
				"Use an encapsulation, such as flannel's VXLAN.", c.Name)
	}
	v.Variables = r.Variables(w.Access)
	if v.Endpoint = r.Balancer(); v.Endpoint != nil {
		r.Within(subnet, endpoint())
	}
	return v, r.Diags
}

// locations checks that the machines' failure domains are locations of one network zone, and chooses the first control plane's for bastion
// and balancer.
func (v *variables) locations(r *cloud.Reader) {
	seen := map[hcl.Range]bool{}
	own := v.NetworkZone != ""
	for _, n := range r.Plan.Nodes {
		zone, known := zones[n.FailureDomain]
		at := n.At("failure_domain")
		switch {
		case seen[at] || own && n.FailureDomain != "":
		case !known:
			seen[at] = true
			r.Say(location, at, "Node %q must have a location of %s as its failure domain: ash, fsn1, hel1, hil, nbg1, or sin; it %s.",
				n.Name, vendor, block.Says(n.FailureDomain))
		case v.NetworkZone == "":
			v.NetworkZone = zone
		case zone != v.NetworkZone:
			seen[at] = true
			r.Say(location, at,
				"Node %q is in %s, in the network zone %s, but others are in %s. A private network is in one zone. fsn1, "+
					"hel1, and nbg1 share a zone.", n.Name, n.FailureDomain, zone, v.NetworkZone)
		}
	}
	for _, n := range r.Plan.ControlPlanes() {
		v.BalancerLocation, v.BastionLocation = n.FailureDomain, n.FailureDomain
		break
	}
}

// spread keeps the control planes of a location, and their etcd members, on different physical hosts.
func (v *variables) spread(r *cloud.Reader) {
	members := map[string]int{}
	for _, role := range []struct {
		name string
		of   plan.Roles
	}{{"control-plane", plan.ControlPlane}, {"etcd", plan.EtcdRole}} {
		for _, n := range r.Plan.Nodes {
			if !n.Roles.Has(role.of) || v.Spread[n.Name] != "" {
				continue
			}
			group := role.name + "-" + n.FailureDomain
			if members[group]++; members[group] == spreadMax+1 {
				r.Say(crowded, n.NameRange, "Node %q is the eleventh machine with the role %s in %s. A placement group holds at most ten. "+
					"Put some in another location.", n.Name, role.name, n.FailureDomain)
			}
			v.Spread[n.Name] = group
		}
	}
}

// emit writes terraform/: the static program, its data, and its guide.
func emit(_ *plan.Plan, opts *variables) ([]artifact.File, error) {
	return terraform.Files("cloud/hetzner", opts, terraform.MachinesGuide(vendor,
		"A token of the project with read and write permission, in the environment: `export HCLOUD_TOKEN=…`.",
		strings.Join([]string{
			"Hetzner's firewalls filter only the public interface. There, the machines accept connections from `admin_cidrs` and " +
				"`node_port_cidrs`, only on the ports that the plan opens to them.",
			"The private network contains only this cluster. In it, machines reach each other on every port. " +
				"To restrict that, filter on the hosts.",
		}, " "),
		"The API's balancer is reachable only inside the network. From outside, use the bastion (`ssh -L`) "+
			"or your own VPN. The balancer is in one location. If that location fails, API servers elsewhere keep running, "+
			"and their address works again once the balancer is recreated.",
		"If the error is \"SSH key with the same fingerprint already exists\", the project has your key. Write the key's name in the "+
			"project as `ssh_key` in the target.",
	), terraform.MachineVariables, terraform.UserData, terraform.Bastion, terraform.MadeWith)
}

// rules returns the target's rules.
func rules() []*rule.Rule {
	return facts(europe).Rules().List(location, crowded, unwrapped, endpoint())
}

func endpoint() *rule.Rule {
	return facts(europe).EndpointRule(
		"https://registry.terraform.io/providers/hetznercloud/hcloud/latest/docs/resources/load_balancer_network")
}

var (
	location = &rule.Rule{
		ID: "hetzner-location", Title: "Failure domain is not a location of the network", Permanent: true,
		Doc: "A machine is created in a location. Failure domains in the plan are these locations, so k8splan checks the spread that is " +
			"really built. One private network spans the locations of one network zone.",
		Fix:     "Write locations as failure domains: fsn1, nbg1, and hel1 in Europe; or ash, hil, or sin alone.",
		Sources: []string{"https://docs.hetzner.com/cloud/networks/faq", "https://docs.hetzner.com/cloud/general/locations"},
	}
	crowded = &rule.Rule{
		ID: "hetzner-spread", Title: "Too many machines for a placement group", Permanent: true,
		Doc: "Control planes and etcd members of a location run on different physical hosts, so losing one host loses only one of them. " +
			"A placement group of type spread holds ten machines.",
		Fix:     "Put at most ten control planes and ten etcd members in a location.",
		Sources: []string{"https://docs.hetzner.com/cloud/placement-groups/overview"},
	}
	unwrapped = &rule.Rule{
		ID: "hetzner-pod-routes", Title: "Pod packets that the network does not carry", Permanent: true,
		Doc: "Hetzner's private network is routed: every packet goes through its gateway, which has routes only to the machines' " +
			"addresses. The gateway drops pods' packets without encapsulation.",
		Fix:     "Use an encapsulation, such as VXLAN, which is the default of flannel, Calico, and Cilium here.",
		Sources: []string{"https://docs.hetzner.com/networking/networks/technical-concepts/architecture"},
	}
)
