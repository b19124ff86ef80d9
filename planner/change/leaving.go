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

// Removal is the command that takes leaving host i out of the cluster. Machines that come back under another name do so in turn, and those
// that are still to come are left out of its run.
func Removal(design *Record, leaving []*Node, i int) string {
	var waits []string
	for j, n := range leaving {
		if next := design.successor(n); next != "" && j != i && (j > i || design.successor(leaving[i]) == "") {
			waits = append(waits, next)
		}
	}
	return "ansible-playbook remove-host.yml -e host=" + leaving[i].Name + limit(waits)
}

// successor is the name that a machine which leaves has in the design, "" if it is not there.
func (r *Record) successor(o *Node) string {
	for _, n := range r.Nodes {
		if same(o, n) {
			return n.Name
		}
	}
	return ""
}

// limit leaves machines out of a run of ansible-playbook; "all" does not contain the implicit localhost.
func limit(waits []string) string {
	if len(waits) == 0 {
		return ""
	}
	return " --limit 'all:localhost:!" + strings.Join(waits, ":!") + "'"
}
