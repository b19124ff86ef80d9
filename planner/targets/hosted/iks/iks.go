// Package iks maps a plan's workers to worker pools of an IBM Cloud Kubernetes Service cluster, whose control plane IBM runs: as Terraform,
// and as a script for ibmcloud.
//
// The package is internal to k8splan and makes no compatibility promise.
package iks

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
	"github.com/k8splan/k8splan/planner/target/block"
	"github.com/k8splan/k8splan/planner/target/terraform"
	"github.com/k8splan/k8splan/planner/targets/hosted"
)

// written holds the block's arguments.
type written struct {
	*spec.Source
	Region      string
	Subnets     map[string]string
	Public      *bool
	DefaultPool *string
}

// schema returns the block's schema.
func schema() *spec.Block {
	return &spec.Block{
		Name: "target", Doc: "IBM Cloud Kubernetes Service.",
		Arguments: []spec.Argument{
			{Name: "region", Type: spec.Text, Required: true, Field: "Region", Example: `"eu-de"`, Doc: "Region of IBM Cloud."},
			{Name: "subnets", Type: spec.TextMap, Required: true, Field: "Subnets", Example: `{ "eu-de-1" = "10.70.0.0/24" }`,
				Doc: "Range of the workers' addresses by zone."},
			{Name: "public_endpoint", Type: spec.Bool, Field: "Public", Example: `false`,
				Doc: "Whether the API can be reached from the internet. Default: true."},
			hosted.DefaultPool(),
		},
	}
}

// variables is plan.auto.tfvars.json, as templates/targets/hosted/iks/variables.tf, templates/targets/terraform/pools.tf and
// default-pool.tf declare it.
type variables struct {
	hosted.Variables
	Region  string            `json:"region"`
	Subnets map[string]string `json:"subnets"`
	Public  bool              `json:"public_endpoint"`
}

var regionPattern = regexp.MustCompile(`^[a-z]{2}-[a-z]{2,5}$`)

