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
	// Characters: https://cloud.google.com/compute/docs/naming-resources, https://cloud.google.com/iam/docs/service-accounts-create
	terraformtest.Names(t, files, "production-platform-europe-west-cluster4", "northamerica-northeast1-", map[string]int{"": 63,
		"google_service_account": 30})
	terraformtest.Names(t, files, "production-platform-europe-we", "northamerica-northeast1-", map[string]int{"": 63,
		"google_service_account": 30})
	target.Refuses(t)
}
