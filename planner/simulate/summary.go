package simulate

import "github.com/k8splan/k8splan/planner/plan"

// Summary is a model with what pages tell of it: README.md and the page of a tree tell the same, from one.
type Summary struct {
	Model    *Model
	Sentence string
	Singles  []Line // what each failure takes; what fails alike is one line
	Points   []PointLine
}

// Summarize asks the model of a plan.
func Summarize(p *plan.Plan) Summary {
	m := New(p)
	singles := m.Singles()
	return Summary{Model: m, Sentence: m.Sentence(), Singles: Fold(singles), Points: FoldPoints(m.Points(singles))}
}
