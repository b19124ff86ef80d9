package gkeonprem_test

import (
	"testing"

	"github.com/k8splan/k8splan/planner/target/targettest"
	"github.com/k8splan/k8splan/planner/target/terraform/terraformtest"
	"github.com/k8splan/k8splan/planner/targets/turnkey/gkeonprem"
)

func TestGKEOnPrem(t *testing.T) {
	target := targettest.Of(gkeonprem.Target())
	targettest.Shellcheck(t, target.Golden(t))
	terraformtest.Validate(t, target.Variant(t, "gke-on-prem-user"), "local.effects")
	target.Refuses(t)
}
