package openstack_test

import (
	"testing"

	"github.com/k8splan/k8splan/planner/target/targettest"
	"github.com/k8splan/k8splan/planner/target/terraform/terraformtest"
	"github.com/k8splan/k8splan/planner/targets/cloud/openstack"
)

func TestTarget(t *testing.T) {
	target := targettest.Of(openstack.Target())
	files := target.Golden(t)
	terraformtest.Validate(t, files, "local.user_data", "local.openings_by_range", "local.groups")
	terraformtest.Steady(t, files, "openstack_compute_instance_v2", "openstack_networking_port_v2")
	// Characters: Nova and Neutron keep 255
	terraformtest.Names(t, files, "production-platform-europe-west-cluster4", "", map[string]int{"": 255})
	target.Refuses(t)
}
