package dockerdesktop_test

import (
	"testing"

	"github.com/k8splan/k8splan/planner/emit/dockerdesktop"
	"github.com/k8splan/k8splan/planner/emit/targettest"
)

// checks/upstream decodes kind.yaml with kind's own types.
func TestDockerDesktop(t *testing.T) {
	target := targettest.Target{Name: "docker-desktop", Decode: dockerdesktop.Decode, Emit: dockerdesktop.Emit, Rules: dockerdesktop.Rules()}
	targettest.Shellcheck(t, target.Golden(t))
	target.Refuses(t)
}
