// Package doks maps a plan's workers to node pools of a DigitalOcean Kubernetes cluster, whose control plane DigitalOcean runs: as
// Terraform, and as a script for doctl.
//
// The package is internal to k8splan and makes no compatibility promise.
package doks

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

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
	Region      string
	VPC         string
	DefaultPool *string
	Admins      []string
}

// schema returns the block's schema.
func schema() *spec.Block {
	return &spec.Block{
		Name: "target", Doc: "DigitalOcean Kubernetes.",
		Arguments: []spec.Argument{
			{Name: "region", Type: spec.Text, Required: true, Field: "Region", Example: `"fra1"`, Doc: "Region of DigitalOcean."},
			{Name: "vpc_cidr", Type: spec.Text, Required: true, Field: "VPC", Example: `"10.60.0.0/20"`,
				Doc: "Range of the workers' network, from /16 to /28."},
			hosted.DefaultPool(),
			hosted.AdminCIDRs(),
		},
	}
}

// variables is plan.auto.tfvars.json, as templates/targets/hosted/doks/variables.tf, templates/targets/terraform/pools.tf and
// default-pool.tf declare it.
type variables struct {
	hosted.Variables
	Region string `json:"region"`
	VPC    string `json:"vpc_cidr"`
	HA     bool   `json:"ha"`
}

var regionPattern = regexp.MustCompile(`^[a-z]{3}[0-9]$`)

