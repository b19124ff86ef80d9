package plan

import (
	"cmp"
	"math/big"
	"slices"
)

// Up to where Kubernetes' own scalability tests go.
// Source: https://kubernetes.io/docs/setup/best-practices/cluster-large/
const (
	TestedNodes       = 5_000
	TestedPods        = 150_000
	TestedPodsPerNode = 110
)

// ControlPlaneCores is how many cores upstream's kube-up gives a control plane with its etcd, by the number of nodes that join it.
// Source: k8s.io/kubernetes@v1.37.2 cluster/gce/config-common.sh, get-master-size
func ControlPlaneCores(nodes int) int {
	for _, row := range []struct{ nodes, cores int }{{10, 2}, {50, 4}, {100, 8}, {500, 16}} {
		if nodes <= row.nodes {
			return row.cores
		}
	}
	return 32
}

// EtcdHost is its own host for one etcd member. The disk's numbers are sustained: etcd writes each change to disk before it answers.
type EtcdHost struct {
	CPUs        int
	MemoryBytes int64
	IOPS        int
	DiskMBps    int // megabytes a second
	UpToNodes   int // the size of cluster that the row of the table is for
}

// SizeEtcd returns what etcd's documentation gives a member's host, by the number of nodes of the cluster. The table ends at 3,000 nodes;
// beyond, its last row is returned and known is false.
// Source: https://etcd.io/docs/v3.6/op-guide/hardware/#example-hardware-configurations (the AWS columns)
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

// Capacity is how far the design carries.
type Capacity struct {
	Defined int // nodes with a kubelet
	Planned int // max_nodes, never less
	// RangeNodes is how many nodes the pod ranges have a share for, 0 where the plan has no pod range (the vendor chooses it).
	RangeNodes  int
	PodsPerNode int      // that the kubelet accepts
	ShareHolds  int      // pod addresses in a node's share, 0 where the plan has no pod range
	Services    *big.Int // that get an address; zero if the plan has no service range
	// Pods is what the workers defined take together, PodsPlanned with every node of the growth a worker.
	Pods, PodsPlanned int
	// Loss is what remains of the workers when the failure domain that holds most of them is gone; nil if there is no worker.
	Loss *Loss
}

// What fails as one, the largest first.
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
	CPUs    Share // zero if some worker's are not stated
	Memory  Share // bytes; zero if some worker's is not stated
}

// Share is how much of something there is, and how much remains.
type Share struct{ Total, Left int64 }

// Percent is what remains of a hundred, rounded down: 100 where nothing was there.
func (s Share) Percent() int {
	if s.Total == 0 {
		return 100
	}
	return int(s.Left * 100 / s.Total)
}

// Capacity counts what the design carries.
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

// largestLoss takes away the unit that holds most CPUs, where those are stated, else most workers; of equals the first by name.
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
