// Package osd maps a plan's workers to machine pools of OpenShift Dedicated, whose control plane Red Hat runs in a customer's account: as
// scripts for Red Hat's ocm.
//
// The package is internal to k8splan and makes no compatibility promise.
package osd

import (
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/spelling"
	"github.com/k8splan/k8splan/planner/target/block"
	"github.com/k8splan/k8splan/planner/target/terraform"
	"github.com/k8splan/k8splan/planner/targets/hosted"
	"github.com/k8splan/k8splan/planner/targets/turnkey/openshift"
	"github.com/k8splan/k8splan/templates"
)

// written holds the block's arguments.
type written struct {
	*spec.Source
	Provider    string
	Region      string
	MachineCIDR *string
	MultiZone   *bool
	Private     *bool
	DefaultPool *string
}

// schema returns the block's schema.
func schema() *spec.Block {
	return &spec.Block{
		Name: "target", Doc: "OpenShift Dedicated.",
		Arguments: []spec.Argument{
			{Name: "provider", Type: spec.Text, Required: true, Enum: []string{"aws", "gcp"}, Field: "Provider", Example: `"aws"`,
				Doc: "Cloud of the account."},
			{Name: "region", Type: spec.Text, Required: true, Field: "Region", Example: `"eu-central-1"`, Doc: "Region of the cloud."},
			{Name: "machine_cidr", Type: spec.Text, Field: "MachineCIDR", Example: `"10.0.0.0/16"`, Doc: "Range of the machines' network."},
			{Name: "multi_zone", Type: spec.Bool, Field: "MultiZone", Example: `true`,
				Doc: "Whether workers are in three zones. Default: true."},
			{Name: "private", Type: spec.Bool, Field: "Private", Example: `false`,
				Doc: "Whether the API and routes can be reached only inside the network."},
			hosted.DefaultPool(),
		},
	}
}

type options struct {
	hosted.Variables
	provider, region, machines, release string
	hostPrefix                          int
	multi, private                      bool
}

var (
	regionPattern = regexp.MustCompile(`^[a-z]+(-[a-z]+)+-?[0-9]$`)
	namePattern   = regexp.MustCompile(`^[a-z]([a-z0-9-]*[a-z0-9])?$`)
)

// sizes by cloud. Source: https://docs.openshift.com/dedicated/osd_architecture/osd_policy/osd-service-definition.html#instance-types
// (read 2026-11)
func sizes(provider string) []terraform.Size {
	if provider == "gcp" {
		return []terraform.Size{
			{Name: "custom-4-16384", CPUs: 4, MemoryGiB: 16}, {Name: "custom-4-32768-ext", CPUs: 4, MemoryGiB: 32},
			{Name: "custom-8-32768", CPUs: 8, MemoryGiB: 32},
			{Name: "custom-8-65536-ext", CPUs: 8, MemoryGiB: 64}, {Name: "custom-16-65536", CPUs: 16, MemoryGiB: 64},
			{Name: "custom-16-131072-ext", CPUs: 16, MemoryGiB: 128},
			{Name: "custom-32-131072", CPUs: 32, MemoryGiB: 128},
		}
	}
	return []terraform.Size{
		{Name: "m5.xlarge", CPUs: 4, MemoryGiB: 16}, {Name: "r5.xlarge", CPUs: 4, MemoryGiB: 32},
		{Name: "m5.2xlarge", CPUs: 8, MemoryGiB: 32},
		{Name: "r5.2xlarge", CPUs: 8, MemoryGiB: 64}, {Name: "m5.4xlarge", CPUs: 16, MemoryGiB: 64},
		{Name: "r5.4xlarge", CPUs: 16, MemoryGiB: 128},
		{Name: "m5.8xlarge", CPUs: 32, MemoryGiB: 128}, {Name: "m5.12xlarge", CPUs: 48, MemoryGiB: 192},
		{Name: "m5.16xlarge", CPUs: 64, MemoryGiB: 256},
	}
}

func vendor() *hosted.Vendor {
	return &hosted.Vendor{
		Target: "openshift-dedicated", Name: "OpenShift Dedicated", Default: true, Zoneless: true,
		Arguments: "Write provider (aws or gcp) and region; optionally machine_cidr, multi_zone, and private; default_pool if " +
			"several pools have no taints.",
		ClusterPattern: regexp.MustCompile(`^[a-z]([a-z0-9-]{0,13}[a-z0-9])?$`),
		ClusterWords:   "at most 15 lower-case letters, digits, and hyphens, starting with a letter",
		PoolPattern:    namePattern, PoolWords: "lower-case letters, digits, and hyphens, starting with a letter",
		NameSource: "https://docs.openshift.com/dedicated/osd_aws_clusters/creating-an-aws-cluster.html",
		SizeSource: "https://docs.openshift.com/dedicated/osd_architecture/osd_policy/osd-service-definition.html#instance-types",
	}
}

