// Package eks maps a plan's workers to node groups of an Amazon EKS cluster, whose control plane AWS runs: as Terraform, and as a
// ClusterConfig for eksctl.
//
// The package is internal to k8splan and makes no compatibility promise.
package eks

import (
	"maps"
	"regexp"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/target/terraform"
	"github.com/k8splan/k8splan/planner/targets/hosted"
)

// written holds the block's arguments.
type written struct {
	*spec.Source
	Region string
	VPC    string
	Zones  []string
	Admins []string
}

// schema returns the block's schema.
func schema() *spec.Block {
	return &spec.Block{
		Name: "target", Doc: "Amazon EKS.",
		Arguments: []spec.Argument{
			{Name: "region", Type: spec.Text, Required: true, Field: "Region", Example: `"eu-central-1"`, Doc: "Region of AWS."},
			{Name: "vpc_cidr", Type: spec.Text, Required: true, Field: "VPC", Example: `"10.40.0.0/16"`,
				Doc: "Range of the network, including the pods' addresses."},
			{Name: "zones", Type: spec.TextList, Required: true, Field: "Zones", Example: `["eu-central-1a", "eu-central-1b"]`,
				Doc: "Availability zones, at least two."},
			hosted.AdminCIDRs(),
		},
	}
}

// variables is plan.auto.tfvars.json, declared in templates/targets/hosted/eks/variables.tf and templates/targets/terraform/pools.tf.
type variables struct {
	hosted.Variables
	Region string   `json:"region"`
	VPC    string   `json:"vpc_cidr"`
	Zones  []string `json:"zones"`
}

