package plan

import (
	"cmp"
	"math/big"
	"slices"
)

// The limits that Kubernetes' scalability tests cover. Source: https://kubernetes.io/docs/setup/best-practices/cluster-large/
const (
	TestedNodes       = 5_000
	TestedPods        = 150_000
	TestedPodsPerNode = 110
)

// ControlPlaneCores is how many cores upstream's kube-up gives a control plane with stacked etcd, by number of nodes in the cluster.
// Source: k8s.io/kubernetes@v1.37.2 cluster/gce/config-common.sh, get-master-size
func ControlPlaneCores(nodes int) int {
	for _, row := range []struct{ nodes, cores int }{{10, 2}, {50, 4}, {100, 8}, {500, 16}} {
		if nodes <= row.nodes {
			return row.cores
		}
	}
	return 32
}

// EtcdHost is the size of a dedicated host for one etcd member. Disk numbers are sustained rates: etcd writes each change to disk before it
// replies.
type EtcdHost struct {
	CPUs        int
	MemoryBytes int64
	IOPS        int
	DiskMBps    int // megabytes a second
	UpToNodes   int // the cluster size that this row of the table is for, in nodes
}

// SizeEtcd returns the member host size that etcd's documentation recommends for a cluster of this many nodes. The table ends at 3,000
// nodes; above that, the last row is returned and known is false. Source:
// https://etcd.io/docs/v3.6/op-guide/hardware/#example-hardware-configurations (the AWS columns)
func SizeEtcd(nodes int) (host EtcdHost, known bool) {
	const gigabyte = 1_000_000_000
	table := []EtcdHost{
		{2, 8 * gigabyte, 3600, 56, 50},
		{4, 16 * gigabyte, 6000, 94, 250},
		{8, 32 * gigabyte, 8000, 125, 1000},
		{16, 64 * gigabyte, 16000, 250, 3000},
	}
	for _, row := range table {
		if nodes <= row.UpToNodes {
			return row, true
		}
	}
	return table[len(table)-1], false
}

// Capacity is how large a cluster the design supports.
type Capacity struct {
	Defined int // nodes with a kubelet
	Planned int // max_nodes, at least Defined
	// RangeNodes is how many nodes the pod ranges have room for, 0 if the plan has no pod range because the vendor chooses it.
	RangeNodes  int
	PodsPerNode int      // the kubelet's limit
	ShareHolds  int      // pod addresses per node, 0 if the plan has no pod range
	Services    *big.Int // Services that can get an address; zero if the plan has no service range
	// Pods is the pod capacity of the defined workers; PodsPlanned also counts every node up to Planned as a worker.
	Pods, PodsPlanned int
	// Loss is what remains after losing the failure domain with the most workers; nil if there are no workers.
	Loss *Loss
}

// Kinds of failure units, largest first.
const (
	DomainFails     = "failure domain"
	HypervisorFails = "hypervisor"
	NodeFails       = "node"
)

// Loss is the loss of the workers that fail together.
type Loss struct {
	Kind    string // DomainFails | HypervisorFails | NodeFails
	Name    string
	Workers Share
	Pods    Share
	CPUs    Share // zero if any worker does not state it
	Memory  Share // bytes; zero if any worker does not state it
}

// Share is a total amount and what is left of it.
type Share struct{ Total, Left int64 }

// Percent is the percentage that is left, rounded down; 100 if Total is zero.
func (s Share) Percent() int {
	if s.Total == 0 {
		return 100
	}
	return int(s.Left * 100 / s.Total)
}

// Capacity computes the capacity of the design.
func (p *Plan) Capacity() Capacity {
	c := Capacity{
		Defined: len(p.KubeletNodes()), Planned: p.Cluster.MaxNodes, PodsPerNode: p.Cluster.Kubelet.MaxPods,
		Services: p.Network.ServiceCapacity(),
	}
	if len(p.Network.PodSubnets) > 0 {
		c.RangeNodes, c.ShareHolds = p.Network.NodeCapacity(), p.Network.PodsPerNode()
	}
	workers := p.Workers()
	c.Pods = len(workers) * c.PodsPerNode
	c.PodsPlanned = c.Pods + max(0, c.Planned-c.Defined)*c.PodsPerNode
	c.Loss = largestLoss(workers, c.PodsPerNode)
	return c
}

// largestLoss removes the unit with the most CPUs, or with the most workers if CPUs are not stated. Ties go to the first by name.
func largestLoss(workers []*Node, podsPerNode int) *Loss {
	if len(workers) == 0 {
		return nil
	}
	type unit struct{ kind, name string }
	held := map[unit][]*Node{}
	cpus, memory := true, true
	for _, n := range workers {
		u := unit{NodeFails, n.Name}
		switch {
		case n.FailureDomain != "":
			u = unit{DomainFails, n.FailureDomain}
		case n.Carrier() != "":
			u = unit{HypervisorFails, n.Carrier()}
		}
		held[u] = append(held[u], n)
		cpus, memory = cpus && n.CPUs > 0, memory && n.MemoryBytes > 0
	}
	sum := func(nodes []*Node, of func(*Node) int64) int64 {
		var total int64
		for _, n := range nodes {
			total += of(n)
		}
		return total
	}
	one := func(*Node) int64 { return 1 }
	cores := func(n *Node) int64 { return int64(n.CPUs) }
	units := make([]unit, 0, len(held))
	for u := range held {
		units = append(units, u)
	}
	slices.SortFunc(units, func(a, b unit) int {
		weight := one
		if cpus {
			weight = cores
		}
		return cmp.Or(cmp.Compare(sum(held[b], weight), sum(held[a], weight)), cmp.Compare(len(held[b]), len(held[a])),
			cmp.Compare(a.name, b.name), cmp.Compare(a.kind, b.kind))
	})
	worst := units[0]
	share := func(of func(*Node) int64) Share {
		total := sum(workers, of)
		return Share{total, total - sum(held[worst], of)}
	}
	loss := Loss{Kind: worst.kind, Name: worst.name, Workers: share(one), Pods: share(func(*Node) int64 { return int64(podsPerNode) })}
	if cpus {
		loss.CPUs = share(cores)
	}
	if memory {
		loss.Memory = share(func(n *Node) int64 { return n.MemoryBytes })
	}
	return &loss
}
