package describe

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/k8splan/k8splan/planner/simulate"
	"github.com/k8splan/k8splan/planner/spelling"
)

// marks are the one-column symbols of states.
var marks = map[simulate.State]string{simulate.Up: "✓", simulate.Degraded: "◐", simulate.Depends: "?", simulate.Down: "✗"}

// colors are ANSI foreground codes by state.
var colors = map[simulate.State]string{simulate.Up: "32", simulate.Degraded: "33", simulate.Depends: "35", simulate.Down: "31"}

// columns are the column heads of the table, in the order of simulate.Capabilities.
var columns = []string{"writes", "reads", "API", "schedule", "pods", "services", "DNS", "join"}

// Survival prints what a design survives: the table of single failures, the pairs that stop what neither half stops, the smallest sets that
// stop something, and the single points of failure.
func Survival(w io.Writer, cluster string, m *simulate.Model, r simulate.Report, style Style) {
	s := survival{w, style.Color, style.columns()}
	s.printf("%s: what it survives\n\n", cluster)
	s.prose("", r.Sentence)
	s.printf("\n")
	alone := simulate.Fold(append(slices.Clone(r.Singles), r.Cuts...))
	together := simulate.Fold(r.Pairs)
	width := 0
	for _, l := range slices.Concat(alone, together) {
		width = max(width, utf8.RuneCountInString(l.Name))
	}
	width = max(len("When this fails"), min(width, 60, s.width-marksWidth()-2))
	s.head("When this fails", width)
	s.row("nothing", width, r.Baseline)
	for _, l := range alone {
		s.row(l.Name, width, l.Outcome)
	}
	if len(together) > 0 {
		s.printf("\n")
		s.head("Both at once", width)
		for _, l := range together {
			s.row(l.Name, width, l.Outcome)
		}
	}
	s.printf("\n")
	s.prose("", "✓ works, ◐ works with less, or not from everywhere, ? may or may not work, ✗ does not work.")
	switch {
	case !r.PairsAll:
		s.prose("", "The search for pairs reached its limit: other pairs may also stop something.")
	case r.PairsJudged > 0:
		s.prose("", fmt.Sprintf("All %s pairs were simulated. Pairs not shown stop nothing beyond what one of the two stops alone.",
			spelling.Thousands(r.PairsJudged)))
	}

	s.printf("\nSmallest sets that stop\n")
	for _, set := range []struct {
		what  string
		stops simulate.Stops
	}{{"writes", r.StopsWrites}, {"the API", r.StopsAPI}, {"the API and every pod", r.StopsAll}} {
		lines, more := set.stops.Lines(8)
		switch {
		case set.stops.Exhausted:
			lines = append(lines, "the search reached its limit: there may be more")
		case more > 0:
			lines = append(lines, fmt.Sprintf("… and %s more of this size", spelling.Thousands(more)))
		case len(lines) == 0:
			lines = []string{fmt.Sprintf("no set of up to %d units", simulate.Deepest)}
		}
		label := fmt.Sprintf("  %-22s ", set.what)
		for _, line := range lines {
			s.hang(label, utf8.RuneCountInString(label), line)
			label = strings.Repeat(" ", len(label))
		}
	}

	s.printf("\nSingle points of failure\n")
	if len(r.Points) == 0 {
		s.printf("  none\n")
	}
	for _, line := range simulate.FoldPoints(r.Points) {
		s.prose("  ", line.Text)
		s.prose("      ", "remedy: "+line.Remedy)
	}
	s.assumptions(m)
}

// assumptions prints what the result depends on.
func (s survival) assumptions(m *simulate.Model) {
	s.printf("\nThis assumes\n")
	for _, a := range m.Assumptions() {
		s.hang(fmt.Sprintf("  %-9s ", a.Subject), 12, a.Text)
	}
}

