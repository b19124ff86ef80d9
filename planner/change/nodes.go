package change

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
)

// nodes compares the machines by name.
func (d *differ) nodes() {
	var added, removed []*Node
	for _, n := range d.new.Nodes {
		if d.old.node(n.Name) == nil {
			added = append(added, n)
		}
	}
	for _, n := range d.old.Nodes {
		if d.new.node(n.Name) == nil {
			removed = append(removed, n)
		}
	}
	added, removed = d.renamed(added, removed)
	d.swapped()
	for _, n := range added {
		d.come(n)
	}
	for _, n := range removed {
		d.leave(n)
	}
	d.replaced(removed)
	moved := d.shifted()
	grouped := map[string]*Change{}
	var order []string
	for _, n := range d.new.Nodes {
		if o := d.old.node(n.Name); o != nil {
			d.compare(o, n, moved, func(key string, c Change) {
				if g := grouped[key]; g != nil {
					g.Hosts = append(g.Hosts, c.Hosts...)
					g.args = append(g.args, c.args...)
					return
				}
				grouped[key] = &c
				order = append(order, key)
			})
		}
	}
	for _, key := range order {
		c := grouped[key]
		c.Subject = subjectOf(d.new, c.Hosts, c.Subject)
		d.r.Changes = append(d.r.Changes, *c)
	}
}

// subjectOf is the path of an argument of some nodes: of the node, of the pool that they all belong to, or of any node.
func subjectOf(r *Record, names []string, argument string) string {
	if len(names) == 1 {
		return "node." + names[0] + "." + argument
	}
	pool := r.node(names[0]).Pool
	for _, name := range names {
		if r.node(name).Pool != pool {
			pool = ""
		}
	}
	if pool != "" {
		return "node_pool." + pool + "." + argument
	}
	return "node.*." + argument
}

// nodeRow is the row for machines that join and leave.
func nodeRow() *Row {
	r, _ := lookup("node")
	return r
}

// whole is a change of an entire machine.
func (d *differ) whole(n *Node, when string, at *hcl.Range) Change {
	r := nodeRow()
	c := r.when(when)
	return Change{
		ID: id(r, c), Class: c.effective(), Subject: "node." + n.Name, Hosts: []string{n.Name}, Range: at, Detail: c.What, Source: r.Source,
		by: slices.Clone(c.By),
	}
}

func placeOf(n *Node, argument string) *hcl.Range {
	at, ok := n.at[argument]
	if !ok {
		if at, ok = n.at[""]; !ok {
			return nil
		}
	}
	return &at
}

// about describes a machine briefly: its roles, and where it is.
func about(n *Node) string {
	words := strings.Join(n.Args["roles"].List, ", ")
	if zone, ok := n.Args["failure_domain"]; ok {
		words += " in " + zone.String()
	}
	return words
}

// comes and goes return the cases of a machine with its roles, the most important first.
func comes(n *Node, external bool) []string {
	return cases(n, external, "a control plane joins", "a member of etcd joins", "a load balancer joins", "a worker joins")
}

func goes(n *Node, external bool) []string {
	return cases(n, external, "a control plane leaves", "a member of etcd leaves", "a load balancer leaves", "a worker leaves")
}

func cases(n *Node, external bool, controlPlane, member, balancer, worker string) []string {
	var out []string
	roles := n.roles()
	if roles.Has(plan.ControlPlane) {
		out = append(out, controlPlane)
	}
	if roles.Has(plan.EtcdRole) && external {
		out = append(out, member)
	}
	if roles.Has(plan.Balancer) {
		out = append(out, balancer)
	}
	if roles.Has(plan.Worker) && !roles.Has(plan.ControlPlane) {
		out = append(out, worker)
	}
	return out
}

// come reports a new machine. One with several roles is reported once, with the steps of all of them.
func (d *differ) come(n *Node) {
	d.machine(n, comes(n, d.new.external()), func(c *Change) {
		c.After, c.joins = about(n), []string{n.Name}
		c.by = d.withMove(c.by)
	}, placeOf(n, ""))
}

// leave reports a machine that leaves.
func (d *differ) leave(n *Node) {
	d.machine(n, goes(n, d.old.external()), func(c *Change) {
		c.Before, c.leaves = about(n), []string{n.Name}
		c.by = d.withMove(c.by)
	}, placeOf(n, ""))
}

// moves reports whether etcd moves between the control planes and dedicated hosts.
func (d *differ) moves() bool { return d.old.external() != d.new.external() }

