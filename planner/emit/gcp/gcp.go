// Package gcp makes the machines of a plan on Google Cloud with Terraform: network, firewall from the plan's port table, machines by
// node name, the API's balancer and a bastion. The tree's own playbook then makes the cluster.
package gcp

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/emit/block"
	"github.com/k8splan/k8splan/planner/emit/terraform"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
)

// options is the decoded target block.
type options struct {
	variables variables
}

// written is the block as it is written.
type written struct {
	Project     *string  `hcl:"project"`
	Region      *string  `hcl:"region"`
	Subnet      *string  `hcl:"subnet"`
	ProxySubnet *string  `hcl:"proxy_subnet"`
	AdminCIDRs  []string `hcl:"admin_cidrs,optional"`
	Consumers   []string `hcl:"node_port_cidrs,optional"`
	PublicKey   *string  `hcl:"ssh_public_key_file"`
}

// variables is plan.auto.tfvars.json, as templates/gcp/variables.tf declares it.
type variables struct {
	Cluster     string                       `json:"cluster"`
	Project     string                       `json:"project"`
	Region      string                       `json:"region"`
	Subnet      string                       `json:"subnet"`
	ProxySubnet string                       `json:"proxy_subnet"`
	Machines    map[string]terraform.Machine `json:"machines"`
	Images      map[string]string            `json:"images"`
	Openings    map[string]terraform.Opening `json:"openings"`
	AdminCIDRs  []string                     `json:"admin_cidrs"`
	SSHUser     string                       `json:"ssh_user"`
	SSHPort     int                          `json:"ssh_port"`
	PublicKey   string                       `json:"ssh_public_key_file,omitempty"`
	PodSubnets  []string                     `json:"pod_subnets"`
	Endpoint    *endpoint                    `json:"endpoint"`
}

type endpoint struct {
	Address     string `json:"address"`
	Port        int    `json:"port"`
	BackendPort int    `json:"backend_port"`
}

// sizes are Google's general-purpose machine types, from small to large.
// Source: https://cloud.google.com/compute/docs/general-purpose-machines#e2-standard and #n2-standard (read 2026-11)
func sizes() []terraform.Size {
	return []terraform.Size{
		{Name: "e2-medium", CPUs: 2, MemoryGiB: 4}, {Name: "e2-standard-2", CPUs: 2, MemoryGiB: 8}, {Name: "e2-highmem-2", CPUs: 2, MemoryGiB: 16},
		{Name: "e2-standard-4", CPUs: 4, MemoryGiB: 16}, {Name: "e2-highmem-4", CPUs: 4, MemoryGiB: 32},
		{Name: "e2-standard-8", CPUs: 8, MemoryGiB: 32}, {Name: "e2-highmem-8", CPUs: 8, MemoryGiB: 64},
		{Name: "e2-standard-16", CPUs: 16, MemoryGiB: 64}, {Name: "e2-standard-32", CPUs: 32, MemoryGiB: 128},
		{Name: "n2-standard-64", CPUs: 64, MemoryGiB: 256}, {Name: "n2-standard-96", CPUs: 96, MemoryGiB: 384},
	}
}

// images are Google's public image families by operating system and architecture.
// Source: https://cloud.google.com/compute/docs/images/os-details (read 2026-11)
func images() map[string]map[string]string {
	return map[string]map[string]string{
		"ubuntu-24.04": {"amd64": "projects/ubuntu-os-cloud/global/images/family/ubuntu-2404-lts-amd64", "arm64": "projects/ubuntu-os-cloud/global/images/family/ubuntu-2404-lts-arm64"},
		"ubuntu-22.04": {"amd64": "projects/ubuntu-os-cloud/global/images/family/ubuntu-2204-lts", "arm64": "projects/ubuntu-os-cloud/global/images/family/ubuntu-2204-lts-arm64"},
		"debian-12":    {"amd64": "projects/debian-cloud/global/images/family/debian-12", "arm64": "projects/debian-cloud/global/images/family/debian-12-arm64"},
		"rocky-9":      {"amd64": "projects/rocky-linux-cloud/global/images/family/rocky-linux-9", "arm64": "projects/rocky-linux-cloud/global/images/family/rocky-linux-9-arm64"},
	}
}

const defaultOS = "ubuntu-24.04"

// Google's rule for names: https://cloud.google.com/compute/docs/naming-resources#resource-name-format
var (
	namePattern    = regexp.MustCompile(`^[a-z]([-a-z0-9]*[a-z0-9])?$`)
	projectPattern = regexp.MustCompile(`^[a-z][-a-z0-9:.]{4,61}[a-z0-9]$`)
	regionPattern  = regexp.MustCompile(`^[a-z]+-[a-z]+[0-9]+$`)
)

