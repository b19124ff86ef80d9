// Command expect prints what `k8splan simulate -o json` says of many failures of designs, one line of JSON for each design: every single
// failure, every cut, every smallest set that stops something, and sets at random, which are the same in every run.
package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/describe"
	"github.com/k8splan/k8splan/planner/simulate"
	"github.com/k8splan/k8splan/planner/spec"
)

// random is how many sets at random there are of each design, and most how many units are in one.
const (
	random = 200
	most   = 6
	alone  = 400 // single failures of a design
)

type design struct {
	File     string                    `json:"file"`
	Failures []describe.FailureOutcome `json:"failures"`
}

func main() {
	out := json.NewEncoder(os.Stdout)
	for _, file := range os.Args[1:] {
		d, err := judge(file)
		if err == nil {
			err = out.Encode(d)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "expect:", err)
			os.Exit(1)
		}
	}
}

func judge(file string) (*design, error) {
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
		add(f)
	}
	return d, nil
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
