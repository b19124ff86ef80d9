package report

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/k8splan/k8splan/planner/change"
	"github.com/k8splan/k8splan/planner/describe"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/simulate"
	"github.com/k8splan/k8splan/planner/spelling"
)

// Changes holds the steps from another design to this one.
type Changes struct{ Report *change.Report }

// ChangeData holds the steps as a slider shows them: the machines that exist at any time, and which of them exist before the steps and
// after each.
type ChangeData struct {
	Zones []string           `json:"zones"`
	Units []string           `json:"units"` // units with several machines
	Nodes []ChangeNode       `json:"nodes"`
	Cuts  []simulate.DataCut `json:"cuts"`
	// States are the distinct states; At is the state before the steps and after each.
	States []ChangeState `json:"states"`
	At     []int         `json:"at"`
}

// ChangeNode is a machine during a period. A machine that changes its place or its roles appears twice.
type ChangeNode struct {
	simulate.DataNode
	Units []int `json:"u"`
}

// ChangeState is the cluster at a point in time.
type ChangeState struct {
	Nodes     string              `json:"nodes"` // runs of indices: first:step:count
	Balancer  string              `json:"balancer"`
	Stacked   bool                `json:"stacked"`
	VirtualIP string              `json:"virtual_ip"`
	Stops     []simulate.DataStop `json:"stops"`
}

// data computes the states of all steps.
func (c *Changes) data() *ChangeData {
	d := &ChangeData{Zones: []string{}, Units: []string{}, Cuts: []simulate.DataCut{}}
	nodes, known := map[string]int{}, map[string]int{}
	zones, units := map[string]int{}, map[string]int{}
	for _, p := range c.Report.States() {
		s := simulate.New(p).State()
		for _, zone := range s.Zones {
			indexOf(zone, zones, &d.Zones)
		}
		in := make([][]int, len(s.Nodes))
		for _, g := range s.Groups {
			unit := indexOf(g.Unit, units, &d.Units)
			for _, i := range g.Nodes {
				in[i] = append(in[i], unit)
			}
		}
		order := make([]int, len(s.Nodes))
		for i, n := range s.Nodes {
			n.Zone = zones[s.Zones[n.Zone]]
			key := fmt.Sprint(n, in[i])
			at, ok := nodes[key]
			if !ok {
				at = len(d.Nodes)
				nodes[key] = at
				d.Nodes = append(d.Nodes, ChangeNode{n, append([]int{}, in[i]...)})
			}
			order[i] = at
		}
		state := ChangeState{runsOf(order), s.Balancer, s.Stacked, s.VirtualIP, s.Stops}
		key, err := json.Marshal(state)
		if err != nil {
			panic("report: " + err.Error())
		}
		at, ok := known[string(key)]
		if !ok {
			at = len(d.States)
			known[string(key)] = at
			d.States = append(d.States, state)
		}
		d.At = append(d.At, at)
		for _, cut := range s.Cuts {
			if slices.ContainsFunc(d.Cuts, func(c simulate.DataCut) bool { return c.Cut == cut.Cut }) {
				continue
			}
			for i, pair := range cut.Pairs {
				cut.Pairs[i] = [2]int{zones[s.Zones[pair[0]]], zones[s.Zones[pair[1]]]}
			}
			d.Cuts = append(d.Cuts, cut)
		}
	}
	return d
}

// indexOf returns the index of a text in a list, adding it if it is new.
func indexOf(text string, known map[string]int, list *[]string) int {
	i, ok := known[text]
	if !ok {
		i = len(*list)
		known[text] = i
		*list = append(*list, text)
	}
	return i
}

// union returns a design with every machine that exists at any time, for the picture. A machine that changes its place is in both places.
func (c *Changes) union(p *plan.Plan) *plan.Plan {
	all := *p
	all.Nodes = slices.Clone(p.Nodes)
	all.Etcd.Members, all.LoadBalancer.Nodes = slices.Clone(p.Etcd.Members), slices.Clone(p.LoadBalancer.Nodes)
	seen := map[string]bool{}
	key := func(n *plan.Node) string {
		return strings.Join([]string{n.Name, n.FailureDomain, n.Carrier(), fmt.Sprint(n.Roles)}, "\x00")
	}
	for _, n := range p.Nodes {
		seen[key(n)] = true
	}
	for _, state := range c.Report.States() {
		for _, n := range state.Nodes {
			if seen[key(n)] {
				continue
			}
			seen[key(n)] = true
			all.Nodes = append(all.Nodes, n)
			if n.Roles.Has(plan.Balancer) && !slices.ContainsFunc(all.LoadBalancer.Nodes, named(n)) {
				all.LoadBalancer.Nodes = append(all.LoadBalancer.Nodes, n)
			}
		}
		for _, m := range state.Etcd.Members {
			if !slices.ContainsFunc(all.Etcd.Members, func(o plan.Member) bool { return o.Name == m.Name }) {
				all.Etcd.Members = append(all.Etcd.Members, m)
			}
		}
	}
	slices.SortStableFunc(all.Nodes, func(a, b *plan.Node) int { return plan.Natural(a.Name, b.Name) })
	return &all
}