// withMove removes from a machine's procedures what move-etcd.yml already does: it backs up etcd, and points the API servers to the new
// members.
func (d *differ) withMove(by []string) []string {
	if !d.moves() {
		return by
	}
	return slices.DeleteFunc(slices.Clone(by), func(id string) bool { return id == "save" || id == "etcd-endpoints" })
}

func (d *differ) machine(n *Node, whens []string, finish func(*Change), at *hcl.Range) {
	c := d.whole(n, whens[0], at)
	for _, when := range whens[1:] {
		more := nodeRow().when(when)
		c.Class = worse(c.Class, more.effective())
		c.Detail += " " + more.What
		c.by = append(c.by, more.By...)
	}
	finish(&c)
	d.r.Changes = append(d.r.Changes, c)
}

// renamed removes from both lists the machines that only have a new name.
func (d *differ) renamed(added, removed []*Node) (rest, gone []*Node) {
	taken := map[string]bool{}
	said := map[string]string{} // old names by new name
	for _, from := range slices.Sorted(maps.Keys(d.new.moves)) {
		if d.old.node(from) == nil {
			d.r.Hints = append(d.r.Hints, fmt.Sprintf("the block moved from %q is stale: the old design has no such node; "+
				"remove the block",
				from))
		}
		said[d.new.moves[from]] = from
	}
	places := map[string][]int{} // of removed machines, by name, hardware address, and address
	for i, o := range removed {
		for _, name := range []string{"mac", "address"} {
			if v := o.Args[name].plain(); v != "" {
				places[name+v] = append(places[name+v], i)
			}
		}
		places["name"+o.Name] = []int{i}
	}
	for _, n := range added {
		i := -1
		for _, at := range append(append(slices.Clone(places["mac"+n.Args["mac"].plain()]), places["address"+n.Args["address"].plain()]...),
			places["name"+said[n.Name]]...) {
			o := removed[at]
			fits := !taken[o.Name] && (said[n.Name] == o.Name || said[n.Name] == "" && d.new.moves[o.Name] == "" && same(o, n))
			if fits && (i < 0 || at < i) {
				i = at
			}
		}
		if i < 0 {
			rest = append(rest, n)
			continue
		}
		o := removed[i]
		taken[o.Name] = true
		c := d.whole(n, "renamed", placeOf(n, ""))
		c.Before, c.After = o.Name, n.Name
		c.joins, c.leaves = []string{n.Name}, []string{o.Name}
		c.Hosts = []string{o.Name, n.Name}
		c.by = d.leavesAndJoins(o, n)
		if said[n.Name] == "" {
			c.Detail = "Both names have the same address or hardware address, so they count as one machine. Write a moved block to state " +
				"that. " + c.Detail
		}
		d.r.Changes = append(d.r.Changes, c)
	}
	for _, o := range removed {
		if !taken[o.Name] {
			gone = append(gone, o)
		}
	}
	return rest, gone
}

// leavesAndJoins are the procedures for a machine that leaves as what it was and joins as what it is.
func (d *differ) leavesAndJoins(o, n *Node) []string {
	var by []string
	if critical(o) || critical(n) {
		by = []string{"save"}
	}
	for _, when := range append(goes(o, d.old.external()), comes(n, d.new.external())...) {
		by = append(by, nodeRow().when(when).By...)
	}
	return by
}

// critical reports whether the API or etcd depends on the machine.
func critical(n *Node) bool {
	return n.roles()&(plan.ControlPlane|plan.EtcdRole) != 0
}

// same reports whether two nodes are one machine, by IP or MAC address.
func same(a, b *Node) bool {
	for _, name := range []string{"mac", "address"} {
		x, had := a.Args[name]
		y, has := b.Args[name]
		if had && has {
			return x.Equal(y)
		}
	}
	return false
}

// swapped refuses an address that now belongs to another machine, which keeps its name or has not left the cluster yet.
func (d *differ) swapped() {
	owner := map[string]*Node{}
	for _, l := range d.old.Leaving {
		for _, n := range d.new.Nodes {
			if n.Name != l.Name && d.old.node(n.Name) == nil && same(l, n) {
				d.r.Changes = append(d.r.Changes, Change{
					ID: "node.address: taken from another", Class: Refused, Subject: "node." + n.Name + ".address",
					After: n.Args["address"].String(), Hosts: []string{n.Name}, Range: placeOf(n, "address"),
					Detail: fmt.Sprintf("%s has this address, and has not left the cluster yet. Run remove-host.yml -e host=%s first, and "+
						"generate with --removed %s. Then add the new node.", l.Name, l.Name, l.Name),
				})
			}
		}
	}
	for _, o := range d.old.Nodes {
		if a := o.Args["address"].plain(); a != "" {
			owner[a] = o
		}
	}
	for _, n := range d.new.Nodes {
		a := n.Args["address"].plain()
		o := owner[a]
		if a == "" || o == nil || o.Name == n.Name || d.new.node(o.Name) == nil || d.old.node(n.Name) == nil {
			continue
		}
		c := Change{
			ID: "node.address: taken from another", Class: Refused, Subject: "node." + n.Name + ".address",
			After: n.Args["address"].String(),
			Hosts: []string{o.Name, n.Name},
			Range: placeOf(n, "address"),
			Detail: fmt.Sprintf("%s has this address now, and keeps its name under another. Two hosts must not change places in "+
				"one edit: SSH keys, ARP, and etcd's peers would mix them up. Give one of them a third address first.", o.Name),
		}
		d.r.Changes = append(d.r.Changes, c)
	}
}

