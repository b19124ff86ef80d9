package openstack_test

import (
	"testing"

	"github.com/k8splan/k8splan/planner/target/targettest"
	"github.com/k8splan/k8splan/planner/target/terraform/terraformtest"
	"github.com/k8splan/k8splan/planner/targets/cloud/openstack"
)

func TestTarget(t *testing.T) {
	target := targettest.Target{Name: "openstack", Decode: openstack.Decode, Emit: openstack.Emit, Rules: openstack.Rules()}
	files := target.Golden(t)
	terraformtest.Validate(t, files, "local.user_data", "local.openings_by_range", "local.groups")
	target.Refuses(t)
}
