package describe

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/spelling"
)

// Capacity is how large a cluster the design supports: the ranges, the host sizes that upstream recommends, and what remains after a loss.
type Capacity struct {
	NodesDrawn   int `json:"nodes_drawn"`
	NodesPlanned int `json:"nodes_planned"` // max_nodes
	NodesTested  int `json:"nodes_tested"`  // limit of Kubernetes' tests
	// RangeNodes is how many nodes the pod ranges have room for; absent if the vendor chooses the range.
	RangeNodes  int        `json:"range_nodes,omitempty"`
	PodsPerNode int        `json:"pods_per_node"`         // the kubelet's limit
	ShareHolds  int        `json:"share_holds,omitempty"` // pod addresses per node
	Pods        int        `json:"pods"`                  // capacity of the defined workers
	PodsPlanned int        `json:"pods_planned"`          // capacity if all growth is workers
	PodsTested  int        `json:"pods_tested"`           // limit of Kubernetes' tests
	Hosts       []HostSize `json:"hosts"`
	Hypervisors []Filled   `json:"hypervisors,omitempty"` // those whose block states a capacity
	Loss        *Loss      `json:"loss,omitempty"`        // of the largest failure domain; absent if there are no workers
}

// HostSize compares a role's hosts with upstream's recommendation for the number of nodes.
type HostSize struct {
	Role    string `json:"role"` // control-plane | etcd
	Source  string `json:"source"`
	Stated  *Size  `json:"stated,omitempty"` // the minimum over the hosts; absent if no host states any
	Defined Size   `json:"for_nodes_drawn"`
	Planned Size   `json:"for_nodes_planned"`
}

// Size is the size of one host.
type Size struct {
	CPUs        int   `json:"cpus,omitempty"`
	MemoryBytes int64 `json:"memory_bytes,omitempty"`
	DiskIOPS    int   `json:"disk_iops,omitempty"`
	DiskMBps    int   `json:"disk_megabytes_per_second,omitempty"`
	// Beyond reports whether upstream's table ends before this number of nodes, so that the size is from its last row.
	Beyond bool `json:"beyond_table,omitempty"`
}

// Filled is a hypervisor's capacity, and how much of it the machines of this design use. Capacity that its block does not state is absent.
type Filled struct {
	Name        string `json:"name"`
	Machines    int    `json:"machines"`
	CPUs        Taken  `json:"cpus"`
	MemoryBytes Taken  `json:"memory_bytes"`
	DiskBytes   Taken  `json:"disk_bytes"`
}

// Taken is how much of the available capacity machines use. Machines that do not state a size count only in unstated.
type Taken struct {
	Has      int64 `json:"has,omitempty"`
	Taken    int64 `json:"taken"`
	Unstated int   `json:"unstated,omitempty"`
}

// add counts the size of a machine; 0 is unstated.
func (t *Taken) add(n int64) {
	t.Taken += n
	if n == 0 {
		t.Unstated++
	}
}

// words returns "12 of 32 CPUs", or "32 CPUs" if no machine states its size.
func (t Taken) words(machines int, what string, text func(int64) string) string {
	if machines > 0 && t.Unstated == machines {
		return text(t.Has) + what
	}
	return fmt.Sprintf("%s of %s%s", text(t.Taken), text(t.Has), what)
}

// Loss is what remains of the workers after losing those that fail together.
type Loss struct {
	Kind    string `json:"kind"` // failure domain | hypervisor | node
	Name    string `json:"name"`
	Workers Share  `json:"workers"`
	Pods    Share  `json:"pods"`
	CPUs    *Share `json:"cpus,omitempty"` // absent if any worker does not state them
	Memory  *Share `json:"memory_bytes,omitempty"`
}

// Share is a total amount and what is left of it.
type Share struct {
	Total   int64 `json:"total"`
	Left    int64 `json:"left"`
	Percent int   `json:"left_percent"` // rounded down
}

const (
	kubeUp       = "https://github.com/kubernetes/kubernetes/blob/v1.37.2/cluster/gce/config-common.sh"
	etcdHardware = "https://etcd.io/docs/v3.6/op-guide/hardware/#example-hardware-configurations"
)

