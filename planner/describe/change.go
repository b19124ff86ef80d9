package describe

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/k8splan/k8splan/planner/change"
	"github.com/k8splan/k8splan/planner/spelling"
)

// ChangeFormatVersion is the version of ChangeDocument. The major number changes when a field is removed or changes its meaning; the minor
// number when fields are added.
const ChangeFormatVersion = "1.1"

// ChangeDocument is the output of `diff -o json`; its schema is docs/schema/diff.schema.json.
type ChangeDocument struct {
	FormatVersion string          `json:"format_version"`
	Cluster       string          `json:"cluster"`
	Verdict       change.Class    `json:"verdict"`
	Summary       string          `json:"summary"`
	Changes       []OneChange     `json:"changes"`
	Steps         []ChangeStep    `json:"steps"`
	Survives      *ChangeSurvival `json:"survives,omitempty"`
	Hints         []string        `json:"hints"`
}

// OneChange is one difference.
type OneChange struct {
	ID      string       `json:"id"`
	Class   change.Class `json:"class"`
	Subject string       `json:"subject"`
	Before  *string      `json:"before"` // null if it did not exist
	After   *string      `json:"after"`  // null if it no longer exists
	Hosts   []string     `json:"hosts"`
	Range   *ChangeRange `json:"range,omitempty"`
	Detail  string       `json:"detail"`
	Source  string       `json:"source,omitempty"`
	Origin  string       `json:"origin,omitempty"`
}

// ChangeRange is a place in a file.
type ChangeRange struct {
	Filename string   `json:"filename"`
	Start    Position `json:"start"`
	End      Position `json:"end"`
}

// Position is a place in a file: line and column counted from 1, byte from 0.
type Position struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Byte   int `json:"byte"`
}

// ChangeStep is one step of the edit.
type ChangeStep struct {
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	Hosts    []string `json:"hosts"`
	Playbook *string  `json:"playbook"` // null if none carries it out
	ByHand   *string  `json:"by_hand"`  // null if a playbook carries it out
	// Commands carry it out, in this order, in the tree's directory ansible. None if a person does it, or if the commands of the step
	// before have done it.
	Commands []string `json:"commands"`
	// Generate is the Kubernetes version to generate the tree for before the step, in an upgrade through several minors.
	Generate string        `json:"generate,omitempty"`
	Gate     string        `json:"gate"`
	Undo     string        `json:"undo"`
	Survives *change.Spare `json:"survives,omitempty"`
}

// ChangeSurvival is what the design survives before, after, and in between.
type ChangeSurvival struct {
	Before change.Spare  `json:"before"`
	After  change.Spare  `json:"after"`
	Lowest *ChangeLowest `json:"lowest,omitempty"`
}

// ChangeLowest is the least that the cluster survives in between, if that is less than before and after.
type ChangeLowest struct {
	Step string `json:"step"` // its id
	change.Spare
}

// Changes converts a report to the document.
func Changes(r *change.Report) ChangeDocument {
	d := ChangeDocument{
		FormatVersion: ChangeFormatVersion, Cluster: r.New.Cluster, Verdict: r.Verdict, Summary: r.Sentence(),
		Changes: []OneChange{}, Steps: []ChangeStep{}, Hints: append([]string{}, r.Hints...),
	}
	for _, c := range r.Changes {
		one := OneChange{
			ID: c.ID, Class: c.Class, Subject: c.Subject, Before: some(c.Before), After: some(c.After),
			Hosts:  append([]string{}, c.Hosts...),
			Detail: c.Detail, Source: c.Source, Origin: c.Origin,
		}
		if at := c.Range; at != nil {
			one.Range = &ChangeRange{at.Filename, Position{at.Start.Line, at.Start.Column, at.Start.Byte},
				Position{at.End.Line, at.End.Column,
					at.End.Byte}}
		}
		d.Changes = append(d.Changes, one)
	}
	for i := range r.Steps {
		s := &r.Steps[i]
		one := ChangeStep{ID: s.ID, Title: s.Title, Hosts: append([]string{}, s.Hosts...), Playbook: some(s.Playbook),
			ByHand: some(s.ByHand), Commands: []string{}, Generate: s.Generate,
			Gate: s.Gate, Undo: s.Undo}
		if !sameRun(r.Steps, i) {
			one.Commands = append(one.Commands, s.Commands()...)
		}
		if r.Judged {
			one.Survives = &s.Survives
		}
		d.Steps = append(d.Steps, one)
	}
	if r.Judged {
		d.Survives = &ChangeSurvival{Before: r.Before, After: r.After}
		if r.LowestStep > 0 {
			d.Survives.Lowest = &ChangeLowest{r.Steps[r.LowestStep-1].ID, r.Lowest}
		}
	}
	return d
}

