package change

import (
	"fmt"

	"github.com/k8splan/k8splan/planner/plan"
)

// Procedures are all of the table.
func Procedures() []Procedure { return procedures }

// Walk applies the steps of a report to its old design and returns the last state, and what is wrong with one on the way: no control plane,
// or no member of etcd, where there were some.
func Walk(r *Report) (end *Record, wrong string) {
	d := &differ{old: r.Old, new: r.New, r: r}
	end = d.walk(func(i int, _, at *Record) {
		for _, role := range []plan.Roles{plan.ControlPlane, plan.EtcdRole} {
			if len(r.Old.having(role)) > 0 && len(at.having(role)) == 0 {
				wrong = fmt.Sprintf("after %s nobody is %v", r.Steps[i].ID, role.Strings())
			}
		}
	})
	end.Release = r.New.Release
	return end, wrong
}
