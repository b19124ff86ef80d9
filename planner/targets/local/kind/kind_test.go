package kind_test

import (
	"testing"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target/targettest"
	"github.com/k8splan/k8splan/planner/targets/local/kind"
)

func target() targettest.Target {
	return targettest.Target{Name: "kind", Decode: kind.Decode, Emit: kind.Emit, Rules: kind.Rules()}
}

// checks/upstream decodes the golden file with kind's own types, and lets kind's own validation judge it.
func TestKind(t *testing.T) {
	target().Golden(t)
	target().Refuses(t)
}

// Every release that the table of targets lists has its image.
func TestEveryReleaseHasItsImage(t *testing.T) {
	facts, _ := plan.FindTarget("kind")
	for _, v := range facts.Releases {
		if kind.Image(v) == "" {
			t.Errorf("no image of %s", v)
		}
	}
}
