package aks_test

import (
	"testing"

	"github.com/k8splan/k8splan/planner/emit/aks"
	"github.com/k8splan/k8splan/planner/emit/targettest"
	"github.com/k8splan/k8splan/planner/emit/terraform/terraformtest"
)

func TestTarget(t *testing.T) {
	target := targettest.Target{Name: "aks", Decode: aks.Decode, Emit: aks.Emit, Rules: aks.Rules()}
	files := target.Golden(t)
	terraformtest.Validate(t, files)
	targettest.Shellcheck(t, files)
	target.Refuses(t)
}
