package kubeaws_test

import (
	"testing"

	"github.com/k8splan/k8splan/planner/emit/kubeaws"
	"github.com/k8splan/k8splan/planner/emit/targettest"
)

func TestKubeAWS(t *testing.T) {
	target := targettest.Target{Name: "kube-aws", Decode: kubeaws.Decode, Emit: kubeaws.Emit, Rules: kubeaws.Rules()}
	target.Golden(t)
	target.Refuses(t)
}