func vendor() *hosted.Vendor {
	return &hosted.Vendor{
		Target: "doks", Name: "DigitalOcean Kubernetes", Default: true, Zoneless: true,
		Arguments: "Write region and vpc_cidr; default_pool if several pools have no taints; admin_cidrs to restrict access to the " +
			"API.",
		// Source: https://slugs.do-api.dev and https://docs.digitalocean.com/products/droplets/concepts/choosing-a-plan/ (read 2026-11)
		SizeSource: "https://docs.digitalocean.com/products/droplets/concepts/choosing-a-plan/",
		Sizes: []terraform.Size{
			{Name: "s-2vcpu-4gb", CPUs: 2, MemoryGiB: 4}, {Name: "g-2vcpu-8gb", CPUs: 2, MemoryGiB: 8},
			{Name: "m-2vcpu-16gb", CPUs: 2, MemoryGiB: 16},
			{Name: "s-4vcpu-8gb", CPUs: 4, MemoryGiB: 8}, {Name: "g-4vcpu-16gb", CPUs: 4, MemoryGiB: 16},
			{Name: "m-4vcpu-32gb", CPUs: 4, MemoryGiB: 32},
			{Name: "g-8vcpu-32gb", CPUs: 8, MemoryGiB: 32}, {Name: "m-8vcpu-64gb", CPUs: 8, MemoryGiB: 64},
			{Name: "g-16vcpu-64gb", CPUs: 16, MemoryGiB: 64},
			{Name: "g-32vcpu-128gb", CPUs: 32, MemoryGiB: 128}, {Name: "g-40vcpu-160gb", CPUs: 40, MemoryGiB: 160},
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
	v := &variables{Variables: r.Variables(w.Admins, w.DefaultPool), HA: hosted.HighlyAvailable(p)}
	v.Region = r.Match("region", w.Region, regionPattern, `Write a region of DigitalOcean, such as "fra1".`)
	vpc, ok := r.Range("vpc_cidr", w.VPC, "Write the range of the workers' network, such as \"10.60.0.0/20\".")
	if ok && (vpc.Bits() < 16 || vpc.Bits() > 28) {
		r.Say(r.Rules.Argument, r.At("vpc_cidr"), "vpc_cidr is %s. DigitalOcean allows networks from /16 to /28. Write one of that size.",
			vpc)
	}
	v.VPC = vpc.String()
	r.Apart(overlap, vpc, &v.Variables)
	if (v.Pods == "") != (v.Services == "") {
		written, missing := "pod_subnets", "service_subnets"
		if v.Pods == "" {
			written, missing = missing, written
		}
		r.Say(r.Rules.Range, p.Network.Attr(written), "DigitalOcean requires both ranges, or chooses both. Write %s too, or neither.",
			missing)
	}
	return v, r.Diags
}

// emit writes terraform/, with create.sh in it.
func emit(_ *plan.Plan, v *variables) ([]artifact.File, error) {
	files, err := terraform.Files("hosted/doks", v, terraform.ClusterGuide(terraform.Vendor{
		Name: "DigitalOcean Kubernetes",
		Credentials: "A DigitalOcean API token in the environment: `export DIGITALOCEAN_TOKEN=…`. The kubeconfig calls doctl at each " +
			"login. Install doctl, and run `doctl auth init`.",
		Costs:      "and the vendor's fee for a control plane of several machines if the plan has one",
		Kubeconfig: "doctl kubernetes cluster kubeconfig save " + hosted.Quote(v.Cluster),
		Other: terraform.Step{Do: "`create.sh` creates the same cluster with doctl, in the region's default network.",
			Commands: []string{"sh create.sh"}}},
		"The default pool is created with the cluster, and its machines keep their size: for another size, DigitalOcean would "+
			"recreate the whole cluster. Define a second pool with the size that you want, and move the pods there.",
		"If DigitalOcean does not offer the plan's minor version, `terraform plan` fails. `doctl kubernetes options versions` "+
			"lists the versions on offer.",
	), terraform.PoolVariables, terraform.DefaultPool)
	if err != nil {
		return nil, err
	}
	return append(files, artifact.File{Path: terraform.Folder + "/create.sh", Mode: 0o755, Data: script(v).Bytes()}), nil
}

func script(v *variables) hosted.Script {
	create := []any{hosted.Raw("doctl kubernetes cluster create"), v.Cluster, "--region", v.Region, "--version", hosted.Raw(`"$version"`),
		"--auto-upgrade=true", "--surge-upgrade=true"}
	if v.HA {
		create = append(create, "--ha=true")
	}
	if v.Pods != "" {
		create = append(create, "--cluster-subnet", v.Pods, "--service-subnet", v.Services)
	}
	if len(v.Admins) > 0 {
		create = append(create, "--enable-control-plane-firewall=true", "--control-plane-firewall-allowed-addresses",
			strings.Join(v.Admins, ","))
	}
	for _, name := range slices.Sorted(maps.Keys(v.Pools)) {
		p := v.Pools[name]
		fields := []string{"name=" + name, "size=" + p.Size, "count=" + strconv.Itoa(p.Count)}
		for _, key := range slices.Sorted(maps.Keys(p.Labels)) {
			fields = append(fields, "label="+key+"="+p.Labels[key])
		}
		for _, t := range p.Taints {
			fields = append(fields, "taint="+t.TaintText())
		}
		create = append(create, "--node-pool", strings.Join(fields, ";"))
	}
	return hosted.Script{
		Head: []string{"Create the cluster with doctl. Sign in first: doctl auth init"},
		Commands: [][]any{
			{hosted.Raw("minor=" + hosted.Quote(v.Version))},
			{hosted.Raw(`version=$(doctl kubernetes options versions --no-header --format Slug | grep "^$minor\." | head -n 1)`)},
			{hosted.Raw(`test -n "$version" || { echo "DigitalOcean offers no Kubernetes $minor" >&2; exit 1; }`)},
			create,
		},
	}
}

// rules returns the target's rules.
func rules() []*rule.Rule { return vendor().List(overlap) }

var overlap = &rule.Rule{
	ID: "doks-range-overlap", Title: "Pods or Services in the network's range", Permanent: true,
	Doc: "Pods and Services have their own ranges, separate from the workers' network. If one overlaps it, machines become " +
		"unreachable.",
	Fix:     "Give each its own range.",
	Sources: []string{"https://docs.digitalocean.com/products/kubernetes/how-to/create-clusters/"},
}
