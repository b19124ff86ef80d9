package icp_test

import (
	"testing"

	"github.com/k8splan/k8splan/planner/target/targettest"
	"github.com/k8splan/k8splan/planner/targets/turnkey/icp"
)

func TestIBMCloudPrivate(t *testing.T) {
	target := targettest.Target{Name: "ibm-cloud-private", Decode: icp.Decode, Emit: icp.Emit, Rules: icp.Rules()}
	target.Golden(t)
	target.Refuses(t)
}
