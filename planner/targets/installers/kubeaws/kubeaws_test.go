package kubeaws_test

import (
	"testing"

	"github.com/k8splan/k8splan/planner/target/targettest"
	"github.com/k8splan/k8splan/planner/targets/installers/kubeaws"
)

func TestKubeAWS(t *testing.T) {
	target := targettest.Target{Name: "kube-aws", Decode: kubeaws.Decode, Emit: kubeaws.Emit, Rules: kubeaws.Rules()}
	target.Golden(t)
	target.Refuses(t)
}
