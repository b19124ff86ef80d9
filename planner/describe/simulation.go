package describe

import "github.com/k8splan/k8splan/planner/simulate"

// Simulation is what `simulate -o json` prints. Without a failure on the command line it holds the sweep, with one the verdict on it.
type Simulation struct {
	FormatVersion string           `json:"format_version"`
	Cluster       string           `json:"cluster"`
	Sentence      string           `json:"sentence"`
	Outcome       *FailureOutcome  `json:"outcome,omitempty"`
	Singles       []FailureOutcome `json:"singles,omitempty"`
	Pairs         []FailureOutcome `json:"pairs,omitempty"` // those that stop something which neither half stops alone
	Cuts          []FailureOutcome `json:"cuts,omitempty"`
	PairsJudged   *int             `json:"pairs_judged,omitempty"` // by a sweep that did not give up
	StopsWrites   [][]string       `json:"stops_writes,omitempty"` // every smallest set, by kind/name
	StopsAPI      [][]string       `json:"stops_api,omitempty"`
	StopsAll      [][]string       `json:"stops_all,omitempty"` // the API and every pod
	// Exhausted names the fields above whose search gave up, so that something may be missing from them.
	Exhausted []string        `json:"exhausted,omitempty"`
	Points    *[]FailurePoint `json:"single_points_of_failure,omitempty"` // of the sweep
	// Assumptions are what the file does not say, or no plan can see, and on which the answer rests.
	Assumptions []simulate.Assumption `json:"assumptions"`
}

// FailureOutcome is the verdict on one failure.
type FailureOutcome struct {
	// Units that fail. If several units are alike, one stands for all of them, and Alike names them. Of a pair any one of the first goes
	// with any other one of the second.
	Units     []FailureUnit      `json:"units"`
	Cuts      []string           `json:"cuts,omitempty"`       // zone:zone
	AlikeCuts []string           `json:"alike_cuts,omitempty"` // that the one cut stands for, itself included
	Verdicts  []simulate.Verdict `json:"verdicts"`
	Recovery  simulate.Recovery  `json:"recovery"`
}

// FailureUnit is what fails as one.
type FailureUnit struct {
	Unit  string   `json:"unit"`            // kind/name
	Nodes []string `json:"nodes"`           // that go down with it; none for a balancing process
	Alike []string `json:"alike,omitempty"` // kind/name of the units that this one stands for, itself included
}

// FailurePoint is a single point of failure.
type FailurePoint struct {
	Unit   string                `json:"unit"`
	Nodes  []string              `json:"nodes"`
	Takes  []simulate.Capability `json:"takes"`
	Chance bool                  `json:"chance,omitempty"` // it may take them or may not
	Reason string                `json:"reason"`
	Remedy string                `json:"remedy"`
}

// OneFailure is the document on one failure.
func OneFailure(cluster string, m *simulate.Model, o simulate.Outcome) Simulation {
	doc := failureOutcome(m, o)
	return Simulation{FormatVersion: FormatVersion, Cluster: cluster, Sentence: m.Sentence(), Outcome: &doc, Assumptions: m.Assumptions()}
}

// Sweep is the document on every failure.
func Sweep(cluster string, m *simulate.Model, r simulate.Report) Simulation {
	doc := Simulation{FormatVersion: FormatVersion, Cluster: cluster, Sentence: r.Sentence, Points: &[]FailurePoint{},
		Assumptions: m.Assumptions()}
	rows := func(rows []simulate.Row) []FailureOutcome {
		var out []FailureOutcome
		for _, row := range rows {
			o := failureOutcome(m, row.Outcome)
			if row.Class.Kind == simulate.CutUnit {
				if len(row.Class.Names) > 1 {
					o.AlikeCuts = row.Class.Names
				}
			} else {
				o.Units[0].Alike = alike(row.Class)
			}
			if row.With != nil {
				o.Units[1].Alike = alike(*row.With)
			}
			out = append(out, o)
		}
		return out
	}
	sets := func(name string, stops simulate.Stops) [][]string {
		if stops.Exhausted {
			doc.Exhausted = append(doc.Exhausted, name)
		}
		var out [][]string
		for _, set := range stops.Sets {
			var names []string
			for _, u := range set {
				names = append(names, u.String())
			}
			out = append(out, names)
		}
		return out
	}
	doc.Singles, doc.Pairs, doc.Cuts = rows(r.Singles), rows(r.Pairs), rows(r.Cuts)
	if r.PairsAll {
		doc.PairsJudged = &r.PairsJudged
	} else {
		doc.Exhausted = append(doc.Exhausted, "pairs")
	}
	doc.StopsWrites, doc.StopsAPI, doc.StopsAll = sets("stops_writes", r.StopsWrites), sets("stops_api",
		r.StopsAPI), sets("stops_all", r.StopsAll)
	for _, p := range r.Points {
		*doc.Points = append(*doc.Points, FailurePoint{Unit: p.Unit, Nodes: append([]string{}, p.Nodes...), Takes: p.Takes,
			Chance: p.Chance, Reason: p.Reason, Remedy: p.Remedy})
	}
	return doc
}

// alike names the units of a class of several.
func alike(c simulate.Class) []string {
	if len(c.Names) < 2 {
		return nil
	}
	names := make([]string, len(c.Names))
	for i, name := range c.Names {
		names[i] = simulate.Unit{Kind: c.Kind, Name: name}.String()
	}
	return names
}

func failureOutcome(m *simulate.Model, o simulate.Outcome) FailureOutcome {
	doc := FailureOutcome{Units: []FailureUnit{}, Verdicts: o.Verdicts, Recovery: o.Recovery}
	for _, u := range o.Failure.Units {
		doc.Units = append(doc.Units, FailureUnit{Unit: u.String(), Nodes: m.NodesOf(u)})
	}
	for _, c := range o.Failure.Cuts {
		doc.Cuts = append(doc.Cuts, c.String())
	}
	return doc
}