// kind is a kind of hosts of which one must always stay.
type kind struct {
	role      plan.Roles
	one, many string
	keeps     string // what only the old ones have
}

var lasting = []kind{
	{plan.ControlPlane, "control plane", "control planes", "the data and keys"},
	{plan.EtcdRole, "member of etcd", "members of etcd", "the data and keys"},
	{plan.Balancer, "load balancer", "load balancers", "the connection of all clients to the API"},
}

// only refuses an edit in which the only one leaves.
func (k *kind) only() string {
	return fmt.Sprintf("The only %s leaves in this edit, and nothing else has %s. Keep it as it is, or first add another one, and remove "+
		"this one in a second edit.", k.one, k.keeps)
}

// replaced refuses an edit that keeps no old control plane, member, or load balancer under its name and with its role, or that removes a
// majority of the members while others join.
func (d *differ) replaced(removed []*Node) {
	for _, kind := range lasting {
		before := d.old.having(kind.role)
		left, gone := len(before), 0 // those that leave for good, or lose the role
		var at *hcl.Range
		for _, o := range before {
			switch n := d.new.node(o.Name); {
			case n != nil && n.roles().Has(kind.role):
				continue
			case n != nil:
				gone++
				at = placeOf(n, "roles")
			case slices.Contains(removed, o):
				gone++
				at = placeOf(o, "")
			default: // it has another name
				at = placeOf(d.new.node(d.latterly(o.Name)), "")
			}
			left--
		}
		come := slices.ContainsFunc(d.new.having(kind.role), func(n *Node) bool {
			o := d.old.node(n.Name)
			return d.formerly(n.Name) == n.Name && (o == nil || !o.roles().Has(kind.role))
		})
		most := come && kind.role == plan.EtcdRole && gone >= plan.Quorum(len(before))
		none := left == 0
		if kind.role == plan.Balancer { // several leave and come back in turns, and new ones come first
			none = none && len(before) == 1 && gone == 0
		}
		if left == len(before) || !none && !most || d.old.external() != d.new.external() {
			continue
		}
		c := Change{
			ID: "node: too many at once", Class: Refused, Subject: "node", Before: fmt.Sprintf("%d %s", len(before), kind.many),
			After: fmt.Sprintf("%d of them left", left), Range: at,
			Detail: fmt.Sprintf("Too many %s change at once: those that stay must keep %s. Make several edits: first add the new ones, "+
				"then remove the others, a minority each time.", kind.many, kind.keeps),
		}
		if left == 0 {
			c.After = "none of them left"
		}
		if len(before) == 1 {
			c.Before = "1 " + kind.one
			c.Detail = kind.only()
		}
		d.r.Changes = append(d.r.Changes, c)
	}
}

// shifted finds pools in which at least two machines keep their names and get other addresses, which is refused as one edit.
func (d *differ) shifted() map[string]bool {
	moved := map[string][]string{}
	for _, n := range d.new.Nodes {
		o := d.old.node(n.Name)
		if o == nil || n.Pool == "" {
			continue
		}
		was, is := o.Args["address"], n.Args["address"]
		if was.Equal(is) || was.plain() == "" || is.plain() == "" {
			continue
		}
		moved[n.Pool] = append(moved[n.Pool], n.Name)
	}
	out := map[string]bool{}
	row, _ := lookup("node_pool.first_address")
	for _, pool := range slices.Sorted(maps.Keys(moved)) {
		names := moved[pool]
		if len(names) < 2 {
			continue
		}
		out[pool] = true
		first := d.new.node(names[0])
		d.r.Changes = append(d.r.Changes, Change{
			ID: id(row, &row.Cases[0]), Class: Refused, Subject: "node_pool." + pool + ".first_address",
			Before: d.old.node(names[0]).Args["address"].String(), After: first.Args["address"].String(),
			Hosts: names, Range: placeOf(first, "address"), Detail: row.Cases[0].What,
		})
	}
	return out
}

