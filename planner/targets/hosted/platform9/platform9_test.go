package platform9_test

import (
	"testing"

	"github.com/k8splan/k8splan/planner/target/targettest"
	"github.com/k8splan/k8splan/planner/targets/hosted/platform9"
)

func TestPlatform9(t *testing.T) {
	target := targettest.Of(platform9.Target())
	targettest.Shellcheck(t, target.Golden(t))
	target.Refuses(t)
}