// decode checks the target block against the plan. It reports every mistake that it finds.
func decode(p *plan.Plan, body hcl.Body, ctx *hcl.EvalContext) (*options, hcl.Diagnostics) {
	var w written
	r, ok := vendor().Read(p, body, ctx, schema(), &w)
	if !ok {
		return nil, r.Diags
	}
	o := &options{multi: block.Value(w.MultiZone, true), private: block.Value(w.Private, false),
		release: openshift.Release(p.Cluster.Version)}
	o.provider = w.Provider
	o.region = r.Match("region", w.Region, regionPattern, `Write a region of the cloud, such as "eu-central-1" or "europe-west4".`)
	r.Vendor.Sizes = sizes(o.provider)
	o.Variables = r.Variables(nil, w.DefaultPool)
	o.machines = block.Value(w.MachineCIDR, "10.0.0.0/16")
	machines, ok := block.Prefix4(o.machines)
	if !ok {
		r.Say(r.Rules.Argument, r.At("machine_cidr"), "machine_cidr is %q, %s", o.machines,
			block.NoPrefix4(o.machines, `Write "10.0.0.0/16".`))
	}
	for name, text := range map[string]string{"pod_subnets": o.Pods, "service_subnets": o.Services} {
		if other, err := netip.ParsePrefix(text); err == nil && ok && other.Overlaps(machines) {
			r.Say(overlap, p.Network.Attr(name), "%s overlaps the machines' range %s.", other, machines)
		}
	}
	if p.Network.Has("node_cidr_mask_size") {
		o.hostPrefix = p.Network.NodeCIDRMaskSize
	}
	least, of := 2, "one zone"
	if o.multi {
		least, of = 3, "several zones"
	}
	for name, pool := range o.Pools {
		switch {
		case name == o.Default && pool.Count < least:
			r.Say(workers, hosted.CountAt(pool), "Pool %q has %s. It is created with the cluster, which requires at least %[4]d in %[3]s.",
				name, spelling.Quantity(pool.Count, "worker", "workers"), of, least)
		case o.multi && pool.Count%3 != 0:
			r.Say(workers, hosted.CountAt(pool), "Pool %q has %s. In several zones, the number must be a multiple of 3. "+
				"Write one, or multi_zone = false.", name, spelling.Quantity(pool.Count, "worker", "workers"))
		}
		if pool.Arch != "amd64" {
			r.Say(workers, pool.First.Attr("arch"), "Pool %q is %s. OpenShift Dedicated runs only amd64. Write arch = \"amd64\".", name,
				pool.Arch)
		}
		for i, t := range pool.Taints {
			if t.Value == "" {
				r.Say(taintValue, pool.First.Taints[i].Block(),
					"The taint %s of pool %q has no value, but ocm accepts only key=value:effect. Write value.", t.Key, name)
			}
		}
	}
	return o, r.Diags
}

// emit writes openshift-dedicated/.
func emit(_ *plan.Plan, o *options) ([]artifact.File, error) {
	readme, err := templates.Files.ReadFile("targets/hosted/openshift-dedicated/README.md")
	if err != nil {
		return nil, err
	}
	files := []artifact.File{
		{Path: "openshift-dedicated/README.md", Data: readme},
		{Path: "openshift-dedicated/create.sh", Mode: 0o755, Data: o.create().Bytes()},
	}
	if len(o.Pools) > 1 {
		files = append(files, artifact.File{Path: "openshift-dedicated/pools.sh", Mode: 0o755, Data: o.pools().Bytes()})
	}
	return files, nil
}

