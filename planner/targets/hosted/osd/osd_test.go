package osd_test

import (
	"testing"

	"github.com/k8splan/k8splan/planner/target/targettest"
	"github.com/k8splan/k8splan/planner/targets/hosted/osd"
)

func TestOpenShiftDedicated(t *testing.T) {
	target := targettest.Target{Name: "openshift-dedicated", Decode: osd.Decode, Emit: osd.Emit, Rules: osd.Rules()}
	targettest.Shellcheck(t, target.Golden(t))
	target.Refuses(t)
}
