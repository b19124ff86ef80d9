package simulate

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/topologies"
)

// mostVaried is the maximum number of control planes or members in a variation. More than seven etcd members are not recommended. Source:
// https://etcd.io/docs/v3.6/faq/#what-is-maximum-cluster-size
const mostVaried = 7

// DataVary describes the design with another number of control planes or members. Everything else is as in the design.
type DataVary struct {
	Nodes []DataMore `json:"nodes"` // nodes that are not in the design; they come after those that are
	Roles []DataRole `json:"roles"`
}

// DataMore is a node that the design does not have, and the units that it would be in.
type DataMore struct {
	Name  string   `json:"n"`
	Zone  int      `json:"z"`
	Units []string `json:"units"`
}

// DataRole is a role, and the nodes that have it for each number: the first that many. A node without any bits does not exist.
type DataRole struct {
	Role string `json:"role"` // control planes | members
	Now  int    `json:"now"`
	Of   []int  `json:"of"`   // nodes
	Bits []int  `json:"bits"` // of each node with the role, in addition to those of its other roles
}

// orders lists control planes and members in the order in which a variation uses them: those of the design first, then machines that it
// does not have. Stacked members are the control planes. Each new machine goes into the failure domain with the fewest nodes of the role,
// and there into the rack with the fewest.
func (m *Model) orders() (cps, members []*plan.Node) {
	if len(m.cps) == 0 || len(m.members) == 0 || m.p.LoadBalancer.Kind == plan.KubeVIP && m.astray != nil {
		return nil, nil
	}
	taken := make(map[string]bool, len(m.nodes))
	for _, n := range m.nodes {
		taken[n.Name] = true
	}
	for _, i := range m.cps {
		cps = append(cps, m.nodes[i])
	}
	slices.SortStableFunc(cps, func(a, b *plan.Node) int { return number(b.Bootstrap) - number(a.Bootstrap) })
	cps = m.grown(cps, plan.ControlPlane, taken)
	if m.p.Etcd.Placement == topologies.Stacked {
		return cps, nil
	}
	for _, i := range m.members {
		members = append(members, m.nodes[i])
	}
	return cps, m.grown(members, plan.EtcdRole, taken)
}

// grown adds machines with a role.
func (m *Model) grown(nodes []*plan.Node, role plan.Roles, taken map[string]bool) []*plan.Node {
	stem := head(nodes[len(nodes)-1].Name)
	if !strings.HasSuffix(stem, "-") {
		stem += "-"
	}
	count := map[string]int{}
	for _, n := range nodes {
		for _, place := range plan.Around(n.FailureDomain) {
			count[place]++
		}
	}
	for next := 1; len(nodes) < mostVaried; next++ {
		name := stem + strconv.Itoa(next)
		if taken[name] {
			continue
		}
		taken[name] = true
		n := &plan.Node{Name: name, Roles: role, FailureDomain: m.emptiest(count)}
		for _, place := range plan.Around(n.FailureDomain) {
			count[place]++
		}
		nodes = append(nodes, n)
	}
	return nodes
}

// emptiest is the failure domain with the fewest nodes, chosen level by level from the largest; "" if the design has none.
func (m *Model) emptiest(count map[string]int) string {
	best, zones := "", m.Zones()
	weight := func(zone string) []int {
		var out []int
		for _, place := range plan.Around(zone) {
			out = append(out, count[place])
		}
		return out
	}
	for i, zone := range zones {
		if i == 0 || cmp.Or(slices.Compare(weight(zone), weight(best)), plan.Natural(zone, best)) < 0 {
			best = zone
		}
	}
	return best
}