// compare reports how a machine that stays changes. tell groups identical changes of several machines.
func (d *differ) compare(o, n *Node, moved map[string]bool, tell func(string, Change)) {
	names := slices.Collect(maps.Keys(o.Args))
	for name := range n.Args {
		if _, ok := o.Args[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		before, had := o.Args[name]
		after, has := n.Args[name]
		if had && has && before.Equal(after) || name == "address" && moved[n.Pool] {
			continue
		}
		arg := argument(name)
		r, ok := lookup("node." + arg)
		if !ok {
			continue
		}
		e := &edit{old: d.old, new: d.new, path: mark("node", n.Name) + "." + name, before: before, had: had, after: after, has: has}
		c := Change{Subject: name, Before: before.shown(had), After: after.shown(has), Hosts: []string{n.Name}, Source: r.Source,
			Range: placeOf(n,
				arg), args: []argOf{{n.Name, name}}}
		var chosen *Case
		switch arg {
		case "roles":
			if chosen = d.roles(o, n, r, &c); chosen == nil {
				d.follow(c.args)
				continue
			}
		case "address":
			chosen = d.address(o, n, r)
			c.by = chosen.By
		default:
			chosen = r.choose(e)
			c.by = chosen.By
		}
		c.ID, c.Class, c.Detail = id(r, chosen), chosen.effective(), chosen.What
		if d.ignored("node."+arg) || d.old.Target == d.new.Target && slices.Contains(n.unread, arg) {
			c.Class, c.Detail, c.by = None, d.ignoredWhat(), nil
		}
		if (slices.Contains(c.by, "node-again") || slices.Contains(c.by, "node-anew")) && critical(o) {
			c.by = append([]string{"save"}, c.by...)
			for _, kind := range lasting {
				if len(d.old.having(kind.role)) == 1 && o.roles().Has(kind.role) {
					c.ID, c.Class, c.by, c.Detail = "node: too many at once", Refused, nil, kind.only()
				}
			}
		}
		tell(strings.Join([]string{c.ID, name, c.Before, c.After, strings.Join(c.by, " "), n.Pool}, "\x00"), c)
	}
}

// follow lets roles change with the place where etcd runs if they depend on it.
func (d *differ) follow(args []argOf) {
	if d.moves() {
		c := d.changeOf("etcd.topology")
		c.args = append(c.args, args...)
	}
}

// roles judges a change of roles; nil if it follows from where etcd runs.
func (d *differ) roles(o, n *Node, r *Row, c *Change) *Case {
	before, after := o.roles(), n.roles()
	member := d.old.external() && d.new.external()
	if !member {
		before, after = before&^plan.EtcdRole, after&^plan.EtcdRole
	}
	lost, won := before&^after, after&^before
	if lost|won == 0 {
		return nil
	}
	switch {
	case won.Has(plan.ControlPlane) && before.Has(plan.Worker):
		c.by = r.when("a worker becomes a control plane").By
		return r.when("a worker becomes a control plane")
	case lost|won == plan.Worker && before.Has(plan.ControlPlane):
		c.by = []string{"labels"}
		return r.when("a control plane runs ordinary pods, or no longer does")
	case lost.Has(plan.ControlPlane) && after == plan.Worker && before&^plan.Worker == plan.ControlPlane:
		c.by = r.when("a control plane becomes a worker").By
		return r.when("a control plane becomes a worker")
	case lost != 0:
		c.by = d.leavesAndJoins(o, n)
		return r.when("a role is removed")
	}
	for _, step := range []struct {
		role plan.Roles
		when string
	}{
		{plan.ControlPlane, "a control plane joins"}, {plan.EtcdRole, "a member of etcd joins"}, {plan.Balancer, "a load balancer joins"},
		{plan.Worker, "a worker joins"},
	} {
		if won.Has(step.role) && (step.role != plan.Worker || !won.Has(plan.ControlPlane)) {
			c.by = append(c.by, nodeRow().when(step.when).By...)
		}
	}
	return r.when("a role is added")
}

// address judges a changed address by the roles of the machine.
func (d *differ) address(o, n *Node, r *Row) *Case {
	roles := o.roles()
	switch {
	case roles.Has(plan.ControlPlane) && len(d.old.having(plan.ControlPlane)) == 1:
		return r.when("the only control plane")
	case roles.Has(plan.ControlPlane):
		return r.when("a control plane")
	case roles.Has(plan.EtcdRole):
		return r.when("a member of external etcd")
	case roles.Has(plan.Balancer):
		return r.when("a load balancer")
	}
	return r.when("a worker")
}