func describeCapacity(p *plan.Plan) Capacity {
	c := p.Capacity()
	out := Capacity{
		NodesDrawn: c.Defined, NodesPlanned: c.Planned, NodesTested: plan.TestedNodes, RangeNodes: c.RangeNodes,
		PodsPerNode: c.PodsPerNode, ShareHolds: c.ShareHolds, Pods: c.Pods, PodsPlanned: c.PodsPlanned, PodsTested: plan.TestedPods,
		Hosts: []HostSize{},
	}
	if p.Target.Facts.Hosting == plan.Hosts {
		cores := func(nodes int) Size { return Size{CPUs: plan.ControlPlaneCores(nodes)} }
		if nodes := p.ControlPlanes(); len(nodes) > 0 {
			out.Hosts = append(out.Hosts, HostSize{"control-plane", kubeUp, least(nodes), cores(c.Defined), cores(c.Planned)})
		}
		if p.Etcd.IsExternal() && len(p.Etcd.Members) > 0 {
			members := each(p.Etcd.Members, func(m plan.Member) *plan.Node { return m.Node })
			out.Hosts = append(out.Hosts, HostSize{"etcd", etcdHardware, least(members), etcdSize(c.Defined), etcdSize(c.Planned)})
		}
	}
	out.Hypervisors = hypervisors(p)
	if l := c.Loss; l != nil {
		out.Loss = &Loss{Kind: l.Kind, Name: l.Name, Workers: share(l.Workers), Pods: share(l.Pods)}
		if l.CPUs.Total > 0 {
			s := share(l.CPUs)
			out.Loss.CPUs = &s
		}
		if l.Memory.Total > 0 {
			s := share(l.Memory)
			out.Loss.Memory = &s
		}
	}
	return out
}

func hypervisors(p *plan.Plan) []Filled {
	var out []Filled
	for _, h := range p.Hypervisors {
		f := Filled{Name: h.Name, CPUs: Taken{Has: int64(h.CPUs)},
			MemoryBytes: Taken{Has: h.MemoryBytes}, DiskBytes: Taken{Has: h.DiskBytes}}
		for _, n := range p.Nodes {
			if n.Carrier() == h.Name {
				f.Machines++
				f.CPUs.add(int64(n.CPUs))
				f.MemoryBytes.add(n.MemoryBytes)
				f.DiskBytes.add(n.DiskBytes)
			}
		}
		out = append(out, f)
	}
	return out
}

// String is "3 machines; 12 of 32 CPUs, 40 GiB of 64 GiB memory; 1 machine states no size".
func (f Filled) String() string {
	var parts []string
	var has []Taken
	for _, r := range []struct {
		Taken
		what string
		text func(int64) string
	}{
		{f.CPUs, " CPUs", func(n int64) string { return strconv.FormatInt(n, 10) }},
		{f.MemoryBytes, " memory", gibibytes}, {f.DiskBytes, " disk", gibibytes},
	} {
		if r.Has > 0 {
			has = append(has, r.Taken)
			parts = append(parts, r.words(f.Machines, r.what, r.text))
		}
	}
	text := spelling.Quantity(f.Machines, "machine", "machines")
	if len(parts) == 0 {
		return text
	}
	alike := !slices.ContainsFunc(has, func(t Taken) bool { return t.Unstated != has[0].Unstated })
	for i := range parts {
		if n := has[i].Unstated; n > 0 && !alike {
			parts[i] += " (not stated by " + spelling.Quantity(n, "machine", "machines") + ")"
		}
	}
	text += "; " + strings.Join(parts, ", ")
	if n := has[0].Unstated; n > 0 && alike {
		text += "; " + spelling.Quantity(n, "machine states no size", "machines state no size")
	}
	return text
}

func share(s plan.Share) Share { return Share{s.Total, s.Left, s.Percent()} }

func etcdSize(nodes int) Size {
	h, known := plan.SizeEtcd(nodes)
	return Size{CPUs: h.CPUs, MemoryBytes: h.MemoryBytes, DiskIOPS: h.IOPS, DiskMBps: h.DiskMBps, Beyond: !known}
}

// least is the minimum of each number over the hosts that state it; nil if none does.
func least(nodes []*plan.Node) *Size {
	var s Size
	for _, n := range nodes {
		if n.CPUs > 0 && (s.CPUs == 0 || n.CPUs < s.CPUs) {
			s.CPUs = n.CPUs
		}
		if n.MemoryBytes > 0 && (s.MemoryBytes == 0 || n.MemoryBytes < s.MemoryBytes) {
			s.MemoryBytes = n.MemoryBytes
		}
	}
	if s == (Size{}) {
		return nil
	}
	return &s
}

