package check

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spelling"
)

const (
	proxmoxCPUs    = "https://pve.proxmox.com/pve-docs/chapter-qm.html#qm_cpu"
	novaAllocation = "https://docs.openstack.org/nova/latest/admin/configuration/schedulers.html#allocation-ratios"
)

// sharedCPUs is how many machine CPUs may share one hypervisor CPU: OpenStack's initial allocation ratio.
const sharedCPUs = 4

var hypervisorRules = []Rule{
	{rule.Rule{
		ID: "hypervisor-memory", Severity: rule.Error, Title: "Hypervisor with less memory than its machines",
		Doc: "When two machines need memory that is promised to both, one of them loses it: the hypervisor swaps it out or kills the " +
			"machine. The kubelet does not notice and continues to accept pods, and etcd misses its heartbeats.",
		Fix:     "Move a machine to another hypervisor, give machines less, or write the memory that the hypervisor has.",
		Sources: []string{novaAllocation, proxmoxCPUs},
	}, hypervisorMemory},
	{rule.Rule{
		ID: "hypervisor-disk", Severity: rule.Warning, Title: "Hypervisor with less disk space than its machines",
		Doc: "Thin disks take up space as they fill. When the hypervisor has none left, all of its machines stop at once, etcd in the " +
			"middle of a write.",
		Fix:     "Move a machine to another hypervisor, or write smaller disks; if you monitor free space, waive the rule.",
		Sources: []string{novaAllocation},
	}, hypervisorDisk},
	{rule.Rule{
		ID: "hypervisor-cpus", Severity: rule.Error, Title: "Machine with more processors than its hypervisor",
		Doc: "Proxmox and ESXi do not start such a machine. On other hypervisors its processors wait for each other, and it is slower " +
			"than a smaller machine.",
		Fix:     "Write `cpus` no larger than those of the hypervisor.",
		Sources: []string{proxmoxCPUs},
	}, hypervisorCpus},
	{rule.Rule{
		ID: "hypervisor-cpus-shared", Severity: rule.Warning, Title: "Hypervisor with too many processors promised",
		Doc: "Processors can be shared, up to a point: OpenStack stops at four virtual processors for each real one. Above that, etcd " +
			"waits for a processor longer than a heartbeat, and leaders change under load.",
		Fix:     "Move a machine to another hypervisor, or write fewer `cpus`.",
		Sources: []string{novaAllocation},
	}, hypervisorCpusShared},
	{rule.Rule{
		ID: "hypervisor-unstated", Severity: rule.Warning, Title: "Undefined hypervisor",
		Doc: "Other hypervisors have a block with their capacity, and this one has none, so k8splan does not check whether its machines " +
			"fit. Often the name is misspelled.",
		Fix:     "Write a `hypervisor` block for it, or the name of one that has a block.",
		Sources: []string{novaAllocation},
	}, hypervisorUnstated},
	{rule.Rule{
		ID: "hypervisor-unused", Severity: rule.Warning, Title: "Hypervisor without machines",
		Doc: "The block states what the hypervisor has, and no machine of this file runs on it: often the name in `host` is misspelled " +
			"or missing, and nothing is checked.",
		Fix:     "Write its name as `host` of the machines that it carries, or remove the block.",
		Sources: []string{novaAllocation},
	}, hypervisorUnused},
}

// resource is a hypervisor resource that machines use.
type resource struct {
	name string // the argument, the same for both
	of   func(*plan.Node) int64
	has  func(*plan.Hypervisor) int64
	what string // in sentences
	text func(int64) string
}

func count(n int64) string { return strconv.FormatInt(n, 10) }

var (
	memory = resource{"memory", func(n *plan.Node) int64 { return n.MemoryBytes },
		func(h *plan.Hypervisor) int64 { return h.MemoryBytes }, "memory", gibibytes}
	disk = resource{"disk", func(n *plan.Node) int64 { return n.DiskBytes },
		func(h *plan.Hypervisor) int64 { return h.DiskBytes }, "disk space", gibibytes}
	cpus = resource{"cpus", func(n *plan.Node) int64 { return int64(n.CPUs) },
		func(h *plan.Hypervisor) int64 { return int64(h.CPUs) }, "processors", count}
)

// held returns the machines on each hypervisor, in file order.
func held(p *plan.Plan) map[string][]*plan.Node {
	on := map[string][]*plan.Node{}
	for _, n := range byPlace(p.Nodes) {
		if n.Carrier() != "" {
			on[n.Carrier()] = append(on[n.Carrier()], n)
		}
	}
	return on
}

