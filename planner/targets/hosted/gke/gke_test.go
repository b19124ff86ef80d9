package gke_test

import (
	"testing"

	"github.com/k8splan/k8splan/planner/target/targettest"
	"github.com/k8splan/k8splan/planner/target/terraform/terraformtest"
	"github.com/k8splan/k8splan/planner/targets/hosted/gke"
)

func TestTarget(t *testing.T) {
	target := targettest.Of(gke.Target())
	files := target.Golden(t)
	terraformtest.Validate(t, files)
	terraformtest.Steady(t, files, "google_container_cluster")
	// Characters: https://cloud.google.com/iam/docs/service-accounts-create, and 63 of whatever Compute Engine names
	terraformtest.Names(t, files, "production-platform-europe-west-cluster4", "", map[string]int{"": 63, "google_container_cluster": 40,
		"google_service_account": 30})
	targettest.Shellcheck(t, files)
	target.Refuses(t)
}
