package kind_test

import (
	"testing"

	"github.com/k8splan/k8splan/planner/target/targettest"
	"github.com/k8splan/k8splan/planner/targets/local/kind"
)

// checks/upstream decodes the golden file with kind's own types, and runs kind's validation on it.
func TestKind(t *testing.T) {
	targettest.Of(kind.Target()).Golden(t)
	targettest.Of(kind.Target()).Refuses(t)
}

// Every release in the table of targets has its image.
func TestEveryReleaseHasItsImage(t *testing.T) {
	for _, v := range kind.Target().Facts.Releases {
		if kind.Image(v) == "" {
			t.Errorf("no image for %s", v)
		}
	}
}