// total is what machines use in total, and the first machine that exceeds the limit; nil if none does.
func total(nodes []*plan.Node, r resource, before, limit int64) (sum int64, over *plan.Node) {
	sum = before
	for _, n := range nodes {
		if sum += r.of(n); sum > limit && over == nil && r.of(n) > 0 {
			over = n
		}
	}
	return sum, over
}

// takers lists the machines that use a resource, with the amounts.
func takers(nodes []*plan.Node, r resource) string {
	var words []string
	for _, n := range nodes {
		if r.of(n) > 0 {
			words = append(words, n.Name+" "+r.text(r.of(n)))
		}
	}
	return sentence(words)
}

func hypervisorUnused(p *plan.Plan) []Finding {
	var findings []Finding
	on := held(p)
	stated := map[string]bool{}
	for i := range p.Hypervisors {
		stated[p.Hypervisors[i].Name] = true
	}
	for name := range on {
		if !stated[name] {
			return nil // hypervisor-unstated reports it, and the intended name may be this one
		}
	}
	if p.Target.Facts.Leaves("node.host") {
		return nil // target-unused reports it
	}
	for i := range p.Hypervisors {
		if h := &p.Hypervisors[i]; len(on[h.Name]) == 0 && p.Cluster.Site == "" { // another cluster of the site may use it
			findings = append(findings, one(h.NameRange, "No machine runs on %s. Write host = %q in those that do, or remove the block.",
				h.Name, h.Name)...)
		}
	}
	return findings
}

// overfilled finds hypervisors whose machines use more than times their capacity.
func overfilled(p *plan.Plan, r resource, times int64, say func(*plan.Hypervisor, []*plan.Node, int64) string) []Finding {
	on := held(p)
	var findings []Finding
	for i := range p.Hypervisors {
		h := &p.Hypervisors[i]
		if r.has(h) == 0 {
			continue
		}
		sum, over := total(on[h.Name], r, 0, times*r.has(h))
		if over != nil {
			findings = append(findings, Finding{At: hypervisorAt(p, over), Detail: say(h, on[h.Name], sum)})
		}
	}
	return findings
}

func hypervisorMemory(p *plan.Plan) []Finding {
	return overfilled(p, memory, 1, func(h *plan.Hypervisor, on []*plan.Node, sum int64) string {
		return fmt.Sprintf("%s has %s of memory for machines (%s), and those on it need %s: %s. Move one to another hypervisor, or "+
			"reduce their memory.", h.Name, gibibytes(h.MemoryBytes), line(h.Attr("memory")), gibibytes(sum), takers(on, memory))
	})
}

func hypervisorDisk(p *plan.Plan) []Finding {
	return overfilled(p, disk, 1, func(h *plan.Hypervisor, on []*plan.Node, sum int64) string {
		return fmt.Sprintf("%s has %s of disk space (%s), and the disks on it grow to %s: %s. When it is full, all of them stop. "+
			"Move one to another hypervisor, or write smaller disks.", h.Name, gibibytes(h.DiskBytes), line(h.Attr("disk")),
			gibibytes(sum), takers(on, disk))
	})
}

func hypervisorCpus(p *plan.Plan) []Finding {
	of := map[string]*plan.Hypervisor{}
	for i := range p.Hypervisors {
		of[p.Hypervisors[i].Name] = &p.Hypervisors[i]
	}
	return each(p.Nodes, func(n *plan.Node) bool {
		h := of[n.Carrier()]
		return h != nil && h.CPUs > 0 && n.CPUs > h.CPUs
	}, func(n *plan.Node) hcl.Range { return n.Attr("cpus") }, func(n *plan.Node, all []*plan.Node) string {
		h := of[n.Carrier()]
		return fmt.Sprintf("%s has %s, and %s has %d (%s): the machine does not start there. Write cpus = %d or less.",
			whose(all), quantity(n.CPUs, "processor"), h.Name, h.CPUs, line(h.Attr("cpus")), h.CPUs)
	})
}

func hypervisorCpusShared(p *plan.Plan) []Finding {
	return overfilled(p, cpus, sharedCPUs, func(h *plan.Hypervisor, on []*plan.Node, sum int64) string {
		return fmt.Sprintf("%s has %s (%s), and its machines have %d, more than %d for each: %s. Move one to another hypervisor, "+
			"or write fewer cpus.", h.Name, quantity(h.CPUs, "processor"), line(h.Attr("cpus")), sum, sharedCPUs, takers(on, cpus))
	})
}