// Decode reads the target block against the plan. It reports every mistake that it finds.
func Decode(p *plan.Plan, body hcl.Body, ctx *hcl.EvalContext) (any, hcl.Diagnostics) {
	var w written
	header := p.Target.Block()
	at, diags := block.Decode(header, body, ctx, &w, malformed)
	if diags.HasErrors() {
		return nil, diags
	}
	say := func(r *rule.Rule, where hcl.Range, format string, args ...any) {
		diags = append(diags, r.Diagnostic(where, fmt.Sprintf(format, args...)))
	}
	v := variables{
		Cluster: p.Cluster.Name, Project: block.Value(w.Project, ""), Region: block.Value(w.Region, ""), PublicKey: block.Value(w.PublicKey, ""),
		SSHUser: p.SSH.User, SSHPort: p.SSH.Port, Images: map[string]string{}, PodSubnets: []string{}, AdminCIDRs: []string{},
	}
	if !projectPattern.MatchString(v.Project) {
		say(malformed, at.At("project"), "The target needs the ID of a Google Cloud project: project = \"my-project-123\".")
	}
	if !regionPattern.MatchString(v.Region) {
		say(malformed, at.At("region"), "The target needs a region of Google Cloud: region = \"europe-west4\".")
	}
	if len(v.Cluster) > 40 || !namePattern.MatchString(v.Cluster) {
		say(badName, p.Spec.Cluster.NameRange, "%q begins the names of networks and firewall rules. Google takes lower-case letters, digits and hyphens, a letter first, and the planner needs room for what follows: at most 40 characters.", v.Cluster)
	}
	subnet, ok := prefix(w.Subnet)
	if !ok || !subnet.Addr().Is4() {
		say(malformed, at.At("subnet"), "The target needs the range of the machines' addresses: subnet = \"10.0.0.0/24\".")
		return nil, diags
	}
	v.Subnet = subnet.String()
	ranges := func(name string, texts []string) []netip.Prefix {
		var out []netip.Prefix
		for _, text := range texts {
			r, ok := prefix(&text)
			if !ok {
				say(malformed, at.At(name), "%q is no range of addresses. Write \"203.0.113.0/24\".", text)
				continue
			}
			out = append(out, r)
		}
		return out
	}
	admins, consumers := ranges("admin_cidrs", w.AdminCIDRs), ranges("node_port_cidrs", w.Consumers)
	if len(w.AdminCIDRs) == 0 {
		say(noAdmins, at.At("admin_cidrs"), "Nobody could reach the bastion, and so Ansible no machine. Write the ranges that administrators and CI come from: admin_cidrs = [\"203.0.113.0/24\"].")
	}
	for _, a := range admins {
		v.AdminCIDRs = append(v.AdminCIDRs, a.String())
	}
	for _, s := range p.Network.PodSubnets {
		v.PodSubnets = append(v.PodSubnets, s.String())
	}
	for _, n := range p.Nodes {
		switch {
		case !subnet.Contains(n.Address):
			say(outside, n.Attr("address"), "Node %q has %s, which is not in the target's subnet %s. Google gives a machine only addresses of its subnet.", n.Name, n.Address, subnet)
		case n.Address == subnet.Addr().Next() || n.Address == subnet.Addr() || !subnet.Contains(n.Address.Next()) || !subnet.Contains(n.Address.Next().Next()):
			say(reserved, n.Attr("address"), "Node %q has %s, one of the four addresses that Google keeps in every subnet: the first two and the last two of %s.", n.Name, n.Address, subnet)
		}
		if !strings.HasPrefix(n.FailureDomain, v.Region+"-") {
			say(zone, n.Attr("failure_domain"), "Node %q must name a zone of %s as its failure domain, such as \"%s-a\"; it says %q.", n.Name, v.Region, v.Region, n.FailureDomain)
		}
		if !namePattern.MatchString(n.Name) {
			say(badName, n.NameRange, "%q names a machine. Google takes lower-case letters, digits and hyphens, a letter first.", n.Name)
		}
		os := defaultOS
		if n.OS.Name != "" {
			os = strings.TrimSuffix(n.OS.Name+"-"+n.OS.Version, "-")
		}
		image, ok := images()[os][n.Arch]
		if !ok {
			say(noImage, n.Attr("os"), "The planner knows no public image of %s for %s on Google Cloud. It knows ubuntu-24.04, ubuntu-22.04, debian-12 and rocky-9 for amd64 and arm64.", os, n.Arch)
		} else if old := v.Images[n.Arch]; old != "" && old != image {
			say(noImage, n.Attr("os"), "Node %q asks for %s, another operating system than the machines before it. One image serves all machines of an architecture here.", n.Name, os)
		} else {
			v.Images[n.Arch] = image
		}
		if _, err := terraform.Pick(n, sizes()); err != nil {
			say(noSize, n.Attr("cpus"), "Node %q: %s. State its machine type: instance_type = \"n2-highmem-96\".", n.Name, err)
		}
	}
	if _, ok := v.Images["amd64"]; !ok { // the bastion's
		v.Images["amd64"] = images()[defaultOS]["amd64"]
	}
	if p.LoadBalancer.Kind == plan.ExternalBalancer && p.LoadBalancer.VirtualIP.IsValid() {
		v.Endpoint = &endpoint{Address: p.LoadBalancer.VirtualIP.String(), Port: p.LoadBalancer.Port, BackendPort: p.Cluster.APIServerPort}
		proxies, ok := prefix(w.ProxySubnet)
		switch {
		case !ok:
			say(malformed, at.At("proxy_subnet"), "The balancer's proxies need a range of their own in the network: proxy_subnet = \"10.0.255.0/26\".")
		case proxies.Overlaps(subnet):
			say(malformed, at.At("proxy_subnet"), "%s overlaps the machines' subnet %s. The proxies need a range of their own.", proxies, subnet)
		case !subnet.Contains(p.LoadBalancer.VirtualIP):
			say(outside, p.LoadBalancer.Attr("virtual_ip"), "The balancer's address %s must lie in the target's subnet %s.", p.LoadBalancer.VirtualIP, subnet)
		default:
			v.ProxySubnet = proxies.String()
		}
	}
	if diags.HasErrors() {
		return nil, diags
	}
	machines, err := terraform.Machines(p, sizes())
	if err != nil {
		panic(err) // each node was asked above
	}
	v.Machines, v.Openings = machines, terraform.Openings(p, admins, consumers)
	return &options{v}, diags
}

