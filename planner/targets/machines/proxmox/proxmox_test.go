package proxmox_test

import (
	"testing"

	"github.com/k8splan/k8splan/planner/target/targettest"
	"github.com/k8splan/k8splan/planner/target/terraform/terraformtest"
	"github.com/k8splan/k8splan/planner/targets/machines/proxmox"
)

func TestProxmox(t *testing.T) {
	target := targettest.Of(proxmox.Target())
	terraformtest.Validate(t, target.Golden(t), "local.fetched", "local.public_keys")
	target.Refuses(t)
}
