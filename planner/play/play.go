// Package play answers the playground page's requests beyond an editor's requests to the language server: starters, the picture with its
// failures, the effect of an edit. `k8splan serve` answers with it natively, and the playground's core does in the browser. Code that needs
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

// Options holds the input besides the design.
type Options struct {
	Release  string
	RulePage func(id string) string
	Today    func() time.Time
	Values   func() map[string]cty.Value // current values of variables; nil if there are none
	Facts    *plan.Table                 // nil means the built-in table
	Folder   fs.FS                       // the topology's folder; nil if it has none
	Delay    time.Duration               // between the last keystroke and the findings
}

// Serve exchanges messages with one page until it leaves. more adds further requests.
func Serve(ctx context.Context, in <-chan []byte, out func([]byte), o Options, more map[string]lsp.Request) {
	requests := Requests(o)
	maps.Copy(requests, more)
	lsp.ServeMessages(ctx, in, out, lsp.Options{
		Version: o.Release, Rules: planner.Catalog(), RulePage: o.RulePage, Today: o.Today, Values: o.Values, Facts: o.Facts,
		Delay:  o.Delay,
		Folder: func(string) fs.FS { return o.Folder }, Requests: requests,
	})
}

// Requests returns the handlers that need no Kubernetes types.
func Requests(o Options) map[string]lsp.Request {
	return map[string]lsp.Request{
		"k8splan/starters": func(json.RawMessage) (any, error) { return starters(), nil },
		"k8splan/starter":  starter,
		"k8splan/picture":  o.picture,
	}
}

// Text is the topology of a request, and the one to compare it with.
type Text struct {
	Text string `json:"text"`
	Old  string `json:"old"`
}

// Read decodes the parameters of a request.
func Read(params json.RawMessage) (Text, error) {
	var t Text
	err := json.Unmarshal(params, &t)
	return t, err
}

// Open opens the topology of a page.
func (o Options) Open(text string) (*planner.Project, hcl.Diagnostics) {
	var values map[string]cty.Value
	if o.Values != nil {
		values = o.Values()
	}
	return planner.OpenBeside("topology.hcl", []byte(text), values, o.Today(), o.Facts, o.Folder)
}

// Starters lists the starters.
type Starters struct {
	Types   []Named        `json:"types"`
	Targets []TargetOfPage `json:"targets"`
}

// Named is a name and its title.
type Named struct {
	Name  string `json:"name"`
	Title string `json:"title"`
}

// TargetOfPage is a target and the types for which it has starters.
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

// Picture is the page's data for a design without errors.
type Picture struct {
	Name     string        `json:"name"`
	Sentence string        `json:"sentence"` // what it survives
	Stand    *report.Stand `json:"stand"`    // nil if the design has errors
}

// picture returns the picture of a design. If the compared design has no errors either, it includes the steps between them.
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