func (g *page) capacity(p *plan.Plan) {
	c := describeCapacity(p)
	grows := c.NodesPlanned > c.NodesDrawn
	aside := spelling.Quantity(c.NodesDrawn, "node", "nodes") + " defined"
	if grows {
		aside += ", " + spelling.Thousands(c.NodesPlanned) + " planned"
	}
	g.heading("Capacity", aside)

	nodes := fmt.Sprintf("Kubernetes is tested with %s", spelling.Thousands(c.NodesTested))
	if c.RangeNodes > 0 && c.RangeNodes < 1<<30 {
		nodes = fmt.Sprintf("the pod range has room for %s; ", spelling.Thousands(c.RangeNodes)) + nodes
	}
	pods := fmt.Sprintf("%s per node", spelling.Thousands(c.PodsPerNode))
	if c.ShareHolds > 0 && c.ShareHolds < 1<<20 {
		pods += fmt.Sprintf(" (a node's pod range has room for %s)", spelling.Thousands(c.ShareHolds))
	}
	pods += fmt.Sprintf("; %s on the defined workers", spelling.Thousands(c.Pods))
	if grows {
		pods += fmt.Sprintf(", %s as planned", spelling.Thousands(c.PodsPlanned))
	}
	rows := [][2]string{{"Nodes", nodes}, {"Pods", fmt.Sprintf("%s; Kubernetes is tested with %s", pods, spelling.Thousands(c.PodsTested))}}
	for _, h := range c.Hosts {
		label, by := "Control planes", "according to kube-up of upstream"
		if h.Role == "etcd" {
			label, by = "etcd hosts", "according to etcd's documentation"
		}
		text := fmt.Sprintf("%s for %s", h.Defined, spelling.Quantity(c.NodesDrawn, "node", "nodes"))
		if h.Planned != h.Defined {
			text += fmt.Sprintf("; %s for %s", h.Planned, spelling.Thousands(c.NodesPlanned))
		}
		text += " " + by
		if h.Planned.Beyond {
			text += fmt.Sprintf(", whose table ends at %s", spelling.Thousands(3000))
		}
		if h.Stated != nil {
			text += "; the file states " + h.Stated.String()
		}
		rows = append(rows, [2]string{label, text})
	}
	for _, h := range c.Hypervisors {
		rows = append(rows, [2]string{h.Name, h.String()})
	}
	g.facts(append(rows, [2]string{"After a loss", c.Loss.text()}))
}

// String is "4 CPUs, 16 GB, 6,000 IOPS and 94 MB/s", without unknown values.
func (s Size) String() string {
	var parts []string
	if s.CPUs > 0 {
		parts = append(parts, spelling.Quantity(s.CPUs, "CPU", "CPUs"))
	}
	if s.MemoryBytes > 0 {
		parts = append(parts, gigabytes(s.MemoryBytes))
	}
	if s.DiskIOPS > 0 {
		parts = append(parts, spelling.Thousands(s.DiskIOPS)+" IOPS", strconv.Itoa(s.DiskMBps)+" MB/s")
	}
	return list(parts)
}

// gigabytes formats a size in the unit in which it was stated: etcd's documentation uses GB, topologies mostly GiB.
func gigabytes(n int64) string {
	const gigabyte = 1_000_000_000
	if n%gigabyte == 0 {
		return strconv.FormatInt(n/gigabyte, 10) + " GB"
	}
	return bytes(n)
}

// text describes the loss in a sentence, "" if there are no workers.
func (l *Loss) text() string {
	switch {
	case l == nil:
		return ""
	case l.Workers.Left == 0 && l.Workers.Total == 1:
		return fmt.Sprintf("%s is the only worker: nothing remains", l.Name)
	case l.Workers.Left == 0:
		return fmt.Sprintf("every worker is in the %s %s: nothing remains", l.Kind, l.Name)
	}
	measures := []string{}
	lowest := l.Pods.Percent
	if l.CPUs != nil {
		measures = append(measures, fmt.Sprintf("%s of %s CPUs", spelling.Thousands(int(l.CPUs.Left)),
			spelling.Thousands(int(l.CPUs.Total))))
		lowest = l.CPUs.Percent
	}
	if l.Memory != nil {
		measures = append(measures, fmt.Sprintf("%s of %s", gibibytes(l.Memory.Left), gibibytes(l.Memory.Total)))
		lowest = min(lowest, l.Memory.Percent)
	}
	if len(measures) == 0 {
		measures = append(measures, fmt.Sprintf("room for %s of %s pods", spelling.Thousands(int(l.Pods.Left)),
			spelling.Thousands(int(l.Pods.Total))))
	}
	who := fmt.Sprintf("without %s, the largest %s, %s of %s workers remain", l.Name, l.Kind, spelling.Thousands(int(l.Workers.Left)),
		spelling.Thousands(int(l.Workers.Total)))
	if l.Kind == plan.NodeFails {
		who = fmt.Sprintf("without %s, %s of %s workers remain", l.Name,
			spelling.Thousands(int(l.Workers.Left)), spelling.Thousands(int(l.Workers.Total)))
	}
	if l.Workers.Left == 1 {
		who = strings.TrimSuffix(who, "remain") + "remains"
	}
	return fmt.Sprintf("%s, with %s; workers filled to %d%% or less need no change", who, strings.Join(measures, " and "), lowest)
}

// gibibytes formats memory in GiB, with one decimal if it has a fraction.
func gibibytes(n int64) string {
	const gibibyte = 1 << 30
	if n%gibibyte == 0 {
		return spelling.Thousands(int(n/gibibyte)) + " GiB"
	}
	return strconv.FormatFloat(float64(n)/gibibyte, 'f', 1, 64) + " GiB"
}
