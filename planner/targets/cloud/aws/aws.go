// Package aws creates the machines of a plan on AWS with Terraform: a network with subnets in each zone, security groups from the plan's
// port table, machines by node name, the API's balancer under the endpoint's name, and a bastion. The tree's playbook then builds the
// cluster.
//
// The package is internal to k8splan and makes no compatibility promise.
package aws

import (
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/target/terraform"
	"github.com/k8splan/k8splan/planner/targets/cloud"
)

// written holds the block's arguments.
type written struct {
	*spec.Source
	cloud.Access
	Region        string
	VPC           string
	Subnets       map[string]string
	PublicSubnets map[string]string
}

// schema returns the block's schema.
func schema() *spec.Block {
	return &spec.Block{
		Name: "target", Doc: "Machines on AWS.",
		Arguments: append([]spec.Argument{
			{Name: "region", Type: spec.Text, Required: true, Field: "Region", Example: `"eu-central-1"`, Doc: "Region of AWS."},
			{Name: "vpc_cidr", Type: spec.Text, Required: true, Field: "VPC", Example: `"10.20.0.0/16"`, Doc: "Range of the network."},
			{Name: "subnets", Type: spec.TextMap, Required: true, Field: "Subnets", Example: `{ "eu-central-1a" = "10.20.0.0/24" }`,
				Doc: "Range of the machines' addresses by availability zone; the zones are the nodes' failure domains."},
			{Name: "public_subnets", Type: spec.TextMap, Required: true, Field: "PublicSubnets",
				Example: `{ "eu-central-1a" = "10.20.255.0/26" }`,
				Doc: "Range by availability zone for what the internet reaches: NAT gateway, bastion, balancers of Services. A " +
					"/26 is enough."},
		}, cloud.Arguments()...),
	}
}

// variables is plan.auto.tfvars.json, declared in templates/targets/cloud/aws/variables.tf and templates/targets/terraform/plan.tf.
type variables struct {
	cloud.Variables
	Region string             `json:"region"`
	VPC    string             `json:"vpc_cidr"`
	Zones  map[string]subnets `json:"zones"`
}

type subnets struct {
	Nodes  string `json:"subnet"`
	Public string `json:"public_subnet"`
}

type image struct {
	Owner        string `json:"owner"`
	Name         string `json:"name"`
	Architecture string `json:"architecture"`
}

// published describes an image for both architectures: owner is the publisher's account, and a percent sign in pattern stands for AWS's or
// the vendor's name of the architecture.
func published(owner, pattern, amd64, arm64 string) map[string]any {
	return map[string]any{
		"amd64": image{owner, strings.ReplaceAll(pattern, "%", amd64), "x86_64"},
		"arm64": image{owner, strings.ReplaceAll(pattern, "%", arm64), "arm64"},
	}
}

var regionPattern = regexp.MustCompile(`^[a-z]{2,}(-[a-z]+)+-[0-9]$`)

// AWS limits a balancer's name to 32 characters; "-api" follows the cluster's name. Source:
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
const clusterMax = 32 - len("-api")

