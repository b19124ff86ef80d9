// Package hosted is shared by the targets whose control plane a vendor runs: worker pools from the plan's nodes, the ranges and versions
// that a vendor accepts, and the script that calls the vendor's command line.
//
// The package is internal to k8splan and makes no compatibility promise.
package hosted

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/spelling"
	"github.com/k8splan/k8splan/planner/target/block"
	"github.com/k8splan/k8splan/planner/target/terraform"
	"github.com/k8splan/k8splan/topologies"

	"github.com/k8splan/k8splan/planner/artifact"
)

// Vendor describes how a vendor differs from the others.
type Vendor struct {
	Target, Name string // "gke", "GKE"
	// Arguments is a sentence on what the block takes.
	Arguments string

	// Names that the vendor accepts; nil if it accepts every name that the language allows.
	ClusterPattern, PoolPattern *regexp.Regexp
	ClusterWords, PoolWords     string
	NameSource                  string

	Sizes      []terraform.Size // from small to large
	SizeSource string

	// Zoneless reports that the vendor has no zones for pools.
	Zoneless bool
	// Default reports that the vendor needs one pool without taints, created with the cluster.
	Default bool
}

// Pool is a group of identical workers.
type Pool struct {
	Count   int               `json:"count"`
	Size    string            `json:"size"`
	DiskGiB int64             `json:"disk_gib"`
	Arch    string            `json:"arch"`
	Labels  map[string]string `json:"labels"`
	Taints  []Taint           `json:"taints"`
	Zones   []string          `json:"zones"` // in node order; empty: the vendor's choice
	First   *plan.Node        `json:"-"`
}

// Taint is a taint with Kubernetes' name of the effect.
type Taint struct {
	Key    string `json:"key"`
	Value  string `json:"value"`
	Effect string `json:"effect"`
}

// Variables is the data for every program.
type Variables struct {
	Cluster string          `json:"cluster"`
	Version string          `json:"kubernetes_version"` // the minor version; the vendor chooses the patch
	Pools   map[string]Pool `json:"pools"`
	Default string          `json:"default_pool,omitempty"`
	Admins  []string        `json:"admin_cidrs"` // ranges that may reach the API; empty: everyone
	// The cluster's ranges if they are set; "" leaves them to the vendor.
	Pods     string `json:"pod_subnet"`
	Services string `json:"service_subnet"`
}

// Reader checks a target's block, and collects mistakes.
type Reader struct {
	*block.Reader
	Vendor *Vendor
	Plan   *plan.Plan
	Rules  Rules
}

// AdminCIDRs is the argument with the ranges that may reach the API.
func AdminCIDRs() spec.Argument {
	return spec.Argument{Name: "admin_cidrs", Type: spec.TextList, Field: "Admins", Example: `["203.0.113.0/24"]`,
		Doc: "Ranges that may reach the API. Default: the whole internet."}
}

// DefaultPool is the argument that names the pool created with the cluster.
func DefaultPool() spec.Argument {
	return spec.Argument{Name: "default_pool", Type: spec.Text, Field: "DefaultPool", Example: `"general"`,
		Doc: "Pool that is created with the cluster and cannot be replaced later. Required if several pools have no taints."}
}

// Read decodes the body into a struct by the target's schema. ok is false if that failed.
func (v *Vendor) Read(p *plan.Plan, body hcl.Body, ctx *hcl.EvalContext, schema *spec.Block, into block.Written) (r *Reader, ok bool) {
	r = &Reader{Vendor: v, Plan: p, Rules: v.Rules()}
	r.Reader, ok = block.Read(p, body, ctx, schema, into, r.Rules.Argument)
	return r, ok
}

// HighlyAvailable reports whether the type promises that the control plane survives the loss of a machine.
func HighlyAvailable(p *plan.Plan) bool { return p.Cluster.Type == topologies.MultiEtcdMultiMaster }

// Variables checks what every vendor requires of the plan. chosen is the pool created with the cluster, nil if it is not set.
func (r *Reader) Variables(admins []string, chosen *string) Variables {
	p, v := r.Plan, r.Vendor
	out := Variables{Cluster: p.Cluster.Name, Version: p.Cluster.Version.MinorString(), Pools: map[string]Pool{}, Admins: []string{}}
	if v.ClusterPattern != nil && !v.ClusterPattern.MatchString(p.Cluster.Name) {
		r.Say(r.Rules.Name, p.Cluster.NameRange, "The cluster's name is %q. %s allows %s.", p.Cluster.Name, v.Name, v.ClusterWords)
	}
	for _, a := range r.Ranges("admin_cidrs", admins) {
		out.Admins = append(out.Admins, a.String())
	}
	out.Pods, out.Services = r.subnet("pod_subnets", p.Network.PodSubnets), r.subnet("service_subnets", p.Network.ServiceSubnets)
	for _, n := range p.Nodes {
		name := n.Pool
		if name == "" {
			name = n.Name
		}
		pool, ok := out.Pools[name]
		if !ok {
			pool = r.pool(name, n)
		}
		pool.Count++
		if n.FailureDomain != "" && !p.Target.Facts.Leaves("node.failure_domain") && !slices.Contains(pool.Zones, n.FailureDomain) {
			pool.Zones = append(pool.Zones, n.FailureDomain)
		}
		out.Pools[name] = pool
	}
	if v.Default {
		out.Default = r.defaultPool(out.Pools, chosen)
	}
	return out
}