func some(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// classColours are ANSI codes by class.
var classColours = map[change.Class]string{change.None: dim, change.InPlace: "32", change.Ordered: "33", change.Refused: "31"}

// ChangePage prints a report for people: the summary, the changes by class, the steps.
func ChangePage(w io.Writer, r *change.Report, style Style) error {
	style.Width = style.columns()
	g := &page{Style: style}
	ChangeSummary(&g.out, r, style)
	for _, class := range slices.Backward(change.Classes) {
		g.classOf(r, class)
	}
	if len(r.Steps) > 0 {
		g.heading("Steps", "")
	}
	skip := leftOut(r.Steps)
	for i := 0; i < len(r.Steps); i++ {
		if n := skip[i]; n > 0 {
			g.prose("     ", fmt.Sprintf("… %d more steps like these, in turn: -o json has them", n))
			i += n - 1
			continue
		}
		g.step(r.Steps, i)
	}
	if weak := r.Weak(); len(weak) > 0 {
		g.line("")
		for _, text := range weak {
			g.prose("", text)
		}
	}
	_, err := io.WriteString(w, g.out.String())
	return err
}

// ChangeSummary prints the verdict and the summary.
func ChangeSummary(w io.Writer, r *change.Report, style Style) {
	style.Width = style.columns()
	g := &page{Style: style}
	g.line(g.paint(bold, printable(r.New.Cluster)) + ": " + g.paint(classColours[r.Verdict],
		string(r.Verdict)) + " (" + r.Verdict.Meaning() + ")")
	g.prose("", printable(r.Sentence()))
	for _, hint := range r.Hints {
		g.prose("hint: ", printable(hint))
	}
	io.WriteString(w, g.out.String())
}

// prose prints a label followed by text that wraps with a hanging indent.
func (g *page) prose(label, text string) {
	indent := strings.Repeat(" ", len(label))
	for i, part := range wrap(text, max(20, g.Width-len(label))) {
		if i == 0 {
			g.line(label + part)
		} else {
			g.line(indent + part)
		}
	}
}

// classOf prints the changes of a class.
func (g *page) classOf(r *change.Report, class change.Class) {
	named := false
	for _, c := range alikeChanges(r) {
		if c.Class != class {
			continue
		}
		if !named {
			named = true
			g.heading(g.paint(classColours[class], strings.ToUpper(string(class[:1]))+string(class[1:])), class.Meaning())
		}
		g.prose("  ", printable(c.Subject)+difference(c))
		g.prose("      ", printable(c.Detail))
		if aside := aside(c); aside != "" {
			g.prose("      ", printable(aside))
		}
	}
}

// fewTurns is the number of workers that leave and come back up to which the page has the steps of each.
const fewTurns = 6

// leftOut returns runs of steps that the page leaves out, by the first: more workers that leave and come back, like those before and after.
func leftOut(steps []change.Step) map[int]int {
	out := map[int]int{}
	for i := 0; i < len(steps); {
		j := i
		for j < len(steps) && (strings.HasPrefix(steps[j].ID, "remove-worker:") || strings.HasPrefix(steps[j].ID, "join-worker:")) {
			j++
		}
		if j-i > 2*fewTurns {
			out[i+4] = j - i - 6
		}
		i = max(j, i+1)
	}
	return out
}

// alikeChanges returns the changes of a report, with those that differ only in their subjects merged.
func alikeChanges(r *change.Report) []change.Change {
	var out []change.Change
	subjects := map[string][]string{}
	renamed := 0
	for _, c := range r.Changes {
		if c.ID == "node: renamed" {
			renamed++
		}
	}
	key := func(c change.Change) string {
		if c.ID == "node: renamed" && renamed > fewTurns {
			return c.ID + string(c.Class) + c.Detail
		}
		return strings.Join([]string{c.ID, string(c.Class), c.Before, c.After, c.Detail, c.Origin}, "\x00")
	}
	for _, c := range r.Changes {
		k := key(c)
		if subjects[k] == nil {
			out = append(out, c)
		}
		subjects[k] = append(subjects[k], c.Subject)
	}
	for i := range out {
		if all := subjects[key(out[i])]; len(all) > 1 {
			out[i].Subject, out[i].Hosts = spelling.Few(all, 6), nil
			if renamed > fewTurns && out[i].ID == "node: renamed" {
				out[i].Before, out[i].After = "", ""
			}
		}
	}
	return out
}

// difference formats the old and the new value.
func difference(c change.Change) string {
	var text string
	switch {
	case c.Before != "" && c.After != "":
		text = ": " + c.Before + " → " + c.After
	case c.After != "":
		text = ": + " + c.After
	case c.Before != "":
		text = ": - " + c.Before
	}
	if c.Origin != "" {
		text += " (" + c.Origin + ")"
	}
	return printable(text)
}

// aside says where the change is written, and which hosts it affects.
func aside(c change.Change) string {
	var parts []string
	if c.Range != nil {
		parts = append(parts, fmt.Sprintf("%s:%d", c.Range.Filename, c.Range.Start.Line))
	}
	if len(c.Hosts) > 1 {
		parts = append(parts, "hosts: "+spelling.Few(c.Hosts, 6))
	}
	return strings.Join(parts, "; ")
}

// sameRun reports whether the run of the step before carries out step i, too.
func sameRun(steps []change.Step, i int) bool {
	command := steps[i].Command()
	return i > 0 && command != "" && steps[i-1].Command() == command && steps[i].Generate == ""
}

// by says what carries out step i.
func by(steps []change.Step, i int) string {
	s := &steps[i]
	command := s.Command()
	switch {
	case command == "":
		return "by hand: " + s.ByHand
	case sameRun(steps, i):
		return "in the same run"
	case s.Playbook == "remove-host.yml" && len(s.Hosts) > 1:
		return command + ", then the same for each of the others, one at a time"
	}
	return command
}

func (g *page) step(steps []change.Step, i int) {
	s := &steps[i]
	label := fmt.Sprintf("%3d. ", i+1)
	title := s.Title
	if len(s.Hosts) > 0 {
		title += ": " + spelling.Few(s.Hosts, 6)
	}
	g.prose(label, printable(title))
	g.prose("     ", by(steps, i))
	g.prose("     ", "check: "+s.Gate)
	g.prose("     ", "undo: "+s.Undo)
}

// printable replaces characters that a terminal would interpret: records come from outside.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '\uFFFD'
		}
		return r
	}, s)
}

