package proxmox_test

import (
	"testing"

	"github.com/k8splan/k8splan/planner/target/targettest"
	"github.com/k8splan/k8splan/planner/target/terraform/terraformtest"
	"github.com/k8splan/k8splan/planner/targets/machines/proxmox"
)

func TestProxmox(t *testing.T) {
	target := targettest.Of(proxmox.Target())
	files := target.Golden(t)
	terraformtest.Validate(t, files, "local.fetched", "local.public_keys")
	terraformtest.Steady(t, files, "proxmox_virtual_environment_vm")
	target.Refuses(t)
}