func (o *options) create() hosted.Script {
	pool := o.Pools[o.Default]
	create := []any{hosted.Raw("ocm create cluster"), o.Cluster, "--provider", o.provider, "--ccs", "--region", o.region, "--version",
		hosted.Raw(`"$version"`),
		"--compute-nodes", strconv.Itoa(pool.Count), "--compute-machine-type", pool.Size, "--machine-cidr", o.machines}
	for flag, value := range map[string]bool{"--multi-az": o.multi, "--private": o.private} {
		if value {
			create = append(create, flag)
		}
	}
	slices.SortFunc(create[len(create)-btoi(o.multi)-btoi(o.private):], func(a, b any) int {
		return strings.Compare(a.(string), b.(string))
	})
	if o.Pods != "" {
		create = append(create, "--pod-cidr", o.Pods)
	}
	if o.Services != "" {
		create = append(create, "--service-cidr", o.Services)
	}
	if o.hostPrefix != 0 {
		create = append(create, "--host-prefix", strconv.Itoa(o.hostPrefix))
	}
	needs := []any{hosted.Raw(`: "${GCP_SERVICE_ACCOUNT_FILE:?set it to the key file of the service account osd-ccs-admin}"`)}
	if o.provider == "aws" {
		needs = []any{
			hosted.Raw(`: "${AWS_ACCOUNT_ID:?}" "${AWS_ACCESS_KEY_ID:?set it to the key ID of the IAM user osdCcsAdmin}" ` +
				`"${AWS_SECRET_ACCESS_KEY:?}"`),
		}
		create = append(create,
			hosted.Raw(`--aws-account-id "$AWS_ACCOUNT_ID" --aws-access-key-id "$AWS_ACCESS_KEY_ID" --aws-secret-access-key `+
				`"$AWS_SECRET_ACCESS_KEY"`))
	} else {
		create = append(create, hosted.Raw(`--service-account-file "$GCP_SERVICE_ACCOUNT_FILE"`))
	}
	return hosted.Script{
		Head: []string{"Create the cluster with ocm, in your own account. Sign in first: ocm login --use-auth-code"},
		Commands: [][]any{
			needs,
			{hosted.Raw("release=" + hosted.Quote(o.release))},
			{hosted.Raw(`version=$(ocm list versions | grep "^$release\." | sort -V | tail -n 1)`)},
			{hosted.Raw(`test -n "$version" || { echo "Red Hat offers no OpenShift $release" >&2; exit 1; }`)},
			create,
		},
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (o *options) pools() hosted.Script {
	s := hosted.Script{Head: []string{"Create the other pools of workers, once the cluster is ready."}}
	if pool := o.Pools[o.Default]; len(pool.Labels) > 0 {
		s.Commands = append(s.Commands, []any{hosted.Raw("ocm edit machinepool"), "--cluster", o.Cluster, "--labels",
			hosted.Pairs(pool.Labels, "="), "worker"})
	}
	for _, name := range slices.Sorted(maps.Keys(o.Pools)) {
		if name == o.Default {
			continue
		}
		pool := o.Pools[name]
		command := []any{hosted.Raw("ocm create machinepool"), "--cluster", o.Cluster, "--instance-type", pool.Size, "--replicas",
			strconv.Itoa(pool.Count)}
		if len(pool.Labels) > 0 {
			command = append(command, "--labels", hosted.Pairs(pool.Labels, "="))
		}
		if len(pool.Taints) > 0 {
			var taints []string
			for _, t := range pool.Taints {
				taints = append(taints, t.TaintText())
			}
			command = append(command, "--taints", strings.Join(taints, ","))
		}
		s.Commands = append(s.Commands, append(command, name))
	}
	return s
}

// rules returns the target's rules.
func rules() []*rule.Rule { return vendor().List(overlap, workers, taintValue) }

const source = "https://github.com/openshift-online/ocm-cli/blob/main/cmd/ocm/create/cluster/cmd.go"

var (
	overlap = &rule.Rule{
		ID: "openshift-dedicated-range-overlap", Title: "Pods or Services in the machines' range", Permanent: true,
		Doc:     "Machines, pods, and Services have their own ranges. If two overlap, machines become unreachable.",
		Fix:     "Give each its own range.",
		Sources: []string{source},
	}
	workers = &rule.Rule{
		ID: "openshift-dedicated-workers", Title: "Number of workers not supported by OpenShift Dedicated", Permanent: true,
		Doc: "A cluster in one zone needs at least 2 workers on amd64. A cluster in several zones needs at least 3, and a multiple " +
			"of 3 in each pool.",
		Fix:     "Define 3, 6, or 9 workers, or write multi_zone = false.",
		Sources: []string{source},
	}
	taintValue = &rule.Rule{
		ID: "openshift-dedicated-taint", Title: "Taint without a value", Permanent: true,
		Doc:     "ocm reads a taint as key=value:effect. Without a value, it reads the effect as the value.",
		Fix:     "Write a value, such as \"true\".",
		Sources: []string{"https://github.com/openshift-online/ocm-cli/blob/main/cmd/ocm/create/machinepool/cmd.go"},
	}
)