// moves returns the machines that appear twice in a union.
func moves(p *plan.Plan, c *Changes) map[string]bool {
	if c == nil {
		return nil
	}
	out := map[string]bool{}
	for i, n := range p.Nodes {
		if i > 0 && p.Nodes[i-1].Name == n.Name {
			out[n.Name] = true
		}
	}
	return out
}

// named matches a node by its name.
func named(n *plan.Node) func(*plan.Node) bool {
	return func(o *plan.Node) bool { return o.Name == n.Name }
}

// changes writes the verdict on the edit.
func (w *page) changes(c *Changes) {
	d := describe.Changes(c.Report)
	w.WriteString("<section class=\"part first\" aria-labelledby=\"h-diff\">\n")
	fmt.Fprintf(w, "<h2 id=\"h-diff\">%s</h2>\n", fmt.Sprintf(sayDiff, esc(string(d.Verdict))))
	fmt.Fprintf(w, "<p>%s</p>\n", esc(d.Summary))
	for _, hint := range d.Hints {
		fmt.Fprintf(w, "<p class=\"soft\">%s</p>\n", esc(hint))
	}
	for _, weak := range c.Report.Weak() {
		fmt.Fprintf(w, "<p class=\"soft\">%s</p>\n", esc(weak))
	}
	w.WriteString("</section>\n")
}

// slider writes the control that moves through the steps. Without the script, only the table of steps is shown.
func (w *page) slider(c *Changes) {
	steps := c.Report.Steps
	last := max(1, len(steps))
	fmt.Fprintf(w, "<div id=\"steps\" class=\"tools\" hidden>\n<label for=\"step\">"+sayState+"</label> "+
		"<button type=\"button\" id=\"back\" aria-label=\""+sayBack+"\">‹</button>"+
		"<input type=\"range\" id=\"step\" min=\"0\" max=\"%d\" value=\"0\">"+
		"<button type=\"button\" id=\"on\" aria-label=\""+sayNext+"\">›</button>\n"+
		"<output id=\"when\" for=\"step\"></output>\n</div>\n<div id=\"texts\" hidden>\n<p>"+sayBefore+"</p>\n", last)
	for i, s := range steps {
		fmt.Fprintf(w, "<p><b>%d of %d. %s</b>%s<br><code>%s</code><br><span class=\"soft\">"+sayThen+"%s</span></p>\n", i+1,
			len(steps), esc(s.Title), esc(of(s.Hosts)), esc(by(s)), esc(s.Gate), esc(s.Undo), esc(survives(c.Report, s)))
	}
	if len(steps) == 0 {
		w.WriteString("<p>" + sayAfter + "</p>\n")
	}
	w.WriteString("</div>\n")
}

// of lists hosts after a title.
func of(hosts []string) string {
	switch n := len(hosts); {
	case n == 0:
		return ""
	case n > folded:
		return fmt.Sprintf(": %s and %s", strings.Join(hosts[:folded-1], ", "), spelling.Quantity(n-folded+1, "other", "others"))
	}
	return ": " + strings.Join(hosts, ", ")
}

// by names who carries out a step.
func by(s change.Step) string {
	if command := s.Command(); command != "" {
		return command
	}
	return sayByHand + s.ByHand
}

// survives describes what the cluster survives during a step.
func survives(r *change.Report, s change.Step) string {
	if !r.Judged {
		return ""
	}
	return fmt.Sprintf(sayMeanwhile, losses(s.Survives.Writes), losses(s.Survives.API))
}

func losses(n *int) string {
	switch {
	case n == nil:
		return sayStopped
	case *n == 0:
		return sayNoLoss
	}
	return sayAnyLoss + spelling.Quantity(*n, "machine", "machines")
}

// changed writes the differences and the steps.
func (w *page) changed(c *Changes) {
	d := describe.Changes(c.Report)
	was := func(s *string) string {
		if s == nil {
			return "–"
		}
		return *s
	}
	var rows [][]string
	for _, one := range d.Changes {
		rows = append(rows, []string{string(one.Class), one.Subject, was(one.Before), was(one.After), one.Detail})
	}
	w.table("changed", rows)
	rows = nil
	for i, s := range c.Report.Steps {
		row := []string{fmt.Sprint(i + 1), s.Title + of(s.Hosts), "`" + by(s), s.Gate, s.Undo}
		if c.Report.Judged {
			row = append(row, losses(s.Survives.Writes), losses(s.Survives.API))
		}
		rows = append(rows, row)
	}
	say := tableTexts["way"]
	if !c.Report.Judged {
		say.heads = say.heads[:len(say.heads)-2]
	}
	w.tableAs("way", say, rows)
}