var (
	regionPattern = regexp.MustCompile(`^[a-z]{2,}(-[a-z]+)+-[0-9]$`)
	namePattern   = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,48}[a-z0-9])?$`)
)

// mostZones is the maximum number of zones in the program's split of the network's range.
const mostZones = 8

func vendor() *hosted.Vendor {
	return &hosted.Vendor{
		Target: "eks", Name: "EKS",
		Arguments:      "Write region, vpc_cidr, and at least two zones; admin_cidrs to restrict access to the API.",
		ClusterPattern: namePattern, PoolPattern: namePattern,
		ClusterWords: "at most 50 lower-case letters, digits, and hyphens here (roles are named after it)",
		PoolWords:    "the same as for clusters",
		NameSource:   "https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html",
		SizeSource:   "https://docs.aws.amazon.com/ec2/latest/instancetypes/gp.html",
		Sizes: []terraform.Size{
			{Name: "c7i.large", CPUs: 2, MemoryGiB: 4}, {Name: "m7i.large", CPUs: 2, MemoryGiB: 8},
			{Name: "r7i.large", CPUs: 2, MemoryGiB: 16},
			{Name: "m7i.xlarge", CPUs: 4, MemoryGiB: 16}, {Name: "r7i.xlarge", CPUs: 4, MemoryGiB: 32},
			{Name: "m7i.2xlarge", CPUs: 8, MemoryGiB: 32},
			{Name: "m7i.4xlarge", CPUs: 16, MemoryGiB: 64}, {Name: "m7i.8xlarge", CPUs: 32, MemoryGiB: 128},
			{Name: "m7i.16xlarge", CPUs: 64, MemoryGiB: 256},
			{Name: "m7i.24xlarge", CPUs: 96, MemoryGiB: 384},
			{Name: "c7g.large", CPUs: 2, MemoryGiB: 4, Arch: "arm64"}, {Name: "m7g.large", CPUs: 2, MemoryGiB: 8, Arch: "arm64"},
			{Name: "r7g.large", CPUs: 2, MemoryGiB: 16, Arch: "arm64"},
			{Name: "m7g.xlarge", CPUs: 4, MemoryGiB: 16, Arch: "arm64"}, {Name: "m7g.2xlarge", CPUs: 8, MemoryGiB: 32, Arch: "arm64"},
			{Name: "m7g.4xlarge", CPUs: 16, MemoryGiB: 64, Arch: "arm64"},
			{Name: "m7g.8xlarge", CPUs: 32, MemoryGiB: 128, Arch: "arm64"}, {Name: "m7g.16xlarge", CPUs: 64, MemoryGiB: 256,
				Arch: "arm64"},
		},
	}
}

// decode checks the target block against the plan. It reports every mistake that it finds.
func decode(p *plan.Plan, body hcl.Body, ctx *hcl.EvalContext) (*variables, hcl.Diagnostics) {
	var w written
	r, ok := vendor().Read(p, body, ctx, schema(), &w)
	if !ok {
		return nil, r.Diags
	}
	v := &variables{Variables: r.Variables(w.Admins, nil), Zones: w.Zones}
	v.Region = r.Match("region", w.Region, regionPattern, `Write a region of AWS, such as "eu-central-1".`)
	vpc, ok := r.Range("vpc_cidr", w.VPC, "Write the range of the network, including the pods' addresses, such as \"10.40.0.0/16\".")
	switch {
	case !ok:
	case vpc.Bits() < 16 || vpc.Bits() > 20: // a longer prefix leaves public subnets smaller than AWS's /28
		r.Say(r.Rules.Argument, r.At("vpc_cidr"),
			"vpc_cidr is %s. Write a range from /16, the largest on AWS, to /20. The zones' subnets are "+
				"parts of it, and every pod has an address in it.", vpc)
	default:
		v.VPC = vpc.String()
		for _, services := range p.Network.ServiceSubnets {
			if v.Services != "" && vpc.Overlaps(services) {
				r.Say(overlap, p.Network.Attr("service_subnets"), "The Services' range %s overlaps the network %s.", services, vpc)
			}
		}
	}
	zonesOf(r, v)
	for name, pool := range v.Pools {
		if pool.Arch != "amd64" && pool.Arch != "arm64" {
			r.Say(r.Rules.Size, pool.First.Attr("arch"), "Pool %q is %s. AWS has workers on amd64 and arm64. Write one of these.", name,
				pool.Arch)
		}
	}
	return v, r.Diags
}

// zonesOf checks that there are enough zones, and that they include every pool's.
func zonesOf(r *hosted.Reader, v *variables) {
	at := r.At("zones")
	if v.Region == "" || !r.Has("zones") {
		return
	}
	pattern := regexp.MustCompile("^" + v.Region + "(-[a-z]+-[0-9]+)?[a-z]$")
	seen := map[string]bool{}
	for _, zone := range v.Zones {
		if !pattern.MatchString(zone) || seen[zone] {
			r.Say(zones, at, "zones contains %q, which is not a zone of %s, or is a duplicate. Write zones such as \"%sa\".", zone,
				v.Region, v.Region)
		}
		seen[zone] = true
	}
	if len(v.Zones) < 2 || len(v.Zones) > mostZones {
		r.Say(zones, at, "zones has %d. AWS requires at least 2, and the network has room for %d. Write zones = [\"%sa\", \"%sb\", "+
			"\"%sc\"].",
			len(v.Zones), mostZones, v.Region, v.Region, v.Region)
		return
	}
	r.Zones(v.Pools, pattern, v.Region+"a")
	for _, name := range slices.Sorted(maps.Keys(v.Pools)) {
		for _, zone := range v.Pools[name].Zones {
			if pattern.MatchString(zone) && !seen[zone] {
				r.Say(zones, v.Pools[name].First.Block(), "Pool %q has workers in %q, which is not in the target's zones. Add it to "+
					"zones, or use one of them.", name, zone)
			}
		}
	}
}

// emit writes terraform/, with eksctl.yaml in it.
func emit(_ *plan.Plan, v *variables) ([]artifact.File, error) {
	files, err := terraform.Files("hosted/eks", v, terraform.ClusterGuide(terraform.Vendor{
		Name: "Amazon EKS",
		Credentials: "AWS credentials where the provider looks for them: `AWS_PROFILE`, `aws sso login`, or the role of the machine that " +
			"runs Terraform. The kubeconfig calls aws for each login.",
		Costs:      "the vendor's fee for the control plane, and a NAT gateway with an address for each zone",
		Kubeconfig: "aws eks update-kubeconfig --region " + hosted.Quote(v.Region) + " --name " + hosted.Quote(v.Cluster),
		Other: terraform.Step{Do: "eksctl creates the same cluster from `eksctl.yaml`, in a separate network with the same range.",
			Commands: []string{"eksctl create cluster -f eksctl.yaml"}}},
	), terraform.AWS, terraform.PoolVariables)
	if err != nil {
		return nil, err
	}
	config, err := artifact.YAML(v.clusterConfig())
	if err != nil {
		return nil, err
	}
	return append(files, artifact.File{Path: terraform.Folder + "/eksctl.yaml", Data: config}), nil
}

// rules returns the target's rules.
func rules() []*rule.Rule { return vendor().List(zones, overlap) }

var (
	zones = &rule.Rule{
		ID: "eks-zones", Title: "Zones that EKS cannot use", Permanent: true,
		Doc: "AWS puts the control plane's interfaces into at least two zones, and a pool's workers into subnets of the cluster's " +
			"zones.",
		Fix:     "Write two or three zones of the region in zones, and use only these as failure domains.",
		Sources: []string{"https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html"},
	}
	overlap = &rule.Rule{
		ID: "eks-range-overlap", Title: "Services in the network's range", Permanent: true,
		Doc:     "Pods have addresses of the network. If the Service range overlaps it, machines become unreachable.",
		Fix:     "Give Services their own range, or leave it to AWS.",
		Sources: []string{"https://docs.aws.amazon.com/eks/latest/APIReference/API_KubernetesNetworkConfigRequest.html"},
	}
)
