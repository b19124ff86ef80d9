package doks_test

import (
	"testing"

	"github.com/k8splan/k8splan/planner/emit/doks"
	"github.com/k8splan/k8splan/planner/emit/targettest"
	"github.com/k8splan/k8splan/planner/emit/terraform/terraformtest"
)

func TestTarget(t *testing.T) {
	target := targettest.Target{Name: "doks", Decode: doks.Decode, Emit: doks.Emit, Rules: doks.Rules()}
	files := target.Golden(t)
	terraformtest.Validate(t, files)
	targettest.Shellcheck(t, files)
	target.Refuses(t)
}
