package hetzner_test

import (
	"testing"

	"github.com/k8splan/k8splan/planner/target/targettest"
	"github.com/k8splan/k8splan/planner/target/terraform/terraformtest"
	"github.com/k8splan/k8splan/planner/targets/cloud/hetzner"
)

func TestTarget(t *testing.T) {
	target := targettest.Of(hetzner.Target())
	terraformtest.Validate(t, target.Golden(t), "local.user_data", "local.outside", "local.firewalls", `cidrhost(var.subnet, -2)`)
	target.Refuses(t)
}
