// Package play answers what the page of the playground asks next to what editors ask of the language server: starters, the picture with
// its failures, what an edit means. `k8splan serve` answers with it natively, and the playground's core in the browser. What needs
// Kubernetes' own types is in planner/play/tree.
//
// The package is internal to k8splan and makes no compatibility promise.
package play

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/change"
	"github.com/k8splan/k8splan/planner/lsp"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/report"
	"github.com/k8splan/k8splan/planner/simulate"
	"github.com/k8splan/k8splan/topologies"
)

// Options is what is known next to the design.
type Options struct {
	Release  string
	RulePage func(id string) string
	Today    func() time.Time
	Values   func() map[string]cty.Value // of variables, now; nil if there are none
	Facts    *plan.Table                 // nil stands for the program's own
	Folder   fs.FS                       // of the topology; nil if it has none
	Delay    time.Duration               // between the last keystroke and the findings
}

// Serve speaks with one page, message by message, until it leaves. more are further requests.
func Serve(ctx context.Context, in <-chan []byte, out func([]byte), o Options, more map[string]lsp.Request) {
	requests := Requests(o)
	maps.Copy(requests, more)
	lsp.ServeMessages(ctx, in, out, lsp.Options{
		Version: o.Release, Rules: planner.Catalog(), RulePage: o.RulePage, Today: o.Today, Values: o.Values, Facts: o.Facts,
		Delay:  o.Delay,
		Folder: func(string) fs.FS { return o.Folder }, Requests: requests,
	})
}

// Requests are those that need nothing of Kubernetes.
func Requests(o Options) map[string]lsp.Request {
	return map[string]lsp.Request{
		"k8splan/starters": func(json.RawMessage) (any, error) { return starters(), nil },
		"k8splan/starter":  starter,
		"k8splan/picture":  o.picture,
	}
}

// Text is the topology that a page asks about, and the one that it is compared with.
type Text struct {
	Text string `json:"text"`
	Old  string `json:"old"`
}

// Read reads the parameters of a request.
func Read(params json.RawMessage) (Text, error) {
	var t Text
	err := json.Unmarshal(params, &t)
	return t, err
}

// Open opens a topology as the page has it.
func (o Options) Open(text string) (*planner.Project, hcl.Diagnostics) {
	var values map[string]cty.Value
	if o.Values != nil {
		values = o.Values()
	}
	return planner.OpenBeside("topology.hcl", []byte(text), values, o.Today(), o.Facts, o.Folder)
}

// Starters is what there is to begin with.
type Starters struct {
	Types   []Named        `json:"types"`
	Targets []TargetOfPage `json:"targets"`
}

// Named is a name with its title.
type Named struct {
	Name  string `json:"name"`
	Title string `json:"title"`
}

// TargetOfPage is a target and the types that there are starters of.
type TargetOfPage struct {
	Named
	Types []topologies.Type `json:"types"`
}

func starters() Starters {
	var s Starters
	for _, t := range topologies.Table {
		s.Types = append(s.Types, Named{string(t.Type), t.Title})
	}
	for _, name := range topologies.StarterTargets() {
		of, _ := planner.FindTarget(name)
		s.Targets = append(s.Targets, TargetOfPage{Named{name, of.Facts.Title}, planner.StarterTypes(name)})
	}
	return s
}

func starter(params json.RawMessage) (any, error) {
	var ask struct {
		Type   topologies.Type `json:"type"`
		Target string          `json:"target"`
	}
	if err := json.Unmarshal(params, &ask); err != nil {
		return nil, err
	}
	if !slices.Contains(planner.StarterTypes(ask.Target), ask.Type) {
		return nil, errors.New("there is no such starter")
	}
	text, err := topologies.Starter(ask.Type, ask.Target)
	return Text{Text: string(text)}, err
}

// Picture is what the page shows of a design without errors.
type Picture struct {
	Name     string        `json:"name"`
	Sentence string        `json:"sentence"` // what it survives
	Stand    *report.Stand `json:"stand"`    // nil if the design has errors
}

// picture makes the picture of a design. If the one that it is compared with has no errors either, it has the steps between them.
func (o Options) picture(params json.RawMessage) (any, error) {
	t, err := Read(params)
	if err != nil {
		return nil, err
	}
	project, _ := o.Open(t.Text)
	if project == nil {
		return Picture{}, nil
	}
	p := project.Plan()
	options := report.Options{Findings: project.Findings(true)}
	if t.Old != "" {
		if old, _ := o.Open(t.Old); old != nil {
			options.Changes = &report.Changes{Report: change.Between(change.Of(old.Plan(), o.Release), change.Of(p, o.Release))}
		}
	}
	stand := report.NewStand(p, options)
	return Picture{Name: p.Cluster.Name, Sentence: simulate.New(p).Sentence(), Stand: &stand}, nil
}
