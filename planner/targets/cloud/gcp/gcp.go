// Package gcp creates the machines of a plan on Google Cloud with Terraform: network, firewall from the plan's port table, machines by node
// name, the API's balancer, and a bastion. The tree's playbook then builds the cluster.
//
// The package is internal to k8splan and makes no compatibility promise.
package gcp

import (
	"regexp"
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
	Project     string
	Region      string
	Subnet      string
	ProxySubnet *string
}

// schema returns the block's schema.
func schema() *spec.Block {
	return &spec.Block{
		Name: "target", Doc: "Machines on Google Cloud.",
		Arguments: append([]spec.Argument{
			{Name: "project", Type: spec.Text, Required: true, Field: "Project", Example: `"my-project-123"`, Doc: "ID of the project."},
			{Name: "region", Type: spec.Text, Required: true, Field: "Region", Example: `"europe-west4"`, Doc: "Region of Google Cloud."},
			{Name: "subnet", Type: spec.Text, Required: true, Field: "Subnet", Example: `"10.10.0.0/24"`,
				Doc: "Range of the machines' addresses."},
			{Name: "proxy_subnet", Type: spec.Text, Field: "ProxySubnet", Example: `"10.10.255.0/26"`,
				Doc: "Separate range for the balancer's proxies. Required with Google's balancer."},
		}, cloud.Arguments()...),
	}
}

// variables is plan.auto.tfvars.json, declared in templates/targets/cloud/gcp/variables.tf and templates/targets/terraform/plan.tf.
type variables struct {
	cloud.Variables
	Project     string `json:"project"`
	Region      string `json:"region"`
	Subnet      string `json:"subnet"`
	ProxySubnet string `json:"proxy_subnet"`
}

// Google's rule for names: https://cloud.google.com/compute/docs/naming-resources#resource-name-format
var (
	namePattern    = regexp.MustCompile(`^[a-z]([-a-z0-9]*[a-z0-9])?$`)
	projectPattern = regexp.MustCompile(`^[a-z][-a-z0-9:.]{4,61}[a-z0-9]$`)
	regionPattern  = regexp.MustCompile(`^[a-z]+-[a-z]+[0-9]+$`)
)

// family returns an operating system's public image families.
func family(project, amd64, arm64 string) map[string]any {
	const path = "/global/images/family/"
	return map[string]any{"amd64": "projects/" + project + path + amd64, "arm64": "projects/" + project + path + arm64}
}

func facts() *cloud.Cloud {
	return &cloud.Cloud{
		Target: "gcp", Vendor: "Google Cloud",
		Arguments:   "Write project, region, and subnet; proxy_subnet with Google's balancer.",
		NamePattern: namePattern, NameWords: "lower-case letters, digits, and hyphens, starting with a letter", ClusterMax: 40,
		NameSource: "https://cloud.google.com/compute/docs/naming-resources#resource-name-format",
		// General-purpose machine types; for arm64 the series that boots from the same disks. Source:
		// https://cloud.google.com/compute/docs/general-purpose-machines (read 2026-11)
		SizeSource: "https://cloud.google.com/compute/docs/general-purpose-machines",
		Sizes: []terraform.Size{
			{Name: "e2-medium", CPUs: 2, MemoryGiB: 4}, {Name: "e2-standard-2", CPUs: 2, MemoryGiB: 8},
			{Name: "e2-highmem-2", CPUs: 2, MemoryGiB: 16},
			{Name: "e2-standard-4", CPUs: 4, MemoryGiB: 16}, {Name: "e2-highmem-4", CPUs: 4, MemoryGiB: 32},
			{Name: "e2-standard-8", CPUs: 8, MemoryGiB: 32}, {Name: "e2-highmem-8", CPUs: 8, MemoryGiB: 64},
			{Name: "e2-standard-16", CPUs: 16, MemoryGiB: 64}, {Name: "e2-standard-32", CPUs: 32, MemoryGiB: 128},
			{Name: "n2-standard-64", CPUs: 64, MemoryGiB: 256}, {Name: "n2-standard-96", CPUs: 96, MemoryGiB: 384},
			{Name: "t2a-standard-2", CPUs: 2, MemoryGiB: 8, Arch: "arm64"}, {Name: "t2a-standard-4", CPUs: 4, MemoryGiB: 16,
				Arch: "arm64"},
			{Name: "t2a-standard-8", CPUs: 8, MemoryGiB: 32, Arch: "arm64"}, {Name: "t2a-standard-16", CPUs: 16, MemoryGiB: 64,
				Arch: "arm64"},
			{Name: "t2a-standard-32", CPUs: 32, MemoryGiB: 128, Arch: "arm64"}, {Name: "t2a-standard-48", CPUs: 48, MemoryGiB: 192,
				Arch: "arm64"},
		},
		// Source: https://cloud.google.com/compute/docs/images/os-details (read 2026-11)
		ImageSource: "https://cloud.google.com/compute/docs/images/os-details",
		DefaultOS:   "ubuntu-24.04",
		Images: map[string]map[string]any{
			"ubuntu-24.04": family("ubuntu-os-cloud", "ubuntu-2404-lts-amd64", "ubuntu-2404-lts-arm64"),
			"ubuntu-22.04": family("ubuntu-os-cloud", "ubuntu-2204-lts", "ubuntu-2204-lts-arm64"),
			"debian-12":    family("debian-cloud", "debian-12", "debian-12-arm64"),
			"rocky-9":      family("rocky-linux-cloud", "rocky-linux-9", "rocky-linux-9-arm64"),
		},
		FirstHosts: 2, LastHosts: 2,
		SubnetSource: "https://cloud.google.com/vpc/docs/subnets#unusable-ip-addresses-in-every-subnet",
	}
}

