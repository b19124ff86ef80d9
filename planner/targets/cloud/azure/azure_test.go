package azure_test

import (
	"testing"

	"github.com/k8splan/k8splan/planner/target/targettest"
	"github.com/k8splan/k8splan/planner/target/terraform/terraformtest"
	"github.com/k8splan/k8splan/planner/targets/cloud/azure"
)

func TestTarget(t *testing.T) {
	target := targettest.Of(azure.Target())
	files := target.Golden(t)
	targettest.Shellcheck(t, files)
	terraformtest.Validate(t, files, "local.members", "local.user_data", "local.openings", "local.groups")
	terraformtest.Steady(t, files, "azurerm_linux_virtual_machine", "azurerm_network_interface")
	// Characters: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
	terraformtest.Names(t, files, "production-platform-europe-west-cluster4", "", map[string]int{"": 80,
		"azurerm_linux_virtual_machine": 64, "azurerm_resource_group": 90})
	target.Refuses(t)
}
