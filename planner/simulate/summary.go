package simulate

import "github.com/k8splan/k8splan/planner/plan"

// Summary is the model's results for pages: README.md and the page of a tree both use one Summary.
type Summary struct {
	Model    *Model
	Sentence string
	Singles  []Line // the effect of each failure; equal ones share a line
	Points   []PointLine
}

// Summarize computes the summary of a plan.
func Summarize(p *plan.Plan) Summary {
	m := New(p)
	singles := m.Singles()
	return Summary{Model: m, Sentence: m.Sentence(), Singles: Fold(singles), Points: FoldPoints(m.Points(singles))}
}