func facts() *cloud.Cloud {
	return &cloud.Cloud{
		Target: "aws", Vendor: "AWS",
		Arguments:   "Write region, vpc_cidr, subnets, and public_subnets, one range for each availability zone in both.",
		NamePattern: regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`), NameWords: "lower-case letters, digits, and hyphens",
		ClusterMax: clusterMax,
		NameSource: "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html",
		// Current general-purpose families: m has 4 GiB per CPU, r 8, and the smallest of c 2; t3 and t4g run out of credits under load.
		// Source: https://docs.aws.amazon.com/ec2/latest/instancetypes/gp.html and /mo.html and /co.html
		SizeSource: "https://docs.aws.amazon.com/ec2/latest/instancetypes/gp.html",
		Sizes: []terraform.Size{
			{Name: "c7i.large", CPUs: 2, MemoryGiB: 4}, {Name: "m7i.large", CPUs: 2, MemoryGiB: 8},
			{Name: "r7i.large", CPUs: 2, MemoryGiB: 16},
			{Name: "c7i.xlarge", CPUs: 4, MemoryGiB: 8}, {Name: "m7i.xlarge", CPUs: 4, MemoryGiB: 16},
			{Name: "r7i.xlarge", CPUs: 4, MemoryGiB: 32},
			{Name: "m7i.2xlarge", CPUs: 8, MemoryGiB: 32}, {Name: "r7i.2xlarge", CPUs: 8, MemoryGiB: 64},
			{Name: "m7i.4xlarge", CPUs: 16, MemoryGiB: 64}, {Name: "r7i.4xlarge", CPUs: 16, MemoryGiB: 128},
			{Name: "m7i.8xlarge", CPUs: 32, MemoryGiB: 128}, {Name: "r7i.8xlarge", CPUs: 32, MemoryGiB: 256},
			{Name: "m7i.12xlarge", CPUs: 48, MemoryGiB: 192}, {Name: "m7i.16xlarge", CPUs: 64, MemoryGiB: 256},
			{Name: "m7i.24xlarge", CPUs: 96, MemoryGiB: 384},
			{Name: "c7g.large", CPUs: 2, MemoryGiB: 4, Arch: "arm64"}, {Name: "m7g.large", CPUs: 2, MemoryGiB: 8, Arch: "arm64"},
			{Name: "r7g.large", CPUs: 2, MemoryGiB: 16, Arch: "arm64"},
			{Name: "c7g.xlarge", CPUs: 4, MemoryGiB: 8, Arch: "arm64"}, {Name: "m7g.xlarge", CPUs: 4, MemoryGiB: 16, Arch: "arm64"},
			{Name: "r7g.xlarge", CPUs: 4, MemoryGiB: 32, Arch: "arm64"},
			{Name: "m7g.2xlarge", CPUs: 8, MemoryGiB: 32, Arch: "arm64"}, {Name: "r7g.2xlarge", CPUs: 8, MemoryGiB: 64, Arch: "arm64"},
			{Name: "m7g.4xlarge", CPUs: 16, MemoryGiB: 64, Arch: "arm64"}, {Name: "m7g.8xlarge", CPUs: 32, MemoryGiB: 128, Arch: "arm64"},
			{Name: "m7g.12xlarge", CPUs: 48, MemoryGiB: 192, Arch: "arm64"},
			{Name: "m7g.16xlarge", CPUs: 64, MemoryGiB: 256, Arch: "arm64"},
		},
		// Sources: https://documentation.ubuntu.com/aws/en/latest/aws-how-to/instances/find-ubuntu-images/,
		// https://wiki.debian.org/Cloud/AmazonEC2Image, https://rockylinux.org/download, https://access.redhat.com/solutions/15356
		ImageSource: "https://documentation.ubuntu.com/aws/en/latest/aws-how-to/instances/find-ubuntu-images/",
		DefaultOS:   "ubuntu-24.04",
		Images: map[string]map[string]any{
			"ubuntu-24.04": published("099720109477", "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-%-server-*", "amd64", "arm64"),
			"ubuntu-22.04": published("099720109477", "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-%-server-*", "amd64", "arm64"),
			"debian-12":    published("136693071363", "debian-12-%-*", "amd64", "arm64"),
			"debian-13":    published("136693071363", "debian-13-%-*", "amd64", "arm64"),
			"rocky-9":      published("792107900819", "Rocky-9-EC2-Base-9.*.%", "x86_64", "aarch64"),
			"rhel-9":       published("309956199498", "RHEL-9.*_HVM-*-%-*-Hourly2-GP3", "x86_64", "arm64"),
		},
		FirstHosts: 4, LastHosts: 1,
		SubnetSource: "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html",
	}
}

// decode checks the target block against the plan. It reports every mistake that it finds.
func decode(p *plan.Plan, body hcl.Body, ctx *hcl.EvalContext) (*variables, hcl.Diagnostics) {
	var w written
	r, ok := facts().Read(p, body, ctx, schema(), &w)
	if !ok {
		return nil, r.Diags
	}
	v := variables{Zones: map[string]subnets{}}
	v.Region = r.Match("region", w.Region, regionPattern, `Write a region of AWS, such as "eu-central-1".`)
	for _, prefix := range []string{"internal-", "sg-"} {
		if strings.HasPrefix(p.Cluster.Name, prefix) {
			r.Say(r.Rules.Name, p.Cluster.NameRange,
				"The names of the balancer and of security groups begin with %q, but AWS reserves names that "+
					"begin with %q.", p.Cluster.Name, prefix)
		}
	}
	nodes := v.network(r, &w)
	for _, n := range p.Nodes {
		subnet, ok := nodes[n.FailureDomain]
		if !ok && w.Subnets[n.FailureDomain] != "" {
			continue // already reported
		}
		if len(w.Subnets) == 0 {
			break
		}
		if !ok {
			r.Say(zone, n.At("failure_domain"),
				"Node %q has the failure domain %q, but the target has subnets only in %s. A machine is in the "+
					"subnet of its zone. Write one of these zones, or add the zone to subnets and public_subnets.", n.Name, n.FailureDomain,
				strings.Join(slices.Sorted(maps.Keys(w.Subnets)), ", "))
			continue
		}
		r.Inside(n, subnet)
	}
	v.Variables = r.Variables(w.Access)
	if v.Endpoint = r.Balancer(); v.Endpoint != nil {
		switch {
		case p.LoadBalancer.VirtualIP.IsValid():
			r.Say(endpoint, p.LoadBalancer.Attr("virtual_ip"),
				"AWS' balancer has an address in each zone and a name for all of them. %s would "+
					"tie every node to one zone. Leave virtual_ip out and write a name as control_plane_endpoint. A private zone of "+
					"Route 53 resolves the name to the balancer.", p.LoadBalancer.VirtualIP)
		case v.Endpoint.Name == "":
			r.Say(endpoint, p.Cluster.Attr("control_plane_endpoint"),
				"AWS' balancer is reached by a name. Write one as control_plane_endpoint, "+
					"such as \"api.%s.internal:6443\". A private zone of Route 53 resolves it to the balancer.", p.Cluster.Name)
		}
	}
	return &v, r.Diags
}

// network checks the ranges, and returns the machines' subnet of each zone.
func (v *variables) network(r *cloud.Reader, w *written) map[string]cloud.Range {
	vpc, ok := r.IPv4("vpc_cidr", "the network's range", w.VPC)
	v.VPC = vpc.Prefix.String()
	if ok && (vpc.Prefix.Bits() < 16 || vpc.Prefix.Bits() > 28) {
		r.Say(r.Rules.Argument, vpc.At, "vpc_cidr is %s. AWS allows networks from /16 to /28. Write one of that size.", vpc.Prefix)
	}
	if len(w.Subnets) == 0 && r.Has("subnets") {
		r.Say(r.Rules.Argument, r.At("subnets"), "subnets is empty. Write a range for the machines of each availability zone: subnets "+
			"= { "+
			"\"eu-central-1a\" = \"10.20.0.0/24\", … }.")
	}
	nodes := map[string]cloud.Range{}
	var all []cloud.Range
	for _, name := range slices.Sorted(maps.Keys(w.Subnets)) {
		if v.Region != "" && !strings.HasPrefix(name, v.Region) {
			r.Say(zone, r.At("subnets"), "%q is not an availability zone of %s. Write the zone's name, such as \"%sa\".", name,
				v.Region, v.Region)
		}
		public, ok := w.PublicSubnets[name]
		if !ok && !r.Has("public_subnets") {
			continue
		}
		if !ok {
			r.Say(r.Rules.Argument, r.At("public_subnets"),
				"Zone %q has no public subnet. The zone's NAT gateway needs one: machines reach the "+
					"internet through it. Add the zone to public_subnets; a /26 also has room for the balancers of Services.", name)
			continue
		}
		for _, part := range []struct {
			argument, what, text string
		}{{"subnets", "the machines' subnet of zone " + name, w.Subnets[name]},
			{"public_subnets", "the public subnet of zone " + name, public}} {
			s, ok := r.IPv4(part.argument, part.what, part.text)
			if !ok {
				continue
			}
			if vpc.Prefix.IsValid() && !within(s.Prefix, vpc.Prefix) {
				r.Say(r.Rules.Argument, s.At, "%s, %s, is not in the network %s.", s.Prefix, s.What, vpc.Prefix)
			}
			if s.Prefix.Bits() > 28 {
				r.Say(r.Rules.Argument, s.At, "%s, %s, is smaller than a /28, the smallest subnet on AWS.", s.Prefix, s.What)
			}
			if part.argument == "public_subnets" && s.Prefix.Bits() > 27 && s.Prefix.Bits() <= 28 && r.Plan.CloudProvider == "aws" {
				r.Say(narrow, s.At, "%s, %s, has %d usable addresses. The NAT gateway and the bastion use some of them, and a balancer "+
					"needs 8 free ones. At most one Service of type LoadBalancer fits. Write a /27 or larger; a /26 is usual.", s.Prefix,
					s.What, 16-5)
			}
			all = append(all, s)
			if part.argument == "subnets" {
				nodes[name] = s
			}
		}
		v.Zones[name] = subnets{w.Subnets[name], public}
	}
	for _, name := range slices.Sorted(maps.Keys(w.PublicSubnets)) {
		if _, ok := w.Subnets[name]; !ok {
			r.Say(r.Rules.Argument, r.At("public_subnets"),
				"Zone %q has a public subnet but none for machines. Add the zone to subnets, or remove it here.", name)
		}
	}
	r.Apart(all...)
	return nodes
}

func within(inner, outer netip.Prefix) bool {
	return outer.Bits() <= inner.Bits() && outer.Contains(inner.Addr())
}

// emit writes terraform/: the static program, its data, and its guide.
func emit(_ *plan.Plan, opts *variables) ([]artifact.File, error) {
	return terraform.Files("cloud/aws", opts, terraform.MachinesGuide("AWS",
		"AWS credentials where the provider looks for them: `AWS_PROFILE`, `aws sso login`, or the role of the machine that "+
			"runs Terraform. They need permission to create networks, machines, balancers, IAM roles, and a private zone of Route 53.",
		"The API's balancer is reachable only inside the network, by the name in `control_plane_endpoint`. From outside, use the "+
			"bastion (`ssh -L`) or your own VPN.",
		"The roles of the machines let the AWS cloud-controller-manager run on the control planes. With `cloud_provider "+
			"\"aws\" {}` in the topology, the playbook installs it and configures the instance of each node.",
	), terraform.AWS, terraform.MachineVariables, terraform.UserData, terraform.Bastion, terraform.MadeWith)
}

