package change

import (
	"net/netip"
	"slices"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/simulate"
	"github.com/k8splan/k8splan/topologies"
)

// roles of a node, as resolved.
func (n *Node) roles() plan.Roles {
	var roles plan.Roles
	for _, r := range []plan.Roles{plan.ControlPlane, plan.EtcdRole, plan.Worker, plan.Balancer} {
		if slices.Contains(n.Args["roles"].List, r.Strings()[0]) {
			roles |= r
		}
	}
	return roles
}

// plain is a text that identifies a value; for a sensitive one it is the digest.
func (v Value) plain() string {
	if v.Digest != "" {
		return v.Digest
	}
	return v.Text
}

// external reports whether etcd runs separately from the control planes.
func (r *Record) external() bool { return r.text("etcd.topology") == string(topologies.External) }

// foreign reports whether others run etcd.
func (r *Record) foreign() bool { return len(r.Settings["etcd.external_endpoints"].List) > 0 }

// model converts the record to the plan that simulate judges: the machines, their roles, and where they are. A sensitive endpoint counts as
// a name.
func (r *Record) model() *plan.Plan {
	p := &plan.Plan{}
	p.Target.Name, p.Target.Facts.Hosting = r.Target, r.Hosting
	p.Cluster.Name = r.Cluster
	p.Cluster.Type = topologies.Type(r.text("cluster.type"))
	p.Cluster.Topology, _ = topologies.Find(p.Cluster.Type)
	p.Cluster.Version, _ = plan.ParseVersion(r.text("cluster.kubernetes_version"))
	p.Cluster.Endpoint.Host = r.host()
	p.LoadBalancer.Kind = r.text("load_balancer")
	if v, ok := r.Settings["load_balancer.virtual_ip"]; ok {
		p.LoadBalancer.VirtualIP = address(v)
	}
	p.LoadBalancer.Mode = r.text("load_balancer.mode")
	p.Network.NodeSubnets = r.segments()
	p.Etcd.Placement = topologies.Placement(r.text("etcd.topology"))
	for _, n := range r.Nodes {
		node := &plan.Node{
			Name: n.Name, Pool: n.Pool, Roles: n.roles(), Address: address(n.Args["address"]),
			SecondaryAddress: address(n.Args["secondary_address"]),
			PublicAddress:    n.Args["public_address"].plain(), FailureDomain: n.Args["failure_domain"].plain(),
			Host: n.Args["host"].plain(), Power: n.Args["power"].plain(),
		}
		p.Nodes = append(p.Nodes, node)
		if node.Roles.Has(plan.EtcdRole) && (r.external() || node.Roles.Has(plan.ControlPlane)) {
			p.Etcd.Members = append(p.Etcd.Members, plan.Member{Name: n.Name, Node: node})
		}
		if node.Roles.Has(plan.Balancer) {
			p.LoadBalancer.Nodes = append(p.LoadBalancer.Nodes, node)
		}
	}
	return p
}

// States returns the cluster before the steps and after each of them, for simulate and for pictures: the machines, their roles, and where
// they are. Without steps there are two states, before and after.
func (r *Report) States() []*plan.Plan {
	states := []*plan.Plan{r.Old.model()}
	if len(r.Steps) == 0 {
		return append(states, r.New.model())
	}
	d := &differ{old: r.Old, new: r.New, r: r}
	d.walk(func(_ int, at *Record, done bool) {
		if done {
			states = append(states, at.model())
		}
	})
	return states
}

// segments returns the network segments that the record states. Sensitive addresses cannot be told apart.
func (r *Record) segments() []netip.Prefix {
	everything := []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}
	secret := r.Settings["load_balancer.virtual_ip"].Digest != ""
	for _, n := range r.Nodes {
		secret = secret || n.Args["address"].Digest != "" || n.Args["secondary_address"].Digest != ""
	}
	if secret {
		return everything
	}
	var stated []netip.Prefix
	for _, name := range []string{"network.node_subnets", "target.subnets", "target.subnet"} {
		v := r.Settings[name]
		for _, s := range append([]string{v.Text}, v.List...) {
			if prefix, err := netip.ParsePrefix(s); err == nil {
				stated = append(stated, prefix.Masked())
			}
		}
	}
	return stated
}

// host is the endpoint without its port.
func (r *Record) host() string {
	e := r.text("cluster.control_plane_endpoint")
	if with, err := netip.ParseAddrPort(e); err == nil {
		return with.Addr().String()
	}
	for i := len(e) - 1; i >= 0; i-- {
		if e[i] == ':' {
			return e[:i]
		}
	}
	return e
}

// address parses an address; a sensitive one becomes a placeholder, because only its presence matters.
func address(v Value) netip.Addr {
	if v.Digest != "" {
		return netip.IPv4Unspecified()
	}
	a, _ := netip.ParseAddr(v.Text)
	return a
}

// Spare is how many lost nodes the writes to etcd and the API at the endpoint survive; nil if they are already down, or if someone else
// runs the part in question.
type Spare struct {
	Writes *int `json:"writes"`
	API    *int `json:"api"`
}

func spare(m *simulate.Model, down ...string) Spare {
	return Spare{count(m, simulate.EtcdWrites, down), count(m, simulate.API, down)}
}

func count(m *simulate.Model, c simulate.Capability, down []string) *int {
	if n, ok := m.Spare(c, down); ok {
		return &n
	}
	return nil
}

// least returns the lower numbers of two; nil is the lowest.
func least(a, b Spare) Spare { return Spare{lower(a.Writes, b.Writes), lower(a.API, b.API)} }

func lower(a, b *int) *int {
	if a == nil || b == nil {
		return nil
	}
	return new(min(*a, *b))
}

// below reports whether s survives less than t: compared by the lower of both numbers first, then by either.
func (s Spare) below(t Spare) bool {
	x, y := s.score(), t.score()
	return slices.Compare(x[:], y[:]) < 0
}

func (s Spare) score() [2]int {
	n := [2]int{-1, -1}
	if s.Writes != nil {
		n[0] = *s.Writes
	}
	if s.API != nil {
		n[1] = *s.API
	}
	return [2]int{min(n[0], n[1]), n[0] + n[1]}
}

// min is the number of lost nodes, whichever they are, that both survive.
func (s Spare) min() int { return s.score()[0] }
