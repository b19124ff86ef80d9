package aws_test

import (
	"testing"

	"github.com/k8splan/k8splan/planner/target/targettest"
	"github.com/k8splan/k8splan/planner/target/terraform/terraformtest"
	"github.com/k8splan/k8splan/planner/targets/cloud/aws"
)

func TestTarget(t *testing.T) {
	target := targettest.Of(aws.Target())
	files := target.Golden(t)
	terraformtest.Validate(t, files, "local.user_data", "local.openings_by_range", "local.groups")
	terraformtest.Steady(t, files, "aws_instance")
	target.Refuses(t)
}
