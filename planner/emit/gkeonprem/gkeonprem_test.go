package gkeonprem_test

import (
	"testing"

	"github.com/k8splan/k8splan/planner/emit/gkeonprem"
	"github.com/k8splan/k8splan/planner/emit/targettest"
)

func TestGKEOnPrem(t *testing.T) {
	target := targettest.Target{Name: "gke-on-prem", Decode: gkeonprem.Decode, Emit: gkeonprem.Emit, Rules: gkeonprem.Rules()}
	targettest.Shellcheck(t, target.Golden(t))
	target.Refuses(t)
}
