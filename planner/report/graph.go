package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/spelling"
)

// View is what a picture shows.
type View string

// The views.
const (
	Machines View = "machines" // where every machine is, and the path of a request
	Network  View = "network"  // who connects to whom, and the address ranges
	EtcdRing View = "etcd"     // the members, their quorum, and who asks them
	Boot     View = "boot"     // the order of the bring-up, with what each step waits for
)

// Views lists them all.
var Views = []View{Machines, Network, EtcdRing, Boot}

// Shape distinguishes kinds of items without relying on color.
type Shape int

// The shapes of items.
const (
	Plain  Shape = iota // a machine, a step
	People              // external clients
	Way                 // an address that forwards: the endpoint
	Data                // etcd
	Gate                // what a step waits for
	Range               // a range of addresses
)

// Item is a node of a graph, or a box if it contains items.
type Item struct {
	ID    string   // letters and digits
	Lines []string // the first one is the name
	Shape Shape
	Items []Item
}

// Edge connects one item to another, by their IDs.
type Edge struct {
	From, To string
	Label    string
	Both     bool // the connection is between equals
}

// Graph is a picture in the form that all diagram languages share.
type Graph struct {
	Title string
	Items []Item
	Edges []Edge
}

// folded is how many machines of a pool in one place are shown individually.
const folded = 6

// Draw returns the graph of a view.
func Draw(p *plan.Plan, v View) Graph {
	switch v {
	case Network:
		return networkGraph(p)
	case EtcdRing:
		return etcdGraph(p)
	case Boot:
		return bootGraph(p)
	}
	return machinesGraph(p)
}

// builder generates IDs by counting, so that no user value is ever part of one.
type builder struct{ count int }

func (b *builder) id() string {
	b.count++
	return "n" + strconv.Itoa(b.count)
}

// machinesGraph shows the path of a request from the endpoint to etcd, and every machine in its place.
func machinesGraph(p *plan.Plan) Graph {
	g := Graph{Title: p.Cluster.Name}
	b := &builder{}
	var front string
	if p.Cluster.Endpoint.Host != "" {
		clients := Item{ID: b.id(), Lines: []string{"kubectl, CI", "and kubelets"}, Shape: People}
		way := Item{ID: b.id(), Lines: []string{"endpoint", p.Cluster.Endpoint.String()}, Shape: Way}
		if text := behind(p); text != "" {
			way.Lines = append(way.Lines, text)
		}
		g.Items = append(g.Items, clients, way)
		g.Edges = append(g.Edges, Edge{From: clients.ID, To: way.ID})
		front = way.ID
	}
	if len(p.ControlPlanes()) == 0 {
		vendor := Item{ID: b.id(), Lines: []string{"control plane and etcd", "run by the vendor"}, Shape: Data}
		g.Items = append(g.Items, vendor)
		if front != "" {
			g.Edges = append(g.Edges, Edge{From: front, To: vendor.ID})
		}
	}
	ids := map[string]string{} // of nodes
	for _, place := range Places(p) {
		items := place.items(b, ids)
		if place.Zone != "" {
			items = []Item{{ID: b.id(), Lines: []string{place.Zone}, Items: items}}
		}
		g.Items = append(g.Items, items...)
	}
	if front == "" {
		return g
	}
	g.Edges = append(g.Edges, requests(p, front, ids)...)
	return g
}

// behind names what moves the endpoint's address.
func behind(p *plan.Plan) string {
	lb := &p.LoadBalancer
	switch {
	case lb.Kind == plan.KubeVIP:
		return "virtual IP " + text(lb.VirtualIP) + " by kube-vip"
	case lb.Kind == plan.LocalBalancer:
		return "haproxy on every node without an API server"
	case lb.Kind == plan.ExternalBalancer && p.Target.Facts.Balancer:
		return "the cloud's balancer"
	case lb.Kind == plan.ExternalBalancer:
		return "balancer of your own"
	case lb.VirtualIP.IsValid():
		return "virtual IP " + text(lb.VirtualIP) + " by keepalived"
	}
	return ""
}

// requests returns the edges of the path from the endpoint to etcd. With many balancers and API servers, an edge for each pair would hide
// more than it shows, so a single edge stands for all.
func requests(p *plan.Plan, front string, ids map[string]string) []Edge {
	var edges []Edge
	seen := map[Edge]bool{}
	add := func(from, to, label string) {
		e := Edge{From: from, To: to, Label: label}
		if from != "" && to != "" && from != to && !seen[e] {
			seen[e] = true
			edges = append(edges, e)
		}
	}
	cps, from := p.ControlPlanes(), []string{front}
	if lbs := p.LoadBalancer.Nodes; len(lbs) > 0 {
		from = nil
		for _, n := range lbs {
			add(front, ids[n.Name], "")
			from = append(from, ids[n.Name])
		}
	}
	label := "API"
	for i, f := range from {
		for _, n := range cps {
			add(f, ids[n.Name], label)
		}
		if i == 0 {
			label = ""
		}
	}
	if !p.Etcd.IsExternal() {
		return edges
	}
	label = "etcd"
	for i, n := range cps {
		for _, m := range p.Etcd.Members {
			add(ids[n.Name], ids[m.Name], label)
		}
		if i == 0 {
			label = ""
		}
	}
	return edges
}