// With returns the model with the given numbers of control planes and etcd members; stacked members are the control planes. Additional
// machines go into the failure domain with the fewest of their role. It returns nil if the design has no control planes, and for numbers
// below 1, or above both seven and the number in the design.
func (m *Model) With(controlPlanes, members int) *Model {
	cps, etcd := m.orders()
	stacked := m.p.Etcd.Placement == topologies.Stacked
	if controlPlanes < 1 || controlPlanes > len(cps) || !stacked && (members < 1 || members > len(etcd)) {
		return nil
	}
	p := *m.p
	p.Nodes, p.Etcd.Members, p.LoadBalancer.Nodes = nil, nil, nil
	all := slices.Concat(m.nodes, cps[min(len(m.cps), len(cps)):])
	if !stacked {
		all = append(all, etcd[min(len(m.members), len(etcd)):]...)
	}
	with := func(order []*plan.Node, n int, node *plan.Node) bool { return slices.Contains(order[:n], node) }
	for _, n := range all {
		node := *n
		node.Roles &^= plan.ControlPlane
		member := false
		if with(cps, controlPlanes, n) {
			node.Roles |= plan.ControlPlane
			member = stacked
		}
		if !stacked {
			node.Roles &^= plan.EtcdRole
			if with(etcd, members, n) {
				node.Roles |= plan.EtcdRole
				member = true
			}
		} else if !member {
			node.Roles &^= plan.EtcdRole
		}
		if node.Roles == 0 {
			continue
		}
		p.Nodes = append(p.Nodes, &node)
		if member {
			p.Etcd.Members = append(p.Etcd.Members, plan.Member{Name: node.Name, Node: &node})
		}
		if slices.Contains(m.p.LoadBalancer.Nodes, n) {
			p.LoadBalancer.Nodes = append(p.LoadBalancer.Nodes, &node)
		}
	}
	switch n := len(p.Etcd.Members); { // the type defines its name
	case controlPlanes == len(m.cps) && n == len(m.members):
	case n > 1:
		p.Cluster.Type = topologies.MultiEtcdMultiMaster
	case controlPlanes > 1:
		p.Cluster.Type = topologies.SingleEtcdMultiMaster
	default:
		p.Cluster.Type = topologies.SingleEtcdSingleMaster
	}
	p.Cluster.Topology, _ = topologies.Find(p.Cluster.Type)
	return New(&p)
}

// vary returns the results of With as data.
func (m *Model) vary() *DataVary {
	cps, members := m.orders()
	if cps == nil {
		return nil
	}
	index := make(map[*plan.Node]int, len(m.nodes))
	for i, n := range m.nodes {
		index[n] = i
	}
	out := &DataVary{Nodes: []DataMore{}}
	add := func(role string, order []*plan.Node, now, bits int) {
		r := DataRole{Role: role, Now: now}
		for _, n := range order {
			i, ok := index[n]
			if !ok {
				i = len(m.nodes) + len(out.Nodes)
				zone, _ := slices.BinarySearch(m.zones, n.FailureDomain)
				more := DataMore{n.Name, zone, []string{}}
				for _, place := range plan.Around(n.FailureDomain) {
					more.Units = append(more.Units, Unit{Kind: ZoneUnit, Name: place}.String())
				}
				out.Nodes = append(out.Nodes, more)
			}
			r.Of, r.Bits = append(r.Of, i), append(r.Bits, bits&^kept(n, bits))
		}
		out.Roles = append(out.Roles, r)
	}
	if m.p.Etcd.Placement == topologies.Stacked {
		add("control planes", cps, len(m.cps), m.bitsOf(dataControlPlane|dataMember))
		return out
	}
	add("control planes", cps, len(m.cps), m.bitsOf(dataControlPlane))
	add("members", members, len(m.members), dataMember)
	return out
}

// bitsOf returns the bits that a node has because it is a control plane.
func (m *Model) bitsOf(bits int) int {
	bits |= dataKubelet
	if len(m.localCPs()) > 0 {
		bits |= dataLocal
	}
	if m.p.LoadBalancer.Kind == plan.KubeVIP {
		bits |= dataBalancer
	}
	return bits
}

// kept returns the bits that a node keeps without the role.
func kept(n *plan.Node, bits int) int {
	if n.Roles.Has(plan.Worker) {
		return bits & dataKubelet
	}
	return 0
}
