package describe

import "github.com/k8splan/k8splan/planner/simulate"

// Simulation is the output of `simulate -o json`. It contains the sweep, or the verdict on the failure given on the command line.
type Simulation struct {
	FormatVersion string           `json:"format_version"`
	Cluster       string           `json:"cluster"`
	Sentence      string           `json:"sentence"`
	Outcome       *FailureOutcome  `json:"outcome,omitempty"`
	Singles       []FailureOutcome `json:"singles,omitempty"`
	Pairs         []FailureOutcome `json:"pairs,omitempty"` // pairs that stop something that neither half stops alone
	Cuts          []FailureOutcome `json:"cuts,omitempty"`
	PairsJudged   *int             `json:"pairs_judged,omitempty"` // set by a sweep that did not give up
	StopsWrites   [][]string       `json:"stops_writes,omitempty"` // every smallest set, by kind/name
	StopsAPI      [][]string       `json:"stops_api,omitempty"`
	StopsAll      [][]string       `json:"stops_all,omitempty"` // the API and every pod
	// Exhausted names the fields above whose search gave up, so they may be incomplete.
	Exhausted []string        `json:"exhausted,omitempty"`
	Points    *[]FailurePoint `json:"single_points_of_failure,omitempty"` // only from a sweep
	// Assumptions are facts that the result depends on but that the file does not state, or that no plan can know.
	Assumptions []simulate.Assumption `json:"assumptions"`
}

// FailureOutcome is the verdict on one failure.
type FailureOutcome struct {
	// Units that fail. If several units are alike, one represents all of them, and Alike names them. A pair means any one of the first with
	// any other one of the second.
	Units     []FailureUnit      `json:"units"`
	Cuts      []string           `json:"cuts,omitempty"`       // zone:zone
	AlikeCuts []string           `json:"alike_cuts,omitempty"` // the cuts that this one represents, including itself
	Verdicts  []simulate.Verdict `json:"verdicts"`
	Recovery  simulate.Recovery  `json:"recovery"`
}

// FailureUnit is a unit that fails as a whole.
type FailureUnit struct {
	Unit  string   `json:"unit"`            // kind/name
	Nodes []string `json:"nodes"`           // nodes that go down with it; none for a balancing process
	Alike []string `json:"alike,omitempty"` // kind/name of the units that this one represents, including itself
}

// FailurePoint is a single point of failure.
type FailurePoint struct {
	Unit   string                `json:"unit"`
	Nodes  []string              `json:"nodes"`
	Takes  []simulate.Capability `json:"takes"`
	Chance bool                  `json:"chance,omitempty"` // it may or may not stop them
	Reason string                `json:"reason"`
	Remedy string                `json:"remedy"`
}

// OneFailure is the document for one failure.
func OneFailure(cluster string, m *simulate.Model, o simulate.Outcome) Simulation {
	doc := failureOutcome(m, o)
	return Simulation{FormatVersion: FormatVersion, Cluster: cluster, Sentence: m.Sentence(), Outcome: &doc, Assumptions: m.Assumptions()}
}

// Sweep is the document for every failure.
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

// alike names the units of a class that has several.
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
