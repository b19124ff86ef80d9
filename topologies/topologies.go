// Package topologies has the only table of the four documented installation types: the roles of each with their numbers, the
// placement of etcd, and the purpose. It depends on no other package.
//
// The package is internal to k8splan and makes no compatibility promise.
package topologies

// Type is the name of an installation type, as the author writes it in `cluster { type = … }`.
type Type string

// The four documented installation types, with the names in the Kubernetes documentation ("Picking the right solution").
const (
	AllInOne               Type = "all-in-one"
	SingleEtcdSingleMaster Type = "single-etcd-single-master"
	SingleEtcdMultiMaster  Type = "single-etcd-multi-master"
	MultiEtcdMultiMaster   Type = "multi-etcd-multi-master"
)

// Placement is where etcd runs, in kubeadm's terms.
// Source: https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/ha-topology/
type Placement string

// Stacked etcd members are static pods managed by the kubelet of each control plane; External members are separate services.
const (
	Stacked  Placement = "stacked"
	External Placement = "external"
)

// Count is the allowed number of something in a type: Min to Max, both included; Max 0 means no upper bound.
type Count struct{ Min, Max int }

// Holds reports whether n is in the range.
func (c Count) Holds(n int) bool { return n >= c.Min && (c.Max == 0 || n <= c.Max) }

// Topology is one row of the table.
type Topology struct {
	Type    Type
	Title   string // a noun phrase for a heading
	Purpose string // one sentence
	// Survives is a text on the failures that the type survives, and those that it does not.
	Survives string

	Nodes         Count // all hosts; the minimum is reached if every host has all the roles that it may have
	ControlPlanes Count
	// ControlPlanesStacked replaces ControlPlanes if etcd is stacked and the type needs more of them for its quorum.
	ControlPlanesStacked Count
	EtcdMembers          Count
	Workers              Count // dedicated or shared: hosts on which ordinary pods may run
	Placements           []Placement
	LoadBalancer         bool // an endpoint that outlives any one control plane is needed
	HighlyAvailable      bool // the type promises to survive the loss of a control plane
}

// Allows reports whether the type supports the placement of etcd.
func (t Topology) Allows(p Placement) bool {
	for _, a := range t.Placements {
		if a == p {
			return true
		}
	}
	return false
}

// Table lists the four types in the order of the documentation, the smallest first.
var Table = []Topology{
	{
		Type: AllInOne, Title: "All-in-one",
		Purpose:  "One node runs everything: for learning, development, and tests.",
		Survives: "Nothing. If the node is lost, the cluster is lost, and its data too unless a snapshot of etcd is kept elsewhere.",
		Nodes:    Count{1, 1}, ControlPlanes: Count{1, 1}, ControlPlanesStacked: Count{1, 1}, EtcdMembers: Count{1, 1},
		Workers:    Count{1, 1},
		Placements: []Placement{Stacked},
	},
	{
		Type: SingleEtcdSingleMaster, Title: "Single-node etcd, single master, multi worker",
		Purpose:  "One control plane with the only etcd member, and workers: for small sites that can wait for a repair.",
		Survives: "The loss of any worker. While the control plane is down, running pods continue, but nothing can be changed.",
		Nodes:    Count{2, 0}, ControlPlanes: Count{1, 1}, ControlPlanesStacked: Count{1, 1}, EtcdMembers: Count{1, 1},
		Workers:    Count{1, 0},
		Placements: []Placement{Stacked, External},
	},
	{
		Type: SingleEtcdMultiMaster, Title: "Single-node etcd, multi master, multi worker",
		Purpose: "Several API servers behind a load balancer share one etcd: for API load, or as a step toward clustered etcd.",
		Survives: "The loss of a control plane that does not host etcd. The lone etcd cancels the redundancy of the control " +
			"planes: when it is down, nothing can be changed.",
		Nodes: Count{2, 0}, ControlPlanes: Count{2, 0}, ControlPlanesStacked: Count{2, 0}, EtcdMembers: Count{1, 1}, Workers: Count{1, 0},
		Placements: []Placement{External}, LoadBalancer: true, HighlyAvailable: true,
	},
	{
		Type: MultiEtcdMultiMaster, Title: "Multi-node etcd, multi master, multi worker",
		Purpose:  "Clustered etcd, several control planes, and a load balancer: the recommended production setup.",
		Survives: "The loss of any one node, or of any two of five etcd members.",
		Nodes:    Count{3, 0}, ControlPlanes: Count{2, 0}, ControlPlanesStacked: Count{3, 0}, EtcdMembers: Count{3, 0},
		Workers:    Count{1, 0},
		Placements: []Placement{Stacked, External}, LoadBalancer: true, HighlyAvailable: true,
	},
}

// Find returns the row of a type.
func Find(t Type) (Topology, bool) {
	for _, row := range Table {
		if row.Type == t {
			return row, true
		}
	}
	return Topology{}, false
}

// Names returns the names of the types in the table's order.
func Names() []string {
	names := make([]string, len(Table))
	for i, row := range Table {
		names[i] = string(row.Type)
	}
	return names
}