// decode checks the target block against the plan. It reports every mistake that it finds.
func decode(p *plan.Plan, body hcl.Body, ctx *hcl.EvalContext) (*variables, hcl.Diagnostics) {
	var w written
	r, ok := facts().Read(p, body, ctx, schema(), &w)
	if !ok {
		return nil, r.Diags
	}
	v := &variables{}
	v.Project = r.Match("project", w.Project, projectPattern, `Write the ID of a Google Cloud project, such as "my-project-123".`)
	v.Region = r.Match("region", w.Region, regionPattern, `Write a region of Google Cloud, such as "europe-west4".`)
	subnet, ok := r.IPv4("subnet", "the range of the machines' addresses", w.Subnet)
	if !ok {
		return nil, r.Diags
	}
	v.Subnet = subnet.Prefix.String()
	if p.SSH.Port != 22 { // not all of Google's images read user data that could change it
		r.Say(r.Rules.Argument, p.SSH.Attr("port"), "sshd of Google's images listens on port 22, but ssh has port %d. Leave port out: the "+
			"machines have no public address, and the firewall lets only the bastion reach sshd.", p.SSH.Port)
	}
	seen := map[hcl.Range]bool{}
	for _, n := range p.Nodes {
		r.Inside(n, subnet)
		if at := n.At("failure_domain"); v.Region != "" && !strings.HasPrefix(n.FailureDomain, v.Region+"-") && !seen[at] {
			seen[at] = true
			r.Say(zone, at, "Node %q must have a zone of %s as its failure domain, such as \"%s-a\"; it %s.", n.Name, v.Region, v.Region,
				block.Says(n.FailureDomain))
		}
	}
	ranges := []cloud.Range{subnet}
	if b := r.Balancer(); b != nil {
		v.Endpoint = b
		r.Within(subnet, endpoint)
		if w.ProxySubnet == nil {
			r.Say(r.Rules.Argument, r.At("proxy_subnet"), "Google's balancer needs its own range for its proxies: "+
				"proxy_subnet = \"10.10.255.0/26\".")
		} else if proxies, ok := r.IPv4("proxy_subnet", "its own range for the balancer's proxies", *w.ProxySubnet); ok {
			v.ProxySubnet = proxies.Prefix.String()
			ranges = append(ranges, proxies)
		}
	}
	r.Apart(ranges...)
	e := v.Endpoint
	v.Variables = r.Variables(w.Access)
	v.Endpoint = e
	return v, r.Diags
}

// emit writes terraform/: the static program, its data, and its guide.
func emit(_ *plan.Plan, opts *variables) ([]artifact.File, error) {
	return terraform.Files("cloud/gcp", opts, terraform.MachinesGuide("Google Cloud",
		"Google Cloud credentials where the provider looks for them: `gcloud auth application-default login`, or the service account "+
			"of the machine that runs Terraform. They need permission to create networks, machines, balancers, and service accounts "+
			"in the project, and to grant roles there. The project needs two APIs: `gcloud services enable compute.googleapis.com "+
			"iam.googleapis.com`.",
		"A larger disk applies to new machines only: Google creates the disk with the machine. To enlarge an existing disk, use "+
			"`gcloud compute disks resize`.",
		"The API's balancer is reachable only inside the network. From outside, use the bastion (`ssh -L`) or your own VPN.",
	), terraform.Google, terraform.GoogleNetwork, terraform.MachineVariables, terraform.Bastion, terraform.MadeWith)
}

// rules returns the target's rules.
func rules() []*rule.Rule { return facts().Rules().List(zone, endpoint) }

var (
	zone = &rule.Rule{
		ID: "gcp-zone", Title: "Failure domain is not a zone of the region", Permanent: true,
		Doc: "A machine is created in a zone. Failure domains in the plan are these zones, so k8splan checks the spread that is really " +
			"built.",
		Fix:     "Write the region's zones as failure domains, such as \"europe-west4-a\".",
		Sources: []string{"https://cloud.google.com/compute/docs/regions-zones"},
	}
	endpoint = facts().EndpointRule("https://cloud.google.com/load-balancing/docs/tcp/internal-proxy")
)
