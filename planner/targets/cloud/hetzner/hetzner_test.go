package hetzner_test

import (
	"testing"

	"github.com/k8splan/k8splan/planner/target/targettest"
	"github.com/k8splan/k8splan/planner/target/terraform/terraformtest"
	"github.com/k8splan/k8splan/planner/targets/cloud/hetzner"
)

func TestTarget(t *testing.T) {
	target := targettest.Of(hetzner.Target())
	files := target.Golden(t)
	terraformtest.Validate(t, files, "local.user_data", "local.outside", "local.firewalls", `cidrhost(var.subnet, -2)`)
	terraformtest.Steady(t, files, "hcloud_server")
	// Characters: a DNS label
	terraformtest.Names(t, files, "production-platform-europe-west-cluster4", "", map[string]int{"": 63})
	target.Refuses(t)
}
