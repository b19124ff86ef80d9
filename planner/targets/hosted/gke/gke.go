// Package gke maps a plan's workers to node pools of a Google Kubernetes Engine cluster, whose control plane Google runs: as Terraform, and
// as a script for gcloud.
//
// The package is internal to k8splan and makes no compatibility promise.
package gke

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
	"github.com/k8splan/k8splan/planner/spelling"
	"github.com/k8splan/k8splan/planner/target/block"
	"github.com/k8splan/k8splan/planner/target/terraform"
	"github.com/k8splan/k8splan/planner/targets/hosted"
)

// written holds the block's arguments.
type written struct {
	*spec.Source
	Project string
	Region  string
	Subnet  string
	Channel *string
	Admins  []string
}

// schema returns the block's schema.
func schema() *spec.Block {
	return &spec.Block{
		Name: "target", Doc: "Google Kubernetes Engine.",
		Arguments: []spec.Argument{
			{Name: "project", Type: spec.Text, Required: true, Field: "Project", Example: `"my-project-123"`, Doc: "ID of the project."},
			{Name: "region", Type: spec.Text, Required: true, Field: "Region", Example: `"europe-west4"`, Doc: "Region of Google Cloud."},
			{Name: "subnet", Type: spec.Text, Required: true, Field: "Subnet", Example: `"10.30.0.0/20"`,
				Doc: "Range of the workers' addresses."},
			{Name: "release_channel", Type: spec.Text, Enum: []string{"RAPID", "REGULAR", "STABLE"}, Field: "Channel",
				Example: `"REGULAR"`,
				Doc:     "Release channel. Default: the slowest that has the version."},
			hosted.AdminCIDRs(),
		},
	}
}

// variables is plan.auto.tfvars.json, declared in templates/targets/hosted/gke/variables.tf and templates/targets/terraform/pools.tf.
type variables struct {
	hosted.Variables
	Project  string   `json:"project"`
	Region   string   `json:"region"`
	Location string   `json:"location"`
	Zones    []string `json:"zones"`
	Subnet   string   `json:"subnet"`
	Channel  string   `json:"release_channel"`
}

var (
	projectPattern = regexp.MustCompile(`^[a-z][-a-z0-9:.]{4,61}[a-z0-9]$`)
	regionPattern  = regexp.MustCompile(`^[a-z]+-[a-z]+[0-9]+$`)
	namePattern    = regexp.MustCompile(`^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$`)
)

// channels maps each release channel to its newest known minor. Source:
// https://cloud.google.com/kubernetes-engine/docs/release-notes-regular and release-notes-rapid (read 2026-11)
var channels = map[string]plan.Version{
	"STABLE": {Major: 1, Minor: 36}, "REGULAR": {Major: 1, Minor: 36}, "RAPID": {Major: 1, Minor: 37},
}

