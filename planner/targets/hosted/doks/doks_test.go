package doks_test

import (
	"testing"

	"github.com/k8splan/k8splan/planner/target/targettest"
	"github.com/k8splan/k8splan/planner/target/terraform/terraformtest"
	"github.com/k8splan/k8splan/planner/targets/hosted/doks"
)

func TestTarget(t *testing.T) {
	target := targettest.Of(doks.Target())
	files := target.Golden(t)
	terraformtest.Validate(t, files)
	terraformtest.Steady(t, files, "digitalocean_kubernetes_cluster")
	targettest.Shellcheck(t, files)
	target.Refuses(t)
}
