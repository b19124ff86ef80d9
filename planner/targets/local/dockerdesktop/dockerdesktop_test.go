package dockerdesktop_test

import (
	"testing"

	"github.com/k8splan/k8splan/planner/target/targettest"
	"github.com/k8splan/k8splan/planner/targets/local/dockerdesktop"
)

// checks/upstream decodes kind.yaml with kind's own types.
func TestDockerDesktop(t *testing.T) {
	target := targettest.Of(dockerdesktop.Target())
	targettest.Shellcheck(t, target.Golden(t))
	target.Refuses(t)
}