func hypervisorUnstated(p *plan.Plan) []Finding {
	if len(p.Hypervisors) == 0 {
		return nil
	}
	var known []string
	for _, h := range p.Hypervisors {
		known = append(known, h.Name)
	}
	var findings []Finding
	said := map[string]bool{}
	for _, n := range byPlace(p.Nodes) {
		if n.Carrier() == "" || said[n.Carrier()] || slices.Contains(known, n.Carrier()) {
			continue
		}
		said[n.Carrier()] = true
		findings = append(findings, one(hypervisorAt(p, n), "%s is on %q, which has no hypervisor block, unlike %s: whether its machines "+
			"fit is not checked. Write hypervisor %q { memory = … }.%s", n.Name, n.Carrier(), sentence(known), n.Carrier(),
			spelling.DidYouMean(n.Carrier(), known))...)
	}
	return findings
}

// siteHypervisor belongs to Together: clusters of one site share their hypervisors.
var siteHypervisor = &rule.Rule{
	ID: "site-hypervisor", Severity: rule.Error, Permanent: true, Title: "Hypervisor overcommitted by several clusters",
	Doc: "A site is one set of machines: hypervisors with the same name are the same one in all of its clusters. Each design fits on " +
		"its own, but together they promise the same memory, disk, or processors twice. When both need it, machines are swapped out or " +
		"stopped.",
	Fix:     "Move a machine to another hypervisor, or write the hypervisor's real capacity, the same in every file.",
	Sources: []string{novaAllocation, proxmoxCPUs},
}

// claim is a hypervisor's capacity, as a file states it.
type claim struct {
	by    *plan.Plan
	h     *plan.Hypervisor
	value int64
}

// says returns the first design that states a hypervisor's resource.
func says(all []*plan.Plan, name string, r resource) (claim, bool) {
	for _, p := range all {
		for i := range p.Hypervisors {
			if h := &p.Hypervisors[i]; h.Name == name && r.has(h) > 0 {
				return claim{p, h, r.has(h)}, true
			}
		}
	}
	return claim{}, false
}

// sharedHypervisors finds hypervisors that the last design overloads although the other designs fit, and hypervisors that two files
// describe differently. The designs are those of one site, in the order of the call.
func sharedHypervisors(all []*plan.Plan) hcl.Diagnostics {
	p, before := all[len(all)-1], all[:len(all)-1]
	var diags hcl.Diagnostics
	say := func(at hcl.Range, format string, args ...any) {
		diags = append(diags, siteHypervisor.Diagnostic(at, fmt.Sprintf(format, args...)))
	}
	on := held(p)
	for _, r := range []struct {
		resource
		times int64
	}{{memory, 1}, {disk, 1}, {cpus, sharedCPUs}} {
		for i := range p.Hypervisors {
			h := &p.Hypervisors[i]
			if other, known := says(before, h.Name, r.resource); known && r.has(h) > 0 && other.value != r.has(h) {
				say(h.Attr(r.name), "%s has %s of %s here, and %s in cluster %q (%s). Write its real capacity in both.", h.Name,
					r.text(r.has(h)), r.what, r.text(other.value), other.by.Cluster.Name, fileLine(other.h.Attr(r.name)))
			}
		}
		for _, name := range slices.Sorted(maps.Keys(on)) {
			limit, known := says(all, name, r.resource)
			if !known {
				continue
			}
			taken, others := int64(0), []string(nil)
			for _, q := range before {
				theirs := held(q)[name]
				if sum, _ := total(theirs, r.resource, 0, 0); sum > 0 {
					taken += sum
					others = append(others, fmt.Sprintf("%s by cluster %q (%s)", r.text(sum), q.Cluster.Name,
						fileLine(hypervisorAt(q, theirs[0]))))
				}
			}
			own, _ := total(on[name], r.resource, 0, 0)
			most := r.times * limit.value
			if _, over := total(on[name], r.resource, taken, most); over != nil && taken > 0 && taken <= most && own <= most {
				more := ""
				if r.times > 1 {
					more = fmt.Sprintf(", each shared by up to %d", r.times)
				}
				say(hypervisorAt(p, over), "%s has %s of %s (%s)%s: %s are taken here (%s), and %s. Move a machine to another hypervisor.",
					name, r.text(limit.value), r.what, fileLine(limit.h.Attr(r.name)), more, r.text(own),
					takers(on[name], r.resource), sentence(others))
			}
		}
	}
	return diags
}