func vendor() *hosted.Vendor {
	return &hosted.Vendor{
		Target: "gke", Name: "GKE", Arguments: "Write project, region, and subnet; optionally release_channel (REGULAR, RAPID, or " +
			"STABLE) and admin_cidrs.",
		ClusterPattern: namePattern, PoolPattern: namePattern,
		ClusterWords: "at most 40 lower-case letters, digits, and hyphens, starting with a letter", PoolWords: "the same as for clusters",
		NameSource: "https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters",
		SizeSource: "https://cloud.google.com/compute/docs/general-purpose-machines",
		Sizes: []terraform.Size{
			{Name: "e2-medium", CPUs: 2, MemoryGiB: 4}, {Name: "e2-standard-2", CPUs: 2, MemoryGiB: 8},
			{Name: "e2-highmem-2", CPUs: 2, MemoryGiB: 16},
			{Name: "e2-standard-4", CPUs: 4, MemoryGiB: 16}, {Name: "e2-highmem-4", CPUs: 4, MemoryGiB: 32},
			{Name: "e2-standard-8", CPUs: 8, MemoryGiB: 32}, {Name: "e2-standard-16", CPUs: 16, MemoryGiB: 64},
			{Name: "e2-standard-32", CPUs: 32, MemoryGiB: 128},
			{Name: "n2-standard-64", CPUs: 64, MemoryGiB: 256}, {Name: "n2-standard-96", CPUs: 96, MemoryGiB: 384},
			{Name: "t2a-standard-2", CPUs: 2, MemoryGiB: 8, Arch: "arm64"}, {Name: "t2a-standard-4", CPUs: 4, MemoryGiB: 16,
				Arch: "arm64"},
			{Name: "t2a-standard-8", CPUs: 8, MemoryGiB: 32, Arch: "arm64"}, {Name: "t2a-standard-16", CPUs: 16, MemoryGiB: 64,
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
	v := &variables{Variables: r.Variables(w.Admins, nil), Channel: block.Value(w.Channel, "")}
	v.Project = r.Match("project", w.Project, projectPattern, `Write the ID of a Google Cloud project, such as "my-project-123".`)
	v.Region = r.Match("region", w.Region, regionPattern, `Write a region of Google Cloud, such as "europe-west4".`)
	if subnet, ok := r.Range("subnet", w.Subnet, "Write the range of the workers' addresses, such as \"10.30.0.0/20\"."); ok {
		v.Subnet = subnet.String()
	}
	newest := channels[v.Channel]
	switch {
	case w.Channel == nil: // the slowest channel with the version
		v.Channel = "REGULAR"
		if p.Cluster.Version.MinorsAhead(channels["REGULAR"]) > 0 {
			v.Channel = "RAPID"
		}
	case p.Cluster.Version.MinorsAhead(newest) > 0:
		r.Say(channel, r.At("release_channel"), "The newest known Kubernetes version of the channel %s is %s, but the version is %s. "+
			"Write RAPID, or an older version.", v.Channel, newest.MinorString(), p.Cluster.Version.MinorString())
	}
	if v.Region == "" {
		return v, r.Diags
	}
	said := len(r.Diags)
	v.Zones = r.Zones(v.Pools, regexp.MustCompile(`^`+v.Region+`-[a-z]$`), v.Region+"-a")
	v.Location = v.Region
	if !hosted.HighlyAvailable(p) {
		if len(v.Zones) != 1 && len(r.Diags) > said {
			return v, r.Diags // their number is unknown
		}
		if len(v.Zones) != 1 {
			r.Say(zonal, p.Cluster.Attr("type"), "With type %s, Google runs one control plane, in one zone, but the workers are in %d "+
				"zones. Write failure_domains = [\"%s-a\"] on every pool, or type = \"multi-etcd-multi-master\".", p.Cluster.Type,
				len(v.Zones), v.Region)
			return v, r.Diags
		}
		v.Location = v.Zones[0]
	}
	for name, pool := range v.Pools {
		if len(pool.Zones) == 0 {
			r.Say(count, hosted.CountAt(pool),
				"Pool %q has no zones, so Google would choose them and create %s in each. Write "+
					"the zones: failure_domains = [\"%s-a\", …].", name, spelling.Quantity(pool.Count, "worker", "workers"), v.Region)
		}
	}
	r.Even(count, v.Pools)
	return v, r.Diags
}

// emit writes terraform/, with create.sh in it.
func emit(_ *plan.Plan, v *variables) ([]artifact.File, error) {
	files, err := terraform.Files("hosted/gke", v, terraform.ClusterGuide(terraform.Vendor{
		Name: "Google Kubernetes Engine",
		Credentials: "Google Cloud credentials where the provider looks for them: `gcloud auth application-default login`, or the " +
			"service account of the machine that runs Terraform. The project needs these APIs: `gcloud services enable " +
			"compute.googleapis.com container.googleapis.com iam.googleapis.com`. The kubeconfig calls gcloud's plug-in for each login. " +
			"Install it with `gcloud components install gke-gcloud-auth-plugin`, or from the package of the same name.",
		Costs: "the vendor's fee for the control plane, and a NAT gateway",
		Kubeconfig: "gcloud container clusters get-credentials " + hosted.Quote(v.Cluster) + " --project " + hosted.Quote(v.Project) +
			" --location " + hosted.Quote(v.Location),
		Other: terraform.Step{Do: "`create.sh` creates the same with gcloud: network, NAT, service account, cluster, and pools.",
			Commands: []string{"sh create.sh"}},
		Before: []string{"terraform apply -var deletion_protection=false"}},
		"Google upgrades the control plane and the pools along the release channel.",
	), terraform.Google, terraform.GoogleNetwork, terraform.PoolVariables)
	if err != nil {
		return nil, err
	}
	return append(files, artifact.File{Path: terraform.Folder + "/create.sh", Mode: 0o755, Data: script(v).Bytes()}), nil
}

// script creates what Terraform creates: the network with NAT, the workers' service account, the cluster with one small pool that gcloud
// requires, and the plan's pools; then it removes the first pool.
func script(v *variables) hosted.Script {
	project, region := []any{"--project", v.Project}, []any{"--project", v.Project, "--region", v.Region}
	where := []any{"--project", v.Project, "--location", v.Location}
	gcloud := func(command, name string, where []any, words ...any) []any {
		return append(append([]any{hosted.Raw("gcloud " + command), name}, where...), words...)
	}
	id, subnet := v.Cluster[:min(25, len(v.Cluster))]+"-node", v.Cluster+"-nodes" // same names as in main.tf
	domain, name, scoped := strings.Cut(v.Project, ":")
	if scoped { // example.com:project
		domain = name + "." + domain
	}
	account := id + "@" + domain + ".iam.gserviceaccount.com"
	create := gcloud("container clusters create", v.Cluster, where, "--release-channel", strings.ToLower(v.Channel), "--cluster-version",
		v.Version, "--network", v.Cluster, "--subnetwork", subnet, "--enable-ip-alias", "--enable-private-nodes", "--enable-dataplane-v2",
		"--workload-pool", v.Project+".svc.id.goog", "--service-account", account, "--num-nodes", "1")
	if v.Location == v.Region && len(v.Zones) > 0 {
		create = append(create, "--node-locations", strings.Join(v.Zones, ","))
	}
	if v.Pods != "" {
		create = append(create, "--cluster-ipv4-cidr", v.Pods)
	}
	if v.Services != "" {
		create = append(create, "--services-ipv4-cidr", v.Services)
	}
	if len(v.Admins) > 0 {
		create = append(create, "--enable-master-authorized-networks", "--master-authorized-networks", strings.Join(v.Admins, ","))
	}
	s := hosted.Script{
		Head: []string{"Create the cluster with gcloud. Sign in first: gcloud auth login"},
		Commands: [][]any{
			gcloud("compute networks create", v.Cluster, project, "--subnet-mode", "custom"),
			gcloud("compute networks subnets create", subnet, region, "--network", v.Cluster, "--range", v.Subnet,
				"--enable-private-ip-google-access"),
			gcloud("compute routers create", v.Cluster, region, "--network", v.Cluster),
			gcloud("compute routers nats create", v.Cluster, region, "--router", v.Cluster, "--auto-allocate-nat-external-ips",
				"--nat-all-subnet-ip-ranges"),
			gcloud("iam service-accounts create", id, project, "--display-name", v.Cluster+": workers"),
		},
	}
	for _, role := range []string{"roles/container.defaultNodeServiceAccount", "roles/artifactregistry.reader"} {
		s.Commands = append(s.Commands, gcloud("projects add-iam-policy-binding", v.Project, nil, "--member", "serviceAccount:"+account,
			"--role", role, "--condition", "None", "--quiet"))
	}
	s.Commands = append(s.Commands, create)
	for _, name := range slices.Sorted(maps.Keys(v.Pools)) {
		p := v.Pools[name]
		pool := gcloud("container node-pools create", name, where, "--cluster", v.Cluster)
		pool = append(pool, "--machine-type", p.Size, "--disk-size", strconv.FormatInt(p.DiskGiB, 10), "--num-nodes",
			p.Count/max(len(p.Zones), 1), "--image-type", "COS_CONTAINERD", "--service-account", account, "--scopes", "cloud-platform",
			"--shielded-secure-boot", "--shielded-integrity-monitoring", "--max-surge-upgrade", "1", "--max-unavailable-upgrade", "0",
			"--enable-autorepair", "--enable-autoupgrade", "--workload-metadata", "GKE_METADATA")
		if len(p.Zones) > 0 {
			pool = append(pool, "--node-locations", strings.Join(p.Zones, ","))
		}
		if len(p.Labels) > 0 {
			pool = append(pool, "--node-labels", hosted.Pairs(p.Labels, "="))
		}
		if len(p.Taints) > 0 {
			var taints []string
			for _, t := range p.Taints {
				taints = append(taints, t.TaintText())
			}
			pool = append(pool, "--node-taints", strings.Join(taints, ","))
		}
		s.Commands = append(s.Commands, pool)
	}
	s.Commands = append(s.Commands, gcloud("container node-pools delete", "default-pool", where, "--quiet", "--cluster", v.Cluster))
	return s
}

// rules returns the target's rules.
func rules() []*rule.Rule { return vendor().List(channel, zonal, count) }

var (
	channel = &rule.Rule{
		ID: "gke-channel", Title: "Release channel without this version", Permanent: true,
		Doc:     "A cluster follows a release channel, and a slower channel gets a version some time after the faster ones.",
		Fix:     "Leave release_channel out, write RAPID, or use an older version.",
		Sources: []string{"https://cloud.google.com/kubernetes-engine/docs/concepts/release-channels"},
	}
	zonal = &rule.Rule{
		ID: "gke-zonal", Title: "Zonal control plane with workers in several zones", Permanent: true,
		Doc: "A zonal cluster has one control plane in one zone; if that zone fails, the control plane is lost, wherever the workers " +
			"are.",
		Fix:     "Put all pools into one zone, or choose multi-etcd-multi-master: a regional cluster.",
		Sources: []string{"https://cloud.google.com/kubernetes-engine/docs/concepts/types-of-clusters"},
	}
	count = &rule.Rule{
		ID: "gke-count", Title: "Workers not divisible by the number of zones", Permanent: true,
		Doc:     "Google counts the workers of a pool per zone, and creates the same number in each zone.",
		Fix:     "Write the zones of every pool, and a count that is a multiple of their number.",
		Sources: []string{"https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters.nodePools"},
	}
)
