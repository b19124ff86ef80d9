package readme

import (
	"fmt"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/simulate"
)

// survival is what README.md says about failures, from the same model as `k8splan simulate`.
type survival struct {
	Sentence string
	Lines    []survivalLine
	Points   []string // single points of failure
}

type survivalLine struct {
	Name  string
	Marks []string // of capabilities
	Lost  string
}

// shown are the capabilities with a column. Reads behave like writes.
var shown = []simulate.Capability{simulate.EtcdWrites, simulate.API, simulate.Scheduling, simulate.Pods, simulate.Services, simulate.DNS,
	simulate.Join}

// most limits the lines on single points of failure: a longer list would not be read.
const most = 8

func survives(p *plan.Plan, summary simulate.Summary) survival {
	s := survival{Sentence: plain(summary.Sentence)}
	if len(p.ControlPlanes()) == 0 {
		return s
	}
	marks := map[simulate.State]string{simulate.Up: "✓", simulate.Degraded: "◐", simulate.Depends: "?", simulate.Down: "✗"}
	for _, l := range summary.Singles {
		line := survivalLine{Name: plain(l.Name), Lost: plain(l.Outcome.Recovery.Lost)}
		for _, c := range shown {
			line.Marks = append(line.Marks, marks[l.Outcome.State(c)])
		}
		s.Lines = append(s.Lines, line)
	}
	points := summary.Points
	for i, point := range points {
		if i == most {
			s.Points = append(s.Points, fmt.Sprintf("and %d more", len(points)-most))
			break
		}
		s.Points = append(s.Points, plain(fmt.Sprintf("%s. Remedy: %s.", point.Text, point.Remedy)))
	}
	return s
}
