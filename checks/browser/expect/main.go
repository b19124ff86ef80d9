// Command expect prints the results of `k8splan simulate -o json` for many failures of designs, one line of JSON for each design: every
// single failure, every cut, every smallest set that stops something, and random sets, which are the same in every run.
//
//	expect FILE...           designs
//	expect -change OLD NEW   a line for each state on the way from one design to another
//	expect -hostile FILE     the page and the diagrams of a design whose every text is markup, as one JSON object
package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/change"
	"github.com/k8splan/k8splan/planner/describe"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/report"
	"github.com/k8splan/k8splan/planner/simulate"
	"github.com/k8splan/k8splan/planner/spec"
)

// random is the number of random sets per design, and most the maximum number of units in one.
const (
	random = 200
	most   = 6
	alone  = 400 // single failures of a design
	large  = 500 // units above which only one variant of a design is checked
)

type design struct {
	File     string                    `json:"file"`
	Failures []describe.FailureOutcome `json:"failures"`
	Variants []variant                 `json:"variants"`
}

// variant is the design with other numbers of control planes and etcd members.
type variant struct {
	Counts   []int                     `json:"counts"` // for each role that varies
	Names    []string                  `json:"names"`  // of the nodes
	Spare    int                       `json:"spare"`  // losses that the API survives, up to simulate.Deepest
	Failures []describe.FailureOutcome `json:"failures"`
}

// varied are the numbers that are tried.
var varied = []struct{ controlPlanes, members int }{{1, 1}, {2, 4}, {3, 3}, {5, 5}, {3, 7}, {7, 2}}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "expect:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	out := json.NewEncoder(os.Stdout)
	switch {
	case len(args) == 3 && args[0] == "-change":
		return states(out, args[1], args[2])
	case len(args) == 2 && args[0] == "-hostile":
		return hostile(out, args[1])
	}
	for _, file := range args {
		d, err := judge(file)
		if err != nil {
			return err
		}
		if err := out.Encode(d); err != nil {
			return err
		}
	}
	return nil
}

// states checks single failures of each state between two designs.
func states(out *json.Encoder, old, edited string) error {
	before, err := resolved(old)
	if err != nil {
		return err
	}
	after, err := resolved(edited)
	if err != nil {
		return err
	}
	for _, p := range change.Between(change.Of(before, "test"), change.Of(after, "test")).States() {
		m := simulate.New(p)
		v := variant{Spare: -1}
		for _, n := range p.Nodes {
			v.Names = append(v.Names, n.Name)
		}
		if n, ok := m.Spare(simulate.API, nil); ok {
			v.Spare = n
		}
		for _, u := range m.Units() {
			v.Failures = append(v.Failures, *describe.OneFailure("", m, m.Outcome(simulate.Failure{Units: []simulate.Unit{u}})).Outcome)
		}
		for _, c := range cutsOf(m) {
			v.Failures = append(v.Failures, *describe.OneFailure("", m, m.Outcome(simulate.Failure{Cuts: []simulate.Cut{c}})).Outcome)
		}
		if err := out.Encode(v); err != nil {
			return err
		}
	}
	return nil
}

// hostile replaces all user texts with markup, directives, and string terminators.
func hostile(out *json.Encoder, file string) error {
	p, err := resolved(file)
	if err != nil {
		return err
	}
	texts := []string{`<img src=x onerror=alert(1)>`, `"] --> x["end`, `${x} 'q' &lt; #quot; |p| </script><script>alert(2)</script>`,
		`</title>%%{init: {}}%%`, "a\\\"; b\n\u202e", `</pre></details>--><svg onload=alert(3)>`, "`x` [y](javascript:alert(4))"}
	text := func(i int) string { return texts[i%len(texts)] }
	p.Cluster.Name, p.Cluster.Endpoint.Host = text(0), text(2)
	for i, n := range p.Nodes {
		n.Name += text(i)
		n.FailureDomain, n.Host, n.Power, n.InstanceType, n.OS.Name = text(i%3), text(i+3), text(i+1), text(i+2), text(i)
	}
	for i := range p.Etcd.Members {
		p.Etcd.Members[i].Name = p.Etcd.Members[i].Node.Name
	}
	for i := range p.Decisions {
		d := &p.Decisions[i]
		d.Value, d.Reason, d.Link = text(i), text(i+1), text(i+6)
	}
	var findings []report.Finding
	for i := range texts {
		findings = append(findings, report.Finding{Severity: "waived", Rule: text(i), Where: text(i + 1), Text: text(i + 2),
			Reason: text(i + 3)})
	}
	old := *p
	old.Nodes = p.Nodes[1:]
	changes := &report.Changes{Report: change.Between(change.Of(&old, "test"), change.Of(p, "test"))}
	answer := struct {
		Texts   []string          `json:"texts"`
		Page    string            `json:"page"`
		Change  string            `json:"change"`
		Mermaid map[string]string `json:"mermaid"`
		D2      map[string]string `json:"d2"`
	}{texts, string(report.Page(p, report.Options{Findings: findings})),
		string(report.Page(p, report.Options{Changes: changes})), map[string]string{}, map[string]string{}}
	for _, v := range report.Views {
		answer.Mermaid[string(v)], answer.D2[string(v)] = report.Mermaid(report.Draw(p, v)), report.D2(report.Draw(p, v))
	}
	return out.Encode(answer)
}

