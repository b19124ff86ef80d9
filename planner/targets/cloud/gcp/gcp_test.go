package gcp_test

import (
	"testing"

	"github.com/k8splan/k8splan/planner/target/targettest"
	"github.com/k8splan/k8splan/planner/target/terraform/terraformtest"
	"github.com/k8splan/k8splan/planner/targets/cloud/gcp"
)

func TestGCP(t *testing.T) {
	target := targettest.Of(gcp.Target())
	files := target.Golden(t)
	terraformtest.Validate(t, files)
	terraformtest.Steady(t, files, "google_compute_instance")
	target.Refuses(t)
}