// networkGraph shows the groups of hosts with the ports between them, and the ranges.
func networkGraph(p *plan.Plan) Graph {
	g := Graph{Title: p.Cluster.Name + ": network"}
	b := &builder{}
	ids := map[plan.Peer]string{}
	at := func(peer plan.Peer) string {
		if id, ok := ids[peer]; ok {
			return id
		}
		item := Item{ID: b.id(), Lines: []string{peer.Words()}}
		switch n := len(p.Members(peer)); {
		case n > 0:
			item.Lines = append(item.Lines, spelling.Quantity(n, "host", "hosts"))
		default:
			item.Shape = People
		}
		ids[peer] = item.ID
		g.Items = append(g.Items, item)
		return item.ID
	}
	type pair struct{ from, to string }
	labels := map[pair][]string{}
	var order []pair
	for _, o := range p.Ports() {
		to := at(o.On)
		for _, f := range o.From {
			k := pair{at(f), to}
			if labels[k] == nil {
				order = append(order, k)
			}
			labels[k] = append(labels[k], strings.TrimSpace(o.Protocol+" "+o.Ports())+" "+o.Component)
		}
	}
	for _, k := range order {
		g.Edges = append(g.Edges, Edge{From: k.from, To: k.to, Label: strings.Join(labels[k], ", ")})
	}
	var ranges []Item
	for _, r := range Ranges(p) {
		ranges = append(ranges, Item{ID: b.id(), Lines: []string{r.Label(), r.Room}, Shape: Range})
	}
	if len(ranges) > 0 {
		g.Items = append(g.Items, Item{ID: b.id(), Lines: []string{"Address ranges"}, Items: ranges})
	}
	return g
}

// etcdGraph shows the members with the connections between them, and the API servers that use them.
func etcdGraph(p *plan.Plan) Graph {
	e := &p.Etcd
	n := len(e.Members)
	g := Graph{Title: p.Cluster.Name + ": etcd"}
	b := &builder{}
	if n == 0 {
		who := "run by the vendor"
		if e.Foreign() {
			who = "run by others"
		}
		g.Items = []Item{{ID: b.id(), Lines: append([]string{"etcd", who}, e.Endpoints...), Shape: Data}}
		return g
	}
	g.Title += fmt.Sprintf(", %s, quorum %d, tolerates the loss of %d", spelling.Quantity(n, "member", "members"),
		e.Quorum(), e.FaultTolerance())
	var members []string
	byZone := map[string][]Item{}
	var zones []string
	for _, m := range e.Members {
		item := Item{ID: b.id(), Lines: []string{m.Name, m.PeerURL}, Shape: Data}
		members = append(members, item.ID)
		zone := m.Node.FailureDomain
		if byZone[zone] == nil {
			zones = append(zones, zone)
		}
		byZone[zone] = append(byZone[zone], item)
	}
	slices.Sort(zones)
	for _, zone := range zones {
		if zone == "" {
			g.Items = append(g.Items, byZone[zone]...)
			continue
		}
		g.Items = append(g.Items, Item{ID: b.id(), Lines: []string{zone}, Items: byZone[zone]})
	}
	for i, from := range members {
		for _, to := range members[i+1:] {
			g.Edges = append(g.Edges, Edge{From: from, To: to, Both: true})
		}
	}
	for _, cp := range p.ControlPlanes() {
		item := Item{ID: b.id(), Lines: []string{"kube-apiserver", "on " + cp.Name}}
		g.Items = append(g.Items, item)
		for i, m := range e.Members {
			if e.IsExternal() || m.Name == cp.Name {
				g.Edges = append(g.Edges, Edge{From: item.ID, To: members[i]})
			}
		}
	}
	return g
}

// bootGraph is a chain of steps with what each waits for.
func bootGraph(p *plan.Plan) Graph {
	g := Graph{Title: p.Cluster.Name + ": bring-up"}
	b := &builder{}
	last := ""
	add := func(item Item, label string) {
		item.ID = b.id()
		g.Items = append(g.Items, item)
		if last != "" {
			g.Edges = append(g.Edges, Edge{From: last, To: item.ID, Label: label})
		}
		last = item.ID
	}
	for i, s := range Steps(p) {
		add(Item{Lines: append([]string{fmt.Sprintf("%d: %s", i+1, s.What)}, s.On...)}, "")
		if s.Gate != "" {
			add(Item{Lines: []string{s.Gate}, Shape: Gate}, "wait")
		}
	}
	return g
}
