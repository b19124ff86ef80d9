package describe

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/spelling"
)

// Capacity is how far the design carries: the ranges, the sizes of hosts that upstream advises, and what remains after a loss.
type Capacity struct {
	NodesDrawn   int `json:"nodes_drawn"`
	NodesPlanned int `json:"nodes_planned"` // max_nodes
	NodesTested  int `json:"nodes_tested"`  // that Kubernetes is tested with
	// RangeNodes is how many nodes the pod ranges have a share for; absent where the vendor chooses the range.
	RangeNodes  int        `json:"range_nodes,omitempty"`
	PodsPerNode int        `json:"pods_per_node"`         // that a kubelet accepts
	ShareHolds  int        `json:"share_holds,omitempty"` // pod addresses in a node's share
	Pods        int        `json:"pods"`                  // that the workers defined take together
	PodsPlanned int        `json:"pods_planned"`          // the same when all growth is workers
	PodsTested  int        `json:"pods_tested"`           // that Kubernetes is tested with
	Hosts       []HostSize `json:"hosts"`
	Hypervisors []Filled   `json:"hypervisors,omitempty"` // those with a block that says what they have
	Loss        *Loss      `json:"loss,omitempty"`        // of the largest failure domain; absent where there is no worker
}

// HostSize compares the hosts of a role with what upstream advises for the number of nodes.
type HostSize struct {
	Role    string `json:"role"` // control-plane | etcd
	Source  string `json:"source"`
	Stated  *Size  `json:"stated,omitempty"` // the least of the hosts; absent where no host states any
	Defined Size   `json:"for_nodes_drawn"`
	Planned Size   `json:"for_nodes_planned"`
}

// Size is of one host.
type Size struct {
	CPUs        int   `json:"cpus,omitempty"`
	MemoryBytes int64 `json:"memory_bytes,omitempty"`
	DiskIOPS    int   `json:"disk_iops,omitempty"`
	DiskMBps    int   `json:"disk_megabytes_per_second,omitempty"`
	// Beyond reports whether upstream's table ends before this number of nodes: the size is of its last row.
	Beyond bool `json:"beyond_table,omitempty"`
}

// Filled is what a hypervisor has for machines, and what those of this design take. Of what its block does not state, has is absent.
type Filled struct {
	Name        string `json:"name"`
	Machines    int    `json:"machines"`
	CPUs        Taken  `json:"cpus"`
	MemoryBytes Taken  `json:"memory_bytes"`
	DiskBytes   Taken  `json:"disk_bytes"`
}

// Taken is how much machines take of what there is. Machines that do not state how much they take are counted in unstated alone.
type Taken struct {
	Has      int64 `json:"has,omitempty"`
	Taken    int64 `json:"taken"`
	Unstated int   `json:"unstated,omitempty"`
}

// add counts what a machine takes; 0 is unstated.
func (t *Taken) add(n int64) {
	t.Taken += n
	if n == 0 {
		t.Unstated++
	}
}

// words is "12 of 32 CPUs", and "32 CPUs" where no machine states its own.
func (t Taken) words(machines int, what string, text func(int64) string) string {
	if machines > 0 && t.Unstated == machines {
		return text(t.Has) + what
	}
	return fmt.Sprintf("%s of %s%s", text(t.Taken), text(t.Has), what)
}

// Loss is what remains of the workers after the loss of those that fail together.
type Loss struct {
	Kind    string `json:"kind"` // failure domain | hypervisor | node
	Name    string `json:"name"`
	Workers Share  `json:"workers"`
	Pods    Share  `json:"pods"`
	CPUs    *Share `json:"cpus,omitempty"` // absent where a worker does not state them
	Memory  *Share `json:"memory_bytes,omitempty"`
}

// Share is how much there is, and how much remains.
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

// least is the smallest number that any of the hosts states, of each kind; nil if none states any.
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
		nodes = fmt.Sprintf("the pod range ends at %s; ", spelling.Thousands(c.RangeNodes)) + nodes
	}
	pods := fmt.Sprintf("%s per node", spelling.Thousands(c.PodsPerNode))
	if c.ShareHolds > 0 && c.ShareHolds < 1<<20 {
		pods += fmt.Sprintf(" (its share has room for %s)", spelling.Thousands(c.ShareHolds))
	}
	pods += fmt.Sprintf("; %s on the defined workers", spelling.Thousands(c.Pods))
	if grows {
		pods += fmt.Sprintf(", %s as planned", spelling.Thousands(c.PodsPlanned))
	}
	rows := [][2]string{{"Nodes", nodes}, {"Pods", fmt.Sprintf("%s; Kubernetes is tested with %s", pods, spelling.Thousands(c.PodsTested))}}
	for _, h := range c.Hosts {
		label, by := "Control planes", "by upstream's kube-up"
		if h.Role == "etcd" {
			label, by = "etcd hosts", "by etcd's documentation"
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

// String is "4 CPUs, 16 GB, 6,000 IOPS and 94 MB/s", without what is not known.
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

// gigabytes writes a size in the unit that it was stated in: etcd's documentation counts in GB, topologies mostly in GiB.
func gigabytes(n int64) string {
	const gigabyte = 1_000_000_000
	if n%gigabyte == 0 {
		return strconv.FormatInt(n/gigabyte, 10) + " GB"
	}
	return bytes(n)
}

// text is a sentence on the loss, "" if there is no worker.
func (l *Loss) text() string {
	switch {
	case l == nil:
		return ""
	case l.Workers.Left == 0 && l.Workers.Total == 1:
		return fmt.Sprintf("%s is the one worker: nothing remains", l.Name)
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

// gibibytes writes a sum of memory in GiB, with one digit behind the point where it has a fraction.
func gibibytes(n int64) string {
	const gibibyte = 1 << 30
	if n%gibibyte == 0 {
		return spelling.Thousands(int(n/gibibyte)) + " GiB"
	}
	return strconv.FormatFloat(float64(n)/gibibyte, 'f', 1, 64) + " GiB"
}
