package change

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/simulate"
	"github.com/k8splan/k8splan/planner/spelling"
)

// Sentence summarizes for a reviewer, in a few sentences: which machines join and leave, what else changes, and how that affects what the
// design survives.
func (r *Report) Sentence() string {
	if r.Verdict == None && len(r.Changes) == 0 {
		return "Nothing changes."
	}
	var out []string
	var settings, refused []string
	touched := map[string]bool{}
	come, gone := map[string]bool{}, map[string]bool{}
	for _, c := range r.Changes {
		switch {
		case c.Class == Refused:
			refused = add(refused, c.Subject)
		case len(c.joins)+len(c.leaves) > 0:
		case c.Class != None && !slices.Contains(refused, c.Subject):
			settings = add(settings, c.Subject)
		}
		for _, name := range c.joins {
			come[name] = true
		}
		for _, name := range c.leaves {
			gone[name] = true
		}
	}
	for _, s := range r.Steps {
		for _, name := range s.Hosts {
			touched[name] = touched[name] || s.of.ID != "save"
		}
	}
	if len(refused) > 0 {
		out = append(out, fmt.Sprintf("This cannot be applied to a running cluster: %s.", few(refused)))
	}
	out = append(out, movement(r.New, come, "joins", "join")...)
	out = append(out, movement(r.Old, gone, "leaves", "leave")...)
	if len(settings) > 0 {
		verb := "change"
		if len(settings) == 1 {
			verb = "changes"
		}
		out = append(out, few(settings)+" "+verb+".")
	}
	others := 0
	for name, worked := range touched {
		if worked && !come[name] && !gone[name] {
			others++
		}
	}
	switch {
	case r.Verdict == None:
		out = append(out, "No host changes.")
	case others == 0 && len(come)+len(gone) > 0 && len(refused) == 0 && len(settings) == 0:
		out = append(out, "No other host changes.")
	case others > 0 && len(refused) == 0:
		out = append(out, workedOn(others, r.staying()))
	}
	if s := r.survival(); s != "" {
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

func (r *Report) staying() int {
	n := 0
	for _, node := range r.New.Nodes {
		if r.Old.node(node.Name) != nil {
			n++
		}
	}
	return n
}

// workedOn says how many of the remaining hosts are worked on.
func workedOn(n, of int) string {
	switch {
	case of == 1:
		return "The existing host changes."
	case n == of:
		return fmt.Sprintf("All %d existing hosts change.", of)
	case n == 1:
		return fmt.Sprintf("1 of the %d existing hosts changes.", of)
	}
	return fmt.Sprintf("%d of the %d existing hosts change.", n, of)
}

// movement says which machines join or leave, by role.
func movement(r *Record, names map[string]bool, one, many string) []string {
	kinds := []struct {
		role         plan.Roles
		one, several string
	}{
		{plan.ControlPlane, "control plane", "control planes"}, {plan.EtcdRole, "etcd member", "etcd members"},
		{plan.Balancer, "load balancer", "load balancers"}, {plan.Worker, "worker", "workers"},
	}
	told := map[string]bool{}
	var out []string
	for _, kind := range kinds {
		var list []string
		for _, n := range r.Nodes {
			if names[n.Name] && !told[n.Name] && n.roles().Has(kind.role) {
				told[n.Name] = true
				name := n.Name
				if zone, ok := n.Args["failure_domain"]; ok {
					name += " (" + zone.String() + ")"
				}
				list = append(list, name)
			}
		}
		switch len(list) {
		case 0:
		case 1:
			out = append(out, fmt.Sprintf("1 %s %s: %s.", kind.one, one, list[0]))
		default:
			out = append(out, fmt.Sprintf("%d %s %s: %s.", len(list), kind.several, many, few(list)))
		}
	}
	return out
}

// survival says how the edit changes what the design survives.
func (r *Report) survival() string {
	if !r.Judged || r.Verdict == Refused {
		return ""
	}
	zones, what := r.zonesThatStop()
	if r.Verdict == None {
		if len(zones) == 0 {
			return ""
		}
		return fmt.Sprintf("Losing %s now stops %s.", spelling.List(zones, "or"), what)
	}
	var out string
	switch {
	case r.Before.equal(r.After):
		out = "What the design survives stays the same"
	default:
		out = fmt.Sprintf("Before, %s; after, %s", r.Before.words(), r.After.words())
	}
	if len(zones) > 0 {
		out = strings.Replace(out, "What the design survives stays", "What the design survives of single nodes stays", 1)
		out += fmt.Sprintf("; losing %s now stops %s", spelling.List(zones, "or"), what)
	}
	if zone, left, all := r.workersLeft(); zone != "" {
		out += fmt.Sprintf("; after losing %s, %d of %d workers remain", zone, left, all)
	}
	return out + "."
}

func (s Spare) equal(t Spare) bool { return s.score() == t.score() }

// words describes what both survive, or each of them.
func (s Spare) words() string {
	if s.Writes != nil && s.API != nil && *s.Writes == *s.API {
		return "writes and the API survive " + losses(s.Writes)
	}
	return "writes survive " + losses(s.Writes) + " and the API " + losses(s.API)
}

// losses says how many nodes, whichever they are, may be lost.
func losses(n *int) string {
	switch {
	case n == nil:
		return "nothing: they are unavailable"
	case *n == 0:
		return "no loss"
	case *n == 1:
		return "the loss of any 1 node"
	}
	return fmt.Sprintf("the loss of any %d nodes", *n)
}

// zonesThatStop are the failure domains whose loss stops writes or the API after the edit but not before, and what it stops.
func (r *Report) zonesThatStop() (zones []string, what string) {
	before, after := r.Old.stops(), r.New.stops()
	if len(before) < 2 || len(after) < 2 { // none were stated, or there is only one
		return nil, ""
	}
	tolerant := !slices.ContainsFunc(slices.Collect(maps.Values(before)), func(s string) bool { return s != "" })
	for _, zone := range slices.SortedFunc(maps.Keys(after), plan.Natural) {
		was, had := before[zone]
		if after[zone] == "" || was != "" || !had && !tolerant || what != "" && after[zone] != what {
			continue
		}
		zones, what = append(zones, zone), after[zone]
	}
	return zones, what
}

// stops says for each failure domain what its loss stops, "" for nothing.
func (r *Record) stops() map[string]string {
	hosts := map[string][]string{}
	for _, n := range r.Nodes {
		if zone := n.Args["failure_domain"].plain(); zone != "" {
			hosts[zone] = append(hosts[zone], n.Name)
		}
	}
	out := map[string]string{}
	m := simulate.New(r.model())
	for zone, names := range hosts {
		switch left := spare(m, names...); {
		case left.Writes == nil && left.API == nil:
			out[zone] = "writes and the API"
		case left.Writes == nil:
			out[zone] = "writes"
		case left.API == nil:
			out[zone] = "the API"
		default:
			out[zone] = ""
		}
	}
	return out
}

// workersLeft is the failure domain whose loss affects the most workers, if workers join or leave; "" if there is nothing to report.
func (r *Report) workersLeft() (zone string, left, all int) {
	before := len(r.Old.having(plan.Worker))
	lost := map[string]int{}
	for _, n := range r.New.having(plan.Worker) {
		all++
		if z, ok := n.Args["failure_domain"]; ok {
			lost[z.String()]++
		}
	}
	if before == all || len(lost) < 2 {
		return "", 0, 0
	}
	for z, n := range lost {
		if n > lost[zone] || n == lost[zone] && (zone == "" || plan.Natural(z, zone) < 0) {
			zone = z
		}
	}
	return zone, all - lost[zone], all
}

// Weak says between which steps the cluster survives less than before and after, "" if it never does.
func (r *Report) Weak() []string {
	var out []string
	floor := min(r.Before.min(), r.After.min())
	for i := 0; i < len(r.Steps); i++ {
		now := r.Steps[i].Survives
		if !r.Judged || now.min() >= floor {
			continue
		}
		j := i
		for j+1 < len(r.Steps) && r.Steps[j+1].Survives.equal(now) {
			j++
		}
		where := fmt.Sprintf("In step %d", i+1)
		if j > i {
			where = fmt.Sprintf("Between steps %d and %d", i+1, j+1)
		}
		switch {
		case now.Writes == nil && now.API == nil:
			out = append(out, where+" writes and the API are unavailable.")
		case now.API == nil:
			out = append(out, where+" the API is unavailable.")
		case now.Writes == nil:
			out = append(out, where+" writes are unavailable.")
		case now.min() == 0:
			out = append(out, where+" the cluster survives no loss.")
		default:
			out = append(out, where+" "+now.words()+".")
		}
		i = j
	}
	return out
}
