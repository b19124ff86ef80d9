package change

import (
	"fmt"
	"slices"
	"strings"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/simulate"
)

// Procedures returns the whole table.
func Procedures() []Procedure { return procedures }

// Walk applies the steps of a report to its old design. It returns the last state, and what is wrong with an intermediate one: no control
// plane or no etcd member although there were some.
func Walk(r *Report) (end *Record, wrong string) {
	d := &differ{old: r.Old, new: r.New, r: r}
	end = d.walk(func(i int, at *Record, done bool) {
		for _, role := range []plan.Roles{plan.ControlPlane, plan.EtcdRole} {
			if len(r.Old.having(role)) > 0 && len(at.having(role)) == 0 {
				wrong = fmt.Sprintf("after %s no host is %v", r.Steps[i].ID, role.Strings())
			}
		}
	})
	end.Release = r.New.Release
	return end, wrong
}

// States returns the designs after each step of a report.
func States(r *Report) []*Record {
	var out []*Record
	(&differ{old: r.Old, new: r.New, r: r}).walk(func(_ int, at *Record, done bool) {
		if done {
			out = append(out, at.clone())
		}
	})
	return out
}

// Best returns the highest minimum of what the cluster survives over all orders of the steps by which machines join and leave, and the
// minimum of the chosen order. A machine that comes back leaves first.
func Best(r *Report) (best, chosen int) {
	var moves []Step
	for _, s := range r.Steps {
		if len(s.joins)+len(s.leaves) > 0 {
			moves = append(moves, s)
		}
	}
	try := func(order []Step) int {
		with := *r
		with.Steps = order
		least := r.Before.min()
		(&differ{old: r.Old, new: r.New, r: &with}).walk(func(_ int, at *Record, _ bool) {
			least = min(least, spare(simulate.New(at.model())).min())
		})
		return least
	}
	chosen = try(moves)
	best = chosen
	d := &differ{old: r.Old, new: r.New, r: r}
	permute(moves, 0, d.formerly, func(order []Step) { best = max(best, try(order)) })
	return best, chosen
}

func permute(steps []Step, from int, machine func(string) string, visit func([]Step)) {
	if from == len(steps) {
		for i, s := range steps {
			for _, before := range steps[:i] {
				leaves, left := strings.HasPrefix(s.ID, "remove-"), strings.HasPrefix(before.ID, "remove-")
				if leaves && !left && hostOf(s.ID) != "" && machine(hostOf(s.ID)) == machine(hostOf(before.ID)) {
					return
				}
			}
		}
		visit(slices.Clone(steps))
		return
	}
	for i := from; i < len(steps); i++ {
		steps[from], steps[i] = steps[i], steps[from]
		permute(steps, from+1, machine, visit)
		steps[from], steps[i] = steps[i], steps[from]
	}
}