// rules returns the target's rules.
func rules() []*rule.Rule { return facts().Rules().List(zone, endpoint, narrow) }

var (
	narrow = &rule.Rule{
		ID: "aws-public-subnet-narrow", Severity: rule.Warning, Title: "Public subnet without room for balancers",
		Doc: "The cloud-controller-manager creates a load balancer in the public subnets for each Service of type LoadBalancer. Each " +
			"needs a /27 or larger subnet with 8 free addresses, and AWS reserves 5 addresses in every subnet. A subnet cannot be " +
			"enlarged later.",
		Fix:     "Write a /27 or larger in public_subnets.",
		Sources: []string{"https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-manage-subnets.html"},
	}
	zone = &rule.Rule{
		ID: "aws-zone", Title: "Failure domain is not a zone of the target", Permanent: true,
		Doc: "A machine is created in an availability zone, and each AWS subnet is in one zone. Failure domains in the plan are these " +
			"zones, so k8splan checks the spread that is really built.",
		Fix: "As failure domains, write zones that are in subnets and public_subnets. Replace a node_pool over several zones with one " +
			"node_pool for each zone, with addresses of that zone's subnet.",
		Sources: []string{"https://docs.aws.amazon.com/vpc/latest/userguide/configure-subnets.html"},
	}
	endpoint = &rule.Rule{
		ID: "aws-endpoint", Title: "Endpoint not possible with an AWS load balancer", Permanent: true,
		Doc: "A network load balancer has one address in each zone, and one name. Nodes that use one of the addresses lose the API when " +
			"that zone fails, even if all others work.",
		Fix:     "Write a DNS name as control_plane_endpoint, and no virtual_ip.",
		Sources: []string{"https://docs.aws.amazon.com/elasticloadbalancing/latest/network/network-load-balancers.html"},
	}
)
