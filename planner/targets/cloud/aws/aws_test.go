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
	// Characters: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
	terraformtest.Names(t, files, "production-platform-europe-w", "", map[string]int{"": 63, "aws_lb": 32,
		"aws_lb_target_group": 32, "aws_iam_role": 64, "aws_security_group": 255})
	target.Refuses(t)
}