func (r *Reader) pool(name string, n *plan.Node) Pool {
	v := r.Vendor
	if v.PoolPattern != nil && !v.PoolPattern.MatchString(name) {
		r.Say(r.Rules.Name, n.NameRange, "A pool of workers is named %q. %s allows %s.", name, v.Name, v.PoolWords)
	}
	size, err := terraform.Pick(n, v.Sizes)
	if err != nil {
		r.Say(r.Rules.Size, n.Attr("cpus"), "Pool %q: %s. Write one of %s's machine types: instance_type = \"…\".", name, err, v.Name)
	}
	pool := Pool{Size: size, Arch: n.Arch, Labels: n.Labels, Taints: []Taint{}, Zones: []string{}, First: n}
	if pool.Labels == nil {
		pool.Labels = map[string]string{}
	}
	if !r.Plan.Target.Facts.Leaves("node.disk") {
		pool.DiskGiB = terraform.DiskGiB(n)
	}
	for _, t := range n.Taints {
		pool.Taints = append(pool.Taints, Taint{t.Key, t.Value, t.Effect})
	}
	return pool
}

// subnet returns the range of pods or Services if it is set.
func (r *Reader) subnet(name string, subnets []netip.Prefix) string {
	if !r.Plan.Network.Has(name) || r.Plan.Target.Facts.Leaves("network."+name) {
		return ""
	}
	if len(subnets) != 1 || !subnets[0].Addr().Is4() {
		r.Say(r.Rules.Range, r.Plan.Network.Attr(name),
			"%s allows one IPv4 range here. Write one, or leave %s out so that the vendor chooses.", r.Vendor.Name, name)
		return ""
	}
	return subnets[0].String()
}

// defaultPool returns the pool created with the cluster: the chosen one, or the only one without taints.
func (r *Reader) defaultPool(pools map[string]Pool, chosen *string) string {
	var able []string
	for name, p := range pools {
		if len(p.Taints) == 0 {
			able = append(able, name)
		}
	}
	slices.Sort(able)
	at := r.At("default_pool")
	switch {
	case chosen != nil && slices.Contains(able, *chosen):
		return *chosen
	case chosen != nil:
		r.Say(r.Rules.DefaultPool, at, "default_pool is %q, which is not a pool without taints. Write one of these: %s.", *chosen,
			strings.Join(able, ", "))
	case len(able) == 1:
		return able[0]
	case len(able) == 0:
		r.Say(r.Rules.DefaultPool, at, "Every pool has a taint. %s creates one pool with the cluster and runs its own pods there. "+
			"Define a pool without taints.", r.Vendor.Name)
	default:
		r.Say(r.Rules.DefaultPool, at, "%s creates one pool with the cluster, and it cannot be replaced later. Write which one: "+
			"default_pool = %q. The pools without taints are %s.", r.Vendor.Name, able[0], strings.Join(able, ", "))
	}
	return ""
}

// Zones checks that each pool's failure domains look like zones, and returns all of them, sorted. example is a valid one.
func (r *Reader) Zones(pools map[string]Pool, pattern *regexp.Regexp, example string) []string {
	var all []string
	for name, p := range pools {
		for _, zone := range p.Zones {
			if !pattern.MatchString(zone) {
				at := p.First.Attr("failure_domains")
				if p.First.Pool == "" {
					at = p.First.Attr("failure_domain")
				}
				r.Say(r.Rules.Zone, at, "Pool %q has the failure domain %q. %s's zones have names such as %q here. Write one of them.",
					name, zone, r.Vendor.Name, example)
				continue
			}
			if !slices.Contains(all, zone) {
				all = append(all, zone)
			}
		}
	}
	slices.Sort(all)
	return all
}

// CountAt returns the range of a pool's worker count in the source.
func CountAt(p Pool) hcl.Range {
	if p.First.Pool != "" {
		return p.First.Attr("count")
	}
	return p.First.Block()
}

// Apart reports ranges that overlap the machines' network; an invalid network is reported elsewhere.
func (r *Reader) Apart(broken *rule.Rule, network netip.Prefix, v *Variables) {
	for name, text := range map[string]string{"pod_subnets": v.Pods, "service_subnets": v.Services} {
		if other, given := block.Prefix4(text); given && other.Overlaps(network) {
			r.Say(broken, r.Plan.Network.Attr(name), "%s overlaps the network %s.", other, network)
		}
	}
}

