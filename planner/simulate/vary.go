package simulate

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/topologies"
)

// mostVaried is how many control planes or members a variation has. More than seven members of etcd are not advised.
// Source: https://etcd.io/docs/v3.6/faq/#what-is-maximum-cluster-size
const mostVaried = 7

// DataVary says how the design would be with another number of control planes or of members. What it leaves open is what the design says.
type DataVary struct {
	Nodes []DataMore `json:"nodes"` // that are not in the design; they follow those that are
	Roles []DataRole `json:"roles"`
}

// DataMore is a node that the design does not have, and the units that it would be in.
type DataMore struct {
	Name  string   `json:"n"`
	Zone  int      `json:"z"`
	Units []string `json:"units"`
}

// DataRole is a role, and who has it where so many do: the first of them. A node that is left without any bit is not there.
type DataRole struct {
	Role string `json:"role"` // control planes | members
	Now  int    `json:"now"`
	Of   []int  `json:"of"`   // nodes
	Bits []int  `json:"bits"` // of each with the role, next to those of its other roles
}

// orders lists who is a control plane and who is a member, in the order in which there are so many: those of the design, the first one
// first, then machines that it does not have. Stacked members are the control planes. Each new machine is in the failure domain that has
// the fewest of the role, and in the rack that has the fewest there.
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

// grown adds machines of a role.
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

// emptiest is the failure domain with the fewest, from the largest that it is in down to itself; "" if the design has none.
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

// With returns the model with so many control planes and members of etcd; stacked members are the control planes. Machines that the
// design does not have are in the failure domain with the fewest of their role. It returns nil if the design has no control planes of its
// own, and for numbers below 1 or above those of the design and seven.
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
	switch n := len(p.Etcd.Members); { // the type says what it is called
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

// vary is what With says, as data.
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

// bitsOf are the bits that a control plane has for being one.
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

// kept are those of the bits that a node has without the role too.
func kept(n *plan.Node, bits int) int {
	if n.Roles.Has(plan.Worker) {
		return bits & dataKubelet
	}
	return 0
}
