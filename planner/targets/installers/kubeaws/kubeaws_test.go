package kubeaws_test

import (
	"testing"

	"github.com/k8splan/k8splan/planner/target/targettest"
	"github.com/k8splan/k8splan/planner/targets/installers/kubeaws"
)

func TestKubeAWS(t *testing.T) {
	target := targettest.Of(kubeaws.Target())
	target.Golden(t)
	target.Refuses(t)
}
