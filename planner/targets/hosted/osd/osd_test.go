package osd_test

import (
	"testing"

	"github.com/k8splan/k8splan/planner/target/targettest"
	"github.com/k8splan/k8splan/planner/targets/hosted/osd"
)

func TestOpenShiftDedicated(t *testing.T) {
	target := targettest.Of(osd.Target())
	targettest.Shellcheck(t, target.Golden(t))
	target.Refuses(t)
}
