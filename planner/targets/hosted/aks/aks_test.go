package aks_test

import (
	"testing"

	"github.com/k8splan/k8splan/planner/target/targettest"
	"github.com/k8splan/k8splan/planner/target/terraform/terraformtest"
	"github.com/k8splan/k8splan/planner/targets/hosted/aks"
)

func TestTarget(t *testing.T) {
	target := targettest.Of(aks.Target())
	files := target.Golden(t)
	terraformtest.Validate(t, files)
	terraformtest.Steady(t, files, "azurerm_kubernetes_cluster")
	// Characters: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
	terraformtest.Names(t, files, "production-platform-europe-west-cluster-of-many-teams4", "", map[string]int{"": 64,
		"azurerm_user_assigned_identity": 128, "azurerm_kubernetes_cluster": 63})
	targettest.Shellcheck(t, files)
	target.Refuses(t)
}