// ChangeMarkdown prints a report for a pull request or a workflow summary.
func ChangeMarkdown(w io.Writer, r *change.Report) error {
	var out strings.Builder
	fmt.Fprintf(&out, "### %s: %s\n\n%s\n", escaped(r.New.Cluster), r.Verdict, escaped(r.Sentence()))
	for _, hint := range r.Hints {
		fmt.Fprintf(&out, "\n> %s\n", escaped(hint))
	}
	if len(r.Changes) > 0 {
		out.WriteString("\n| Class | What | Before | After | |\n|---|---|---|---|---|\n")
	}
	for _, c := range alikeChanges(r) {
		after := code(c.After)
		if c.Origin != "" {
			after += " (" + escaped(c.Origin) + ")"
		}
		fmt.Fprintf(&out, "| %s | %s | %s | %s | %s |\n", c.Class, code(c.Subject), code(c.Before), after, escaped(c.Detail))
	}
	if len(r.Steps) > 0 {
		out.WriteString("\n**Steps**\n\n")
	}
	skip := leftOut(r.Steps)
	for i := 0; i < len(r.Steps); i++ {
		if n := skip[i]; n > 0 {
			fmt.Fprintf(&out, "\n… %d more steps like these, in turn\n\n", n)
			i += n - 1
			continue
		}
		s := &r.Steps[i]
		title := s.Title
		if len(s.Hosts) > 0 {
			title += ": " + spelling.Few(s.Hosts, 6)
		}
		how := escaped(by(r.Steps, i))
		if command := s.Command(); command != "" && !sameRun(r.Steps, i) {
			how = "`" + command + "`" + strings.TrimPrefix(how, escaped(command))
		}
		fmt.Fprintf(&out, "%d. %s, %s. Check: %s.\n", i+1, escaped(title), how, escaped(s.Gate))
	}
	if weak := r.Weak(); len(weak) > 0 {
		fmt.Fprintf(&out, "\n%s\n", escaped(strings.Join(weak, " ")))
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// escaped escapes every character that Markdown or HTML interprets.
func escaped(s string) string {
	var out strings.Builder
	for _, r := range printable(s) {
		switch {
		case strings.ContainsRune("\\`*_{}[]()#+!|<>~&$@", r):
			fmt.Fprintf(&out, "&#%d;", r)
		default:
			out.WriteRune(r)
		}
	}
	return out.String()
}

// code formats text as code. HTML's tag accepts any text, while with backquotes one would have to count them.
func code(s string) string {
	if s == "" {
		return ""
	}
	return "<code>" + escaped(s) + "</code>"
}
