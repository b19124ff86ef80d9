// Package hosted is what the targets share whose control plane a vendor runs: pools of workers out of the plan's nodes, the ranges and the
// version that a vendor takes, and the script that calls the vendor's own command line.
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
	"github.com/k8splan/k8splan/planner/target/block"
	"github.com/k8splan/k8splan/planner/target/terraform"
	"github.com/k8splan/k8splan/topologies"

	"github.com/k8splan/k8splan/planner/artifact"
)

// Vendor is what differs between vendors in what they share.
type Vendor struct {
	Target, Name string // "gke", "GKE"
	// Arguments says in a sentence what the block takes.
	Arguments string

	// The names that the vendor takes; nil patterns where it takes all that the language does.
	ClusterPattern, PoolPattern *regexp.Regexp
	ClusterWords, PoolWords     string
	NameSource                  string

	Sizes      []terraform.Size // from small to large
	SizeSource string

	// Zoneless reports that the vendor has no zones that a pool could name.
	Zoneless bool
	// Default reports that the vendor needs one pool, without taints, that is made with the cluster.
	Default bool
}

// Pool is a group of equal workers.
type Pool struct {
	Count   int               `json:"count"`
	Size    string            `json:"size"`
	DiskGiB int64             `json:"disk_gib"`
	Arch    string            `json:"arch"`
	Labels  map[string]string `json:"labels"`
	Taints  []Taint           `json:"taints"`
	Zones   []string          `json:"zones"` // in the order of the nodes; empty: the vendor chooses
	First   *plan.Node        `json:"-"`
}

// Taint is a taint with the effect in Kubernetes' words.
type Taint struct {
	Key    string `json:"key"`
	Value  string `json:"value"`
	Effect string `json:"effect"`
}

// Variables is what every program is given.
type Variables struct {
	Cluster string          `json:"cluster"`
	Version string          `json:"kubernetes_version"` // the minor: the vendor chooses the patch
	Pools   map[string]Pool `json:"pools"`
	Default string          `json:"default_pool,omitempty"`
	Admins  []string        `json:"admin_cidrs"` // who may reach the API; empty: everyone
	// Ranges of the cluster as they were written; "" leaves them to the vendor.
	Pods     string `json:"pod_subnet"`
	Services string `json:"service_subnet"`
}

// Reader reads the block of a target, and gathers what is wrong.
type Reader struct {
	*block.Reader
	Vendor *Vendor
	Plan   *plan.Plan
	Rules  Rules
}

// AdminCIDRs is the argument that says who may reach the API.
func AdminCIDRs() spec.Argument {
	return spec.Argument{Name: "admin_cidrs", Type: spec.TextList, Field: "Admins", Example: `["203.0.113.0/24"]`,
		Doc: "Ranges that may reach the API. Default: the whole internet."}
}

// DefaultPool is the argument that names the pool which is made with the cluster.
func DefaultPool() spec.Argument {
	return spec.Argument{Name: "default_pool", Type: spec.Text, Field: "DefaultPool", Example: `"general"`,
		Doc: "Pool that is created with the cluster and cannot be replaced later. Required if several pools have no taints."}
}

// Read decodes the body into a struct by the target's schema. ok is false if it could not.
func (v *Vendor) Read(p *plan.Plan, body hcl.Body, ctx *hcl.EvalContext, schema *spec.Block, into block.Written) (r *Reader, ok bool) {
	r = &Reader{Vendor: v, Plan: p, Rules: v.Rules()}
	r.Reader, ok = block.Read(p, body, ctx, schema, into, r.Rules.Argument)
	return r, ok
}

// HighlyAvailable reports whether the type promises that the control plane outlives the loss of a machine.
func HighlyAvailable(p *plan.Plan) bool { return p.Cluster.Type == topologies.MultiEtcdMultiMaster }

