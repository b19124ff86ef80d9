package clusterapi_test

import (
	"testing"

	"github.com/k8splan/k8splan/planner/target/targettest"
	"github.com/k8splan/k8splan/planner/targets/installers/clusterapi"
)

// checks/upstream decodes the golden file with Cluster API's own types, and validates the objects with its admission webhooks.
func TestClusterAPI(t *testing.T) {
	target := targettest.Of(clusterapi.Target())
	target.Golden(t)
	target.Refuses(t)
}
