package hetzner_test

import (
	"testing"

	"github.com/k8splan/k8splan/planner/emit/hetzner"
	"github.com/k8splan/k8splan/planner/emit/targettest"
	"github.com/k8splan/k8splan/planner/emit/terraform/terraformtest"
)

func TestTarget(t *testing.T) {
	target := targettest.Target{Name: "hetzner", Decode: hetzner.Decode, Emit: hetzner.Emit, Rules: hetzner.Rules()}
	terraformtest.Validate(t, target.Golden(t), "local.user_data", "local.outside", "local.firewalls", `cidrhost(var.subnet, -2)`)
	target.Refuses(t)
}