func vendor() *hosted.Vendor {
	return &hosted.Vendor{
		Target: "iks", Name: "IBM Cloud Kubernetes Service", Default: true,
		Arguments: "Write region and subnets, one range for each zone; default_pool if several pools have no taints; " +
			"public_endpoint = false for a private API.",
		ClusterPattern: regexp.MustCompile(`^[a-z]([-a-z0-9]{0,33}[a-z0-9])?$`),
		ClusterWords:   "at most 35 lower-case letters, digits, and hyphens, starting with a letter",
		PoolPattern:    regexp.MustCompile(`^[a-z]([-a-z0-9]{0,30}[a-z0-9])?$`), PoolWords: "at most 32 of the same",
		NameSource: "https://cloud.ibm.com/docs/containers?topic=containers-cluster-create-vpc-gen2",
		// Source: https://cloud.ibm.com/docs/containers?topic=containers-vpc-flavors (read 2026-11)
		SizeSource: "https://cloud.ibm.com/docs/containers?topic=containers-vpc-flavors",
		Sizes: []terraform.Size{
			{Name: "cx2.2x4", CPUs: 2, MemoryGiB: 4}, {Name: "bx2.2x8", CPUs: 2, MemoryGiB: 8}, {Name: "mx2.2x16", CPUs: 2, MemoryGiB: 16},
			{Name: "cx2.4x8", CPUs: 4, MemoryGiB: 8}, {Name: "bx2.4x16", CPUs: 4, MemoryGiB: 16},
			{Name: "mx2.4x32", CPUs: 4, MemoryGiB: 32},
			{Name: "bx2.8x32", CPUs: 8, MemoryGiB: 32}, {Name: "mx2.8x64", CPUs: 8, MemoryGiB: 64},
			{Name: "bx2.16x64", CPUs: 16, MemoryGiB: 64},
			{Name: "bx2.32x128", CPUs: 32, MemoryGiB: 128}, {Name: "bx2.48x192", CPUs: 48, MemoryGiB: 192},
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
	v := &variables{Variables: r.Variables(nil, w.DefaultPool), Subnets: w.Subnets, Public: block.Value(w.Public, true)}
	v.Region = r.Match("region", w.Region, regionPattern, `Write a region of IBM Cloud, such as "eu-de".`)
	at := r.At("subnets")
	taken := map[string]string{"pods": v.Pods, "Services": v.Services}
	for _, zone := range slices.Sorted(maps.Keys(w.Subnets)) {
		prefix, ok := block.Prefix4(w.Subnets[zone])
		if !ok {
			r.Say(r.Rules.Argument, at, "The range of %q is %q, %s", zone, w.Subnets[zone],
				block.NoPrefix4(w.Subnets[zone], `Write "10.70.0.0/24".`))
			continue
		}
		for _, what := range slices.Sorted(maps.Keys(taken)) {
			if other, given := block.Prefix4(taken[what]); given && other.Overlaps(prefix) {
				r.Say(overlap, at, "The range %s of zone %q overlaps that of %s, %s.", prefix, zone, what, other)
			}
		}
		taken["zone "+zone] = prefix.String()
	}
	if v.Region == "" {
		return v, r.Diags
	}
	pattern := regexp.MustCompile("^" + v.Region + "-[1-3]$")
	r.Zones(v.Pools, pattern, v.Region+"-1")
	for _, name := range slices.Sorted(maps.Keys(v.Pools)) {
		pool := v.Pools[name]
		if len(pool.Zones) == 0 {
			r.Say(count, hosted.CountAt(pool), "Pool %q has no zones, but IBM counts a pool's workers per zone. Write the zones: "+
				"failure_domains = [\"%s-1\", …].", name, v.Region)
		}
		for _, zone := range pool.Zones {
			if _, ok := w.Subnets[zone]; !ok && r.Has("subnets") && pattern.MatchString(zone) {
				r.Say(r.Rules.Argument, at, "Pool %q has workers in zone %q, which has no range here. Add the zone to subnets.", name, zone)
			}
		}
	}
	r.Even(count, v.Pools)
	return v, r.Diags
}

// emit writes terraform/, with create.sh in it.
func emit(_ *plan.Plan, v *variables) ([]artifact.File, error) {
	files, err := terraform.Files("hosted/iks", v, terraform.ClusterGuide(terraform.Vendor{
		Name: "IBM Cloud Kubernetes Service",
		Credentials: "An IBM Cloud API key in the environment: `export IC_API_KEY=…`. For the kubeconfig, ibmcloud with its plug-in " +
			"container-service, and `ibmcloud login`.",
		Costs:      "and a public gateway with an address for each zone",
		Kubeconfig: "ibmcloud ks cluster config --cluster " + hosted.Quote(v.Cluster),
		Other: terraform.Step{Do: "`create.sh` creates the same cluster with ibmcloud (plug-ins container-service and " +
			"vpc-infrastructure) and jq.",
			Commands: []string{"sh create.sh"}}},
		"The default pool is created with the cluster, and its machines keep their size: for another size, IBM would recreate "+
			"the whole cluster. Define a second pool with the size that you want, and move the pods there.",
		"IBM names the pool that is created with the cluster `default`, whatever its name in the plan.",
	), terraform.PoolVariables, terraform.DefaultPool)
	if err != nil {
		return nil, err
	}
	return append(files, artifact.File{Path: terraform.Folder + "/create.sh", Mode: 0o755, Data: script(v).Bytes()}), nil
}

func script(v *variables) hosted.Script {
	s := hosted.Script{
		Head: []string{"Create the cluster with ibmcloud. Sign in first: ibmcloud login; ibmcloud target -g RESOURCE_GROUP"},
		Commands: [][]any{{hosted.Raw("ibmcloud target"), "-r", v.Region}, {hosted.Raw(`vpc=$(ibmcloud is vpc-create`), v.Cluster,
			"--address-prefix-management", "manual", "--output", "json", hosted.Raw(`| jq -r .id)`)}},
	}
	subnet := map[string]hosted.Raw{} // shell variables with the ID of a zone's subnet
	for i, zone := range slices.Sorted(maps.Keys(v.Subnets)) {
		n := strconv.Itoa(i + 1)
		name := v.Cluster + "-" + zone
		subnet[zone] = hosted.Raw(`"$subnet` + n + `"`)
		s.Commands = append(s.Commands,
			[]any{hosted.Raw("ibmcloud is vpc-address-prefix-create"), name, hosted.Raw(`"$vpc"`), zone, v.Subnets[zone]},
			[]any{hosted.Raw("gateway" + n + "=$(ibmcloud is public-gateway-create"), name, hosted.Raw(`"$vpc"`), zone, "--output", "json",
				hosted.Raw("| jq -r .id)")},
			[]any{hosted.Raw("subnet" + n + "=$(ibmcloud is subnet-create"), name, hosted.Raw(`"$vpc"`), "--zone", zone,
				"--ipv4-cidr-block", v.Subnets[zone], "--pgw", hosted.Raw(`"$gateway` + n + `"`), "--output", "json",
				hosted.Raw("| jq -r .id)")},
		)
	}
	first := v.Pools[v.Default]
	create := []any{hosted.Raw("ibmcloud ks cluster create vpc-gen2"), "--name", v.Cluster, "--vpc-id", hosted.Raw(`"$vpc"`), "--zone",
		first.Zones[0], "--subnet-id", subnet[first.Zones[0]],
		"--flavor", first.Size, "--workers", first.Count / len(first.Zones), "--version", v.Version,
		"--disable-outbound-traffic-protection"}
	if v.Pods != "" {
		create = append(create, "--pod-subnet", v.Pods)
	}
	if v.Services != "" {
		create = append(create, "--service-subnet", v.Services)
	}
	if !v.Public {
		create = append(create, "--disable-public-service-endpoint")
	}
	s.Commands = append(s.Commands, create)
	add := func(pool string, zones []string) {
		for _, zone := range zones {
			s.Commands = append(s.Commands, []any{hosted.Raw("ibmcloud ks zone add vpc-gen2"), "--cluster", v.Cluster, "--worker-pool",
				pool, "--zone", zone, "--subnet-id", subnet[zone]})
		}
	}
	add("default", first.Zones[1:])
	for _, key := range slices.Sorted(maps.Keys(first.Labels)) {
		s.Commands = append(s.Commands, []any{hosted.Raw("ibmcloud ks worker-pool label set"), "--cluster", v.Cluster, "--worker-pool",
			"default", "--label", key + "=" + first.Labels[key], "-f"})
	}
	for _, name := range slices.Sorted(maps.Keys(v.Pools)) {
		p := v.Pools[name]
		if name == v.Default {
			continue
		}
		pool := []any{hosted.Raw("ibmcloud ks worker-pool create vpc-gen2"), "--name", name, "--cluster", v.Cluster, "--vpc-id",
			hosted.Raw(`"$vpc"`), "--flavor", p.Size, "--size-per-zone", p.Count / len(p.Zones)}
		for _, key := range slices.Sorted(maps.Keys(p.Labels)) {
			pool = append(pool, "--label", key+"="+p.Labels[key])
		}
		s.Commands = append(s.Commands, pool)
		add(name, p.Zones)
		for _, t := range p.Taints {
			s.Commands = append(s.Commands, []any{hosted.Raw("ibmcloud ks worker-pool taint set"), "--cluster", v.Cluster, "--worker-pool",
				name, "--taint", strings.TrimSuffix(t.TaintText(), ":"), "-f"})
		}
	}
	return s
}

// rules returns the target's rules.
func rules() []*rule.Rule { return vendor().List(count, overlap) }

var (
	count = &rule.Rule{
		ID: "iks-count", Title: "Workers not divisible by the number of zones", Permanent: true,
		Doc:     "IBM counts the workers of a pool per zone, and creates the same number in each zone.",
		Fix:     "Write the zones of every pool, and a count that is a multiple of their number.",
		Sources: []string{"https://cloud.ibm.com/docs/containers?topic=containers-add-workers-vpc"},
	}
	overlap = &rule.Rule{
		ID: "iks-range-overlap", Title: "Overlapping ranges", Permanent: true,
		Doc:     "Zones, pods, and Services have their own ranges. If two overlap, machines become unreachable.",
		Fix:     "Give each its own range.",
		Sources: []string{"https://cloud.ibm.com/docs/containers?topic=containers-vpc-subnets"},
	}
)
