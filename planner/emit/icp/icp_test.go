package icp_test

import (
	"testing"

	"github.com/k8splan/k8splan/planner/emit/icp"
	"github.com/k8splan/k8splan/planner/emit/targettest"
)

func TestIBMCloudPrivate(t *testing.T) {
	target := targettest.Target{Name: "ibm-cloud-private", Decode: icp.Decode, Emit: icp.Emit, Rules: icp.Rules()}
	target.Golden(t)
	target.Refuses(t)
}