// Outcome prints the verdict on one failure: every capability with its reason, and the consequences.
func Outcome(w io.Writer, m *simulate.Model, o simulate.Outcome, style Style) {
	s := survival{w, style.Color, style.columns()}
	s.printf("When %s\n\n", happens(o.Failure))
	for _, v := range o.Verdicts {
		s.hang(fmt.Sprintf("  %s %-12s %-9s ", s.paint(v.State, marks[v.State]), v.Capability, v.State), 27, v.Reason)
	}
	s.printf("\n")
	if len(o.Failure.Units)+len(o.Failure.Cuts) > 1 {
		s.hang("When they return:      ", 23, o.Recovery.Returns+".")
		s.hang("If they never return:  ", 23, o.Recovery.Lost+".")
	} else {
		s.hang("When it returns:      ", 22, o.Recovery.Returns+".")
		s.hang("If it never returns:  ", 22, o.Recovery.Lost+".")
	}
	s.assumptions(m)
}

// happens describes a failure in a clause: "node/cp-1 + node/cp-2 fail and a:b is cut".
func happens(f simulate.Failure) string {
	var clauses []string
	if n := len(f.Units); n > 0 {
		clauses = append(clauses, simulate.Failure{Units: f.Units}.String()+[]string{" fails", " fail"}[min(n-1, 1)])
	}
	if n := len(f.Cuts); n > 0 {
		var cuts []string
		for _, c := range f.Cuts {
			cuts = append(cuts, c.String())
		}
		clauses = append(clauses, strings.Join(cuts, " + ")+[]string{" is cut", " are cut"}[min(n-1, 1)])
	}
	return strings.Join(clauses, " and ")
}

type survival struct {
	w     io.Writer
	color bool
	width int // columns
}

// prose prints text that wraps, each line indented.
func (s survival) prose(indent, text string) {
	for _, line := range wrap(text, s.width-len(indent)) {
		s.printf("%s%s\n", indent, line)
	}
}

// hang prints a label of the given width, followed by text that wraps next to it.
func (s survival) hang(label string, columns int, text string) {
	for i, line := range wrap(text, max(narrow, s.width-columns)) {
		if i > 0 {
			label = strings.Repeat(" ", columns)
		}
		s.printf("%s%s\n", label, line)
	}
}

// marksWidth is the width of a row's marks in columns.
func marksWidth() int {
	n := 0
	for _, c := range columns {
		n += 2 + len(c)
	}
	return n
}

func (s survival) printf(format string, args ...any) { fmt.Fprintf(s.w, format, args...) }

func (s survival) paint(state simulate.State, text string) string {
	if !s.color {
		return text
	}
	return "\x1b[" + colors[state] + "m" + text + "\x1b[0m"
}

func (s survival) head(title string, width int) {
	s.printf("  %-*s", max(width, len(title)), title)
	for _, c := range columns {
		s.printf("  %s", c)
	}
	s.printf("\n")
}

// row prints a name, on separate lines if it is wider than the column, and the marks of an outcome.
func (s survival) row(name string, width int, o simulate.Outcome) {
	width = max(width, len("When this fails"))
	lines := atCommas(name, width)
	for _, line := range lines[:len(lines)-1] {
		s.printf("  %s\n", line)
	}
	last := lines[len(lines)-1]
	if utf8.RuneCountInString(last) > width { // the marks go below
		s.printf("  %s\n", last)
		last = ""
	}
	s.printf("  %s%s", last, strings.Repeat(" ", width-utf8.RuneCountInString(last)))
	for i, v := range o.Verdicts {
		pad := len(columns[i]) - 1
		s.printf("  %s%s", strings.Repeat(" ", pad/2), s.paint(v.State, marks[v.State]))
		if i < len(columns)-1 {
			s.printf("%s", strings.Repeat(" ", pad-pad/2))
		}
	}
	s.printf("\n")
}

// atCommas breaks a name after commas so that each line fits; later lines are indented.
func atCommas(name string, width int) []string {
	var lines []string
	line := ""
	for i, part := range strings.SplitAfter(name, ", ") {
		if i > 0 && utf8.RuneCountInString(line+strings.TrimSpace(part)) > width {
			lines = append(lines, strings.TrimRight(line, " "))
			line = "    "
		}
		line += part
	}
	return append(lines, line)
}
