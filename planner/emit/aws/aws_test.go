package aws_test

import (
	"testing"

	"github.com/k8splan/k8splan/planner/emit/aws"
	"github.com/k8splan/k8splan/planner/emit/targettest"
	"github.com/k8splan/k8splan/planner/emit/terraform/terraformtest"
)

func TestTarget(t *testing.T) {
	target := targettest.Target{Name: "aws", Decode: aws.Decode, Emit: aws.Emit, Rules: aws.Rules()}
	terraformtest.Validate(t, target.Golden(t), "local.user_data", "local.openings_by_range", "local.groups")
	target.Refuses(t)
}