// Emit writes terraform/: the static program and plan.auto.tfvars.json. opts is what Decode returned.
func Emit(_ *plan.Plan, opts any) ([]artifact.File, error) {
	return terraform.Files("gcp", opts.(*options).variables)
}

func prefix(text *string) (netip.Prefix, bool) {
	if text == nil {
		return netip.Prefix{}, false
	}
	p, err := netip.ParsePrefix(*text)
	return p, err == nil && p == p.Masked()
}

// Rules lists the rules of the target.
func Rules() []*rule.Rule {
	return []*rule.Rule{malformed, outside, reserved, zone, badName, noImage, noSize, noAdmins}
}

var (
	malformed = &rule.Rule{
		ID: "gcp-argument", Title: "Malformed gcp target", Permanent: true,
		Doc: "What the block does not say rightly, Terraform would find out when half of the machines exist.",
		Fix: "Write project, region, subnet and admin_cidrs; proxy_subnet where the balancer is Google's; node_port_cidrs and ssh_public_key_file where you want them.",
	}
	outside = &rule.Rule{
		ID: "gcp-address-outside-subnet", Title: "Address outside the cloud's subnet", Permanent: true,
		Doc:     "A machine on Google Cloud has an address of its subnet, and kubeadm's certificates and etcd's member list name it before the machine exists.",
		Fix:     "Take addresses from the target's subnet, or widen it.",
		Sources: []string{"https://cloud.google.com/vpc/docs/subnets#ipv4-ranges"},
	}
	reserved = &rule.Rule{
		ID: "gcp-address-reserved", Title: "Address that the cloud keeps for itself", Permanent: true,
		Doc:     "In each subnet Google keeps the first two and the last two addresses: network, gateway, one for future use, broadcast.",
		Fix:     "Begin with the third address of the range.",
		Sources: []string{"https://cloud.google.com/vpc/docs/subnets#unusable-ip-addresses-in-every-subnet"},
	}
	zone = &rule.Rule{
		ID: "gcp-zone", Title: "Failure domain that is no zone of the region", Permanent: true,
		Doc:     "A machine is made in a zone. The plan's failure domains are those zones, so that the spread which the planner judges is the spread that is built.",
		Fix:     "Write the region's zones as failure domains, such as \"europe-west4-a\".",
		Sources: []string{"https://cloud.google.com/compute/docs/regions-zones"},
	}
	badName = &rule.Rule{
		ID: "gcp-name", Title: "Name that Google Cloud does not take", Permanent: true,
		Doc:     "The machine's name is the node's name: the cloud-controller-manager finds a node's machine by it. Google takes fewer names than Kubernetes does.",
		Fix:     "Use lower-case letters, digits and hyphens, beginning with a letter.",
		Sources: []string{"https://cloud.google.com/compute/docs/naming-resources#resource-name-format"},
	}
	noImage = &rule.Rule{
		ID: "gcp-image", Title: "Operating system without a public image", Permanent: true,
		Doc:     "The machines boot from Google's public images, one family for each operating system and architecture.",
		Fix:     "Write an os that has one.",
		Sources: []string{"https://cloud.google.com/compute/docs/images/os-details"},
	}
	noSize = &rule.Rule{
		ID: "gcp-size", Title: "Machine larger than the table of machine types", Permanent: true,
		Doc:     "The planner picks the smallest general-purpose machine type that has the CPUs and the memory of the node.",
		Fix:     "State instance_type on the node.",
		Sources: []string{"https://cloud.google.com/compute/docs/general-purpose-machines"},
	}
	noAdmins = &rule.Rule{
		ID: "gcp-no-admins", Title: "Cloud without a way in", Permanent: true,
		Doc: "The machines have no public addresses, and the bastion answers only those who are listed.",
		Fix: "List the ranges of administrators and of CI in admin_cidrs.",
	}
)