// resolved reads a design.
func resolved(file string) (*plan.Plan, error) {
	src, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	written, diags := spec.Load(file, src, nil)
	if diags.HasErrors() {
		return nil, diags
	}
	p, diags := planner.ResolveWith(written, nil)
	if diags.HasErrors() {
		return nil, diags
	}
	return p, nil
}

func judge(file string) (*design, error) {
	p, err := resolved(file)
	if err != nil {
		return nil, err
	}
	m := simulate.New(p)
	d := &design{File: file}
	add := func(f simulate.Failure) {
		d.Failures = append(d.Failures, *describe.OneFailure("", m, m.Outcome(f)).Outcome)
	}
	add(simulate.Failure{})
	units, cuts := m.Units(), cutsOf(m)
	for i := range min(len(units), alone) {
		add(simulate.Failure{Units: units[len(units)-1-i : len(units)-i]}) // hypervisors, feeds and domains come last
	}
	for _, c := range cuts {
		add(simulate.Failure{Cuts: []simulate.Cut{c}})
	}
	r := m.Sweep()
	for _, stops := range []simulate.Stops{r.StopsWrites, r.StopsAPI, r.StopsAll} {
		for _, set := range stops.Sets[:min(len(stops.Sets), random)] {
			add(simulate.Failure{Units: set})
		}
	}
	source := rand.New(rand.NewPCG(1, 2))
	for range random {
		add(anyFailure(source, units, cuts))
	}
	for i, v := range varied {
		if i > 0 && len(units) > large {
			break // one variant of a large design is enough
		}
		if one := vary(m, v.controlPlanes, v.members, source); one != nil {
			d.Variants = append(d.Variants, *one)
		}
	}
	return d, nil
}

// vary checks the design with other numbers of control planes and members; nil if it has none of its own.
func vary(m *simulate.Model, controlPlanes, members int, source *rand.Rand) *variant {
	data := m.Data().Vary
	if data == nil {
		return nil
	}
	with := m.With(controlPlanes, members)
	v := &variant{Counts: []int{controlPlanes}}
	if len(data.Roles) > 1 {
		v.Counts = append(v.Counts, members)
	}
	for _, n := range with.Data().Nodes {
		v.Names = append(v.Names, n.Name)
	}
	v.Spare = -1
	if n, ok := with.Spare(simulate.API, nil); ok {
		v.Spare = n
	}
	units, cuts := with.Units(), cutsOf(with)
	for i := range min(len(units), alone/4) {
		f := simulate.Failure{Units: units[len(units)-1-i : len(units)-i]}
		v.Failures = append(v.Failures, *describe.OneFailure("", with, with.Outcome(f)).Outcome)
	}
	for range random / 4 {
		f := anyFailure(source, units, cuts)
		v.Failures = append(v.Failures, *describe.OneFailure("", with, with.Outcome(f)).Outcome)
	}
	return v
}

// anyFailure returns a random set of units and cuts.
func anyFailure(source *rand.Rand, units []simulate.Unit, cuts []simulate.Cut) simulate.Failure {
	var f simulate.Failure
	seen := map[string]bool{}
	for range 1 + source.IntN(most) {
		if n := len(cuts); n > 0 && source.IntN(3) == 0 {
			c := cuts[source.IntN(n)]
			if !seen[c.String()] {
				f.Cuts = append(f.Cuts, c)
			}
			seen[c.String()] = true
			continue
		}
		u := units[source.IntN(len(units))]
		if !seen[u.String()] {
			f.Units = append(f.Units, u)
		}
		seen[u.String()] = true
	}
	return f
}

// cutsOf lists the networks between failure domains that the page offers to cut.
func cutsOf(m *simulate.Model) []simulate.Cut {
	var cuts []simulate.Cut
	for _, c := range m.Data().Cuts {
		cut, err := m.Cut(c.Cut)
		if err != nil {
			panic(err)
		}
		cuts = append(cuts, cut)
	}
	return cuts
}
