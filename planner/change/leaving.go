package change

import (
	"maps"
	"slices"
	"strings"

	"github.com/k8splan/k8splan/planner/plan"
)

// kept are the arguments of a machine that left the design that are needed to remove it from the cluster.
var kept = []string{"address", "secondary_address", "ssh_address", "arch", "roles"}

// Leaving returns the machines that the cluster may still have although the new design lacks them: those of the old design, and those that
// were already leaving, except the ones in removed. Machines with a secret address are omitted, because the name alone is of no use.
func Leaving(old, next *Record, removed []string) []*Node {
	if old.Hosting != plan.Hosts || next.Hosting != plan.Hosts {
		return nil
	}
	var out []*Node
	for _, n := range slices.Concat(old.Nodes, old.Leaving) {
		if next.node(n.Name) != nil || slices.Contains(removed, n.Name) || n.Args["address"].plain() == "" {
			continue
		}
		args := maps.Clone(n.Args)
		maps.DeleteFunc(args, func(name string, _ Value) bool { return !slices.Contains(kept, name) })
		out = append(out, &Node{Name: n.Name, Args: args})
	}
	slices.SortFunc(out, func(a, b *Node) int { return plan.Natural(a.Name, b.Name) })
	return out
}

// Departing converts a leaving machine to the emitters' type.
func (n *Node) Departing() plan.Leaving {
	return plan.Leaving{
		Name: n.Name, SSHAddress: n.Args["ssh_address"].plain(), Address: n.Args["address"].plain(), Arch: n.Args["arch"].plain(),
		Roles: n.Args["roles"].List,
	}
}

// removals are the commands that take leaving hosts out of the cluster. Machines that come back under another name do so in turn, and those
// that are still to come are left out of the runs.
func removals(design *Record, leaving []*Node) []string {
	names := map[string]string{} // by address
	for _, n := range design.Nodes {
		if a := n.Args["address"].plain(); a != "" {
			names[a] = n.Name
		}
	}
	var order []string
	turn := make([]int, len(leaving))
	for i, n := range leaving {
		turn[i] = -1
		if next := names[n.Args["address"].plain()]; next != "" {
			turn[i] = len(order)
			order = append(order, next)
		}
	}
	q := newQueue(order, design, nil, leaving)
	out := make([]string, len(leaving))
	for i, n := range leaving {
		w := waits{queue: q}
		if turn[i] >= 0 {
			w.from, w.name = turn[i]+1, order[turn[i]]
		}
		out[i] = "ansible-playbook remove-host.yml -e host=" + n.Name + w.limit()
	}
	return out
}

// queue are the machines of an edit that leave and come back, in turn, by their new names.
type queue struct {
	order    []string
	families []family
	alone    []int // positions of those in no family
}

// family are workers whose names differ by a number, and that no other name of the inventory looks like.
type family struct {
	before, after string
	at            []int // positions in the queue
}

// waits are the machines of a queue that a run of ansible-playbook leaves out: those from a position on.
type waits struct {
	queue *queue
	from  int
	name  string // the machine that comes back in this run, "" if none does
}

// folded is the number of waiting machines from which a pattern stands for their names.
const folded = 4

// queue returns the queue of an edit.
func (d *differ) queue(order []string) *queue { return newQueue(order, d.new, d.old, d.new.Leaving) }

func newQueue(order []string, design, before *Record, leaving []*Node) *queue {
	q := &queue{order: order}
	index := map[string]int{}
	for i, name := range order {
		index[name] = i
	}
	type key struct{ before, after string }
	found := map[key]*family{}
	var keys []key
	spoiled := map[key]bool{} // other names look alike
	visit := func(name string, worker bool) {
		k, ok := key{}, false
		if k.before, k.after, ok = numbered(name); !ok {
			return
		}
		i, waiting := index[name]
		if !waiting || !worker {
			spoiled[k] = true
			return
		}
		if found[k] == nil {
			found[k] = &family{before: k.before, after: k.after}
			keys = append(keys, k)
		}
		found[k].at = append(found[k].at, i)
	}
	for _, n := range design.Nodes {
		worker := n.roles() == plan.Worker
		if before != nil && worker {
			o := before.node(n.Name)
			worker = o == nil || o.roles() == plan.Worker
		}
		visit(n.Name, worker)
		for _, group := range n.Args["groups"].List {
			visit(group, false)
		}
	}
	if before != nil {
		for _, o := range before.Nodes {
			if design.node(o.Name) == nil {
				visit(o.Name, false)
			}
		}
	}
	for _, n := range leaving {
		visit(n.Name, false)
	}
	within := make([]bool, len(order))
	for _, k := range keys {
		if f := found[k]; !spoiled[k] && len(f.at) > folded {
			slices.Sort(f.at)
			for _, i := range f.at {
				within[i] = true
			}
			q.families = append(q.families, *f)
		}
	}
	for i := range order {
		if !within[i] {
			q.alone = append(q.alone, i)
		}
	}
	return q
}

// numbered splits a name at its last number.
func numbered(name string) (before, after string, ok bool) {
	digit := func(r rune) bool { return r >= '0' && r <= '9' }
	end := strings.LastIndexFunc(name, digit) + 1
	if end == 0 {
		return "", "", false
	}
	start := strings.LastIndexFunc(name[:end], func(r rune) bool { return !digit(r) }) + 1
	plain := func(s string) bool {
		return strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == ""
	}
	return name[:start], name[end:], plain(name)
}

// limit leaves the machines out of a run of ansible-playbook; "all" does not contain the implicit localhost. For many workers of a pool, it
// is a pattern that they all match. Those of them that have come back already are left out, too, until the last turn: nothing is done to
// them, and neither etcd nor the API depends on them.
func (w waits) limit() string {
	if w.queue == nil || w.from >= len(w.queue.order) {
		return ""
	}
	var out strings.Builder
	from := func(at []int) []int { i, _ := slices.BinarySearch(at, w.from); return at[i:] }
	for _, i := range from(w.queue.alone) {
		out.WriteString(":!" + w.queue.order[i])
	}
	for _, f := range w.queue.families {
		rest := from(f.at)
		if len(rest) <= folded {
			for _, i := range rest {
				out.WriteString(":!" + w.queue.order[i])
			}
			continue
		}
		but := ""
		if b, a, _ := numbered(w.name); w.name != "" && b == f.before && a == f.after {
			but = "(?!" + quoted(strings.TrimPrefix(w.name, f.before)) + "$)"
		}
		out.WriteString(":!~^" + quoted(f.before) + but + `[0-9]+` + quoted(f.after) + "$")
	}
	return " --limit 'all:localhost" + out.String() + "'"
}

// quoted is a name in a regular expression.
func quoted(s string) string { return strings.ReplaceAll(s, ".", "[.]") }
