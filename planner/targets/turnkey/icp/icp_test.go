package icp_test

import (
	"testing"

	"github.com/k8splan/k8splan/planner/target/targettest"
	"github.com/k8splan/k8splan/planner/targets/turnkey/icp"
)

func TestIBMCloudPrivate(t *testing.T) {
	target := targettest.Of(icp.Target())
	target.Golden(t)
	target.Refuses(t)
}