// Variables asks what every vendor asks of the plan. chosen is the pool that is made with the cluster, nil if it was not written.
func (r *Reader) Variables(admins []string, chosen *string) Variables {
	p, v := r.Plan, r.Vendor
	out := Variables{Cluster: p.Cluster.Name, Version: p.Cluster.Version.MinorString(), Pools: map[string]Pool{}, Admins: []string{}}
	if v.ClusterPattern != nil && !v.ClusterPattern.MatchString(p.Cluster.Name) {
		r.Say(r.Rules.Name, p.Cluster.NameRange, "%q names the cluster. %s takes %s.", p.Cluster.Name, v.Name, v.ClusterWords)
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
		r.Say(r.Rules.Name, n.NameRange, "%q names a pool of workers. %s takes %s.", name, v.Name, v.PoolWords)
	}
	size, err := terraform.Pick(n, v.Sizes)
	if err != nil {
		r.Say(r.Rules.Size, n.Attr("cpus"), "Pool %q: %s. State what %s calls it: instance_type = \"…\".", name, err, v.Name)
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

// subnet is the range of pods or Services where it was written.
func (r *Reader) subnet(name string, subnets []netip.Prefix) string {
	if !r.Plan.Network.Has(name) || r.Plan.Target.Facts.Leaves("network."+name) {
		return ""
	}
	if len(subnets) != 1 || !subnets[0].Addr().Is4() {
		r.Say(r.Rules.Range, r.Plan.Network.Attr(name),
			"%s takes one range of IPv4 addresses here. Write one, or leave %s out: the vendor then chooses.", r.Vendor.Name, name)
		return ""
	}
	return subnets[0].String()
}

// defaultPool is the pool that the vendor makes with the cluster: the one that was chosen, or the only one without taints.
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
		r.Say(r.Rules.DefaultPool, at, "%q is no pool without taints. There are: %s.", *chosen, strings.Join(able, ", "))
	case len(able) == 1:
		return able[0]
	case len(able) == 0:
		r.Say(r.Rules.DefaultPool, at, "Every pool has a taint. %s makes one pool with the cluster, on which its own pods run: "+
			"define one without taints.", r.Vendor.Name)
	default:
		r.Say(r.Rules.DefaultPool, at, "%s makes one pool with the cluster, and it cannot be another one later. Say which: "+
			"default_pool = %q. There are %s.", r.Vendor.Name, able[0], strings.Join(able, ", "))
	}
	return ""
}

// Zones asks that each pool's failure domains look like zones, and returns all of them, sorted. example is one.
func (r *Reader) Zones(pools map[string]Pool, pattern *regexp.Regexp, example string) []string {
	var all []string
	for name, p := range pools {
		for _, zone := range p.Zones {
			if !pattern.MatchString(zone) {
				at := p.First.Attr("failure_domains")
				if p.First.Pool == "" {
					at = p.First.Attr("failure_domain")
				}
				r.Say(r.Rules.Zone, at, "Pool %q has the failure domain %q. A zone of %s has a name such as %q here.",
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

// CountAt is where the number of a pool's workers was written.
func CountAt(p Pool) hcl.Range {
	if p.First.Pool != "" {
		return p.First.Attr("count")
	}
	return p.First.Block()
}

// Apart says which ranges overlap the network of the machines; it is invalid where that is said elsewhere.
func (r *Reader) Apart(broken *rule.Rule, network netip.Prefix, v *Variables) {
	for name, text := range map[string]string{"pod_subnets": v.Pods, "service_subnets": v.Services} {
		if other, given := block.Prefix4(text); given && other.Overlaps(network) {
			r.Say(broken, r.Plan.Network.Attr(name), "%s overlaps the network %s.", other, network)
		}
	}
}

// Even asks, for a vendor that counts workers by zone, that they divide among the zones of their pool.
func (r *Reader) Even(broken *rule.Rule, pools map[string]Pool) {
	for name, p := range pools {
		if zones := len(p.Zones); zones > 0 && p.Count%zones != 0 {
			r.Say(broken, CountAt(p), "Pool %q has %d workers in %d zones. %s makes equally many in each: write %d or %d.", name, p.Count,
				zones, r.Vendor.Name, p.Count/zones*zones, (p.Count/zones+1)*zones)
		}
	}
}

// Rules are those that all vendors have, under IDs of their own.
type Rules struct {
	Argument, Name, Size, Range, Zone, DefaultPool *rule.Rule
}

// List returns the rules, and those that a target has next to them.
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

// Rules makes the shared rules of a vendor.
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
			Fix:     "State instance_type on the pool.",
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

// Script is a shell script that calls a vendor's command line. Every word of a command is quoted; what is meant for the shell goes into
// Raw words.
type Script struct {
	Head     []string // comment lines
	Commands [][]any  // strings and Raw
}

// Raw is shell text of ours.
type Raw string

// Bytes writes the script.
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

// Quote makes a value one word of a POSIX shell.
func Quote(s string) string { return artifact.ShellWord(s) }

// Pairs joins a map as name=value with commas, sorted.
func Pairs(m map[string]string, equals string) string {
	var out []string
	for k, v := range m {
		out = append(out, k+equals+v)
	}
	slices.Sort(out)
	return strings.Join(out, ",")
}

// TaintText is key=value:Effect.
func (t Taint) TaintText() string { return t.Key + "=" + t.Value + ":" + t.Effect }
