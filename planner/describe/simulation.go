package describe

import "github.com/k8splan/k8splan/planner/simulate"

// Simulation is what `simulate -o json` prints. Without a failure on the command line it holds the sweep, with one the verdict on it.
type Simulation struct {
	FormatVersion string           `json:"format_version"`
	Cluster       string           `json:"cluster"`
	Sentence      string           `json:"sentence"`
	Outcome       *FailureOutcome  `json:"outcome,omitempty"`
	Singles       []FailureOutcome `json:"singles,omitempty"`
	Pairs         []FailureOutcome `json:"pairs,omitempty"` // those that are worse than each half alone
	Cuts          []FailureOutcome `json:"cuts,omitempty"`
	PairsJudged   int              `json:"pairs_judged,omitempty"`
	StopsWrites   [][]string       `json:"stops_writes,omitempty"` // smallest sets of units
	StopsAPI      [][]string       `json:"stops_api,omitempty"`
	StopsAll      [][]string       `json:"stops_all,omitempty"`
	Points        []FailurePoint   `json:"single_points_of_failure"`
}

// FailureOutcome is the verdict on one failure.
type FailureOutcome struct {
	// Units that fail. Where several units are alike, one stands for all of them: Alike has their number.
	Units    []FailureUnit      `json:"units"`
	Cuts     []string           `json:"cuts,omitempty"` // zone:zone
	Verdicts []simulate.Verdict `json:"verdicts"`
	Recovery simulate.Recovery  `json:"recovery"`
}

// FailureUnit is what fails as one.
type FailureUnit struct {
	Unit  string   `json:"unit"`            // kind/name
	Nodes []string `json:"nodes"`           // that go down with it; none for a balancing process
	Alike int      `json:"alike,omitempty"` // how many units this one stands for, itself included
}

// FailurePoint is a single point of failure.
type FailurePoint struct {
	Unit   string                `json:"unit"`
	Nodes  []string              `json:"nodes"`
	Takes  []simulate.Capability `json:"takes"`
	Reason string                `json:"reason"`
	Remedy string                `json:"remedy"`
}

// OneFailure is the document on one failure.
func OneFailure(cluster string, m *simulate.Model, o simulate.Outcome) Simulation {
	doc := failureOutcome(m, o)
	return Simulation{FormatVersion: FormatVersion, Cluster: cluster, Sentence: m.Sentence(), Outcome: &doc, Points: []FailurePoint{}}
}

// Sweep is the document on every failure.
func Sweep(cluster string, m *simulate.Model, r simulate.Report) Simulation {
	doc := Simulation{FormatVersion: FormatVersion, Cluster: cluster, Sentence: r.Sentence, PairsJudged: r.PairsJudged, Points: []FailurePoint{}}
	rows := func(rows []simulate.Row) []FailureOutcome {
		var out []FailureOutcome
		for _, row := range rows {
			o := failureOutcome(m, row.Outcome)
			if len(o.Units) > 0 {
				o.Units[0].Alike = len(row.Class.Names)
			}
			if row.With != nil {
				o.Units[1].Alike = len(row.With.Names)
			}
			out = append(out, o)
		}
		return out
	}
	sets := func(sets []simulate.CutSet) [][]string {
		var out [][]string
		for _, s := range sets {
			out = append(out, s.Units)
		}
		return out
	}
	doc.Singles, doc.Pairs, doc.Cuts = rows(r.Singles), rows(r.Pairs), rows(r.Cuts)
	doc.StopsWrites, doc.StopsAPI, doc.StopsAll = sets(r.StopsWrites), sets(r.StopsAPI), sets(r.StopsAll)
	for _, p := range r.Points {
		doc.Points = append(doc.Points, FailurePoint{Unit: p.Unit, Nodes: append([]string{}, p.Nodes...), Takes: p.Takes, Reason: p.Reason, Remedy: p.Remedy})
	}
	return doc
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