// Even checks, for a vendor that counts workers per zone, that they divide evenly among their pool's zones.
func (r *Reader) Even(broken *rule.Rule, pools map[string]Pool) {
	for name, p := range pools {
		if zones := len(p.Zones); zones > 0 && p.Count%zones != 0 {
			r.Say(broken, CountAt(p), "Pool %q has %s in %d zones. %s creates the same number in each. Write %d or %d.", name,
				spelling.Quantity(p.Count, "worker", "workers"), zones, r.Vendor.Name, p.Count/zones*zones, (p.Count/zones+1)*zones)
		}
	}
}

// Rules are shared by all vendors, with separate IDs per target.
type Rules struct {
	Argument, Name, Size, Range, Zone, DefaultPool *rule.Rule
}

// List returns the shared rules and the target's own.
func (v *Vendor) List(own ...*rule.Rule) []*rule.Rule {
	r := v.Rules()
	out := []*rule.Rule{r.Argument, r.Size, r.Range}
	if v.ClusterPattern != nil {
		out = append(out, r.Name)
	}
	if !v.Zoneless {
		out = append(out, r.Zone)
	}
	if v.Default {
		out = append(out, r.DefaultPool)
	}
	return append(out, own...)
}

// Rules returns a vendor's shared rules.
func (v *Vendor) Rules() Rules {
	sources := func(s string) []string {
		if s == "" {
			return nil
		}
		return []string{s}
	}
	return Rules{
		Argument: &rule.Rule{
			ID: v.Target + "-argument", Title: "Malformed " + v.Target + " target", Permanent: true,
			Doc: "The vendor would report a mistake in this block only after other resources exist.",
			Fix: v.Arguments,
		},
		Name: &rule.Rule{
			ID: v.Target + "-name", Title: "Name that " + v.Name + " does not allow", Permanent: true,
			Doc:     v.Name + " allows fewer names for clusters and pools than Kubernetes does.",
			Fix:     fmt.Sprintf("Cluster: %s. Pools: %s.", v.ClusterWords, v.PoolWords),
			Sources: sources(v.NameSource),
		},
		Size: &rule.Rule{
			ID: v.Target + "-size", Title: "Worker larger than the table of machine types", Permanent: true,
			Doc:     "The planner picks the smallest general-purpose machine type that has the CPUs and the memory of the worker.",
			Fix:     "Write instance_type on the pool.",
			Sources: sources(v.SizeSource),
		},
		Range: &rule.Rule{
			ID: v.Target + "-range", Title: "Range not supported by the vendor", Permanent: true,
			Doc: "The vendor's network supports one IPv4 range for pods and one for Services.",
			Fix: "Write one IPv4 range, or leave it to the vendor.",
		},
		Zone: &rule.Rule{
			ID: v.Target + "-zone", Title: "Failure domain is not a zone", Permanent: true,
			Doc: "The vendor creates workers in zones, and failure domains in the plan are these zones.",
			Fix: "Use the vendor's zone names as failure domains, or leave them out and let the vendor choose.",
		},
		DefaultPool: &rule.Rule{
			ID: v.Target + "-default-pool", Title: "No default pool", Permanent: true,
			Doc: "One pool is created with the cluster and exists as long as it does. The vendor's own pods run there, so it has no " +
				"taints. It cannot be replaced without a new cluster.",
			Fix: "Name it in default_pool.",
		},
	}
}

// Script is a shell script that calls a vendor's command line. Every word of a command is quoted; shell syntax goes into Raw words.
type Script struct {
	Head     []string // comment lines
	Commands [][]any  // strings and Raw
}

// Raw is shell text written by us.
type Raw string

// Bytes formats the script.
func (s Script) Bytes() []byte {
	var b strings.Builder
	b.WriteString("#!/bin/sh\n")
	for _, line := range s.Head {
		b.WriteString(strings.TrimRight("# "+line, " ") + "\n")
	}
	b.WriteString("set -eu\n")
	for _, command := range s.Commands {
		b.WriteString("\n")
		for i, word := range command {
			text := ""
			switch w := word.(type) {
			case Raw:
				text = string(w)
			case string:
				text = Quote(w)
			default:
				text = Quote(fmt.Sprint(w))
			}
			switch {
			case i == 0:
			case strings.HasPrefix(text, "-") || strings.HasPrefix(text, "'--"):
				b.WriteString(" \\\n  ")
			default:
				b.WriteString(" ")
			}
			b.WriteString(text)
		}
		b.WriteString("\n")
	}
	return []byte(b.String())
}

// Quote quotes a value as one word of a POSIX shell.
func Quote(s string) string { return artifact.ShellWord(s) }

// Pairs formats a map as comma-separated name=value pairs, sorted.
func Pairs(m map[string]string, equals string) string {
	var out []string
	for k, v := range m {
		out = append(out, k+equals+v)
	}
	slices.Sort(out)
	return strings.Join(out, ",")
}

// TaintText formats the taint as key=value:Effect.
func (t Taint) TaintText() string { return t.Key + "=" + t.Value + ":" + t.Effect }
