package iks_test

import (
	"testing"

	"github.com/k8splan/k8splan/planner/target/targettest"
	"github.com/k8splan/k8splan/planner/target/terraform/terraformtest"
	"github.com/k8splan/k8splan/planner/targets/hosted/iks"
)

func TestTarget(t *testing.T) {
	target := targettest.Of(iks.Target())
	files := target.Golden(t)
	terraformtest.Validate(t, files)
	terraformtest.Steady(t, files, "ibm_container_vpc_cluster")
	targettest.Shellcheck(t, files)
	target.Refuses(t)
}
