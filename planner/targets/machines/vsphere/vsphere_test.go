package vsphere_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/k8splan/k8splan/planner/target/targettest"
	"github.com/k8splan/k8splan/planner/target/terraform/terraformtest"
	"github.com/k8splan/k8splan/planner/targets/machines/vsphere"
)

func TestVSphere(t *testing.T) {
	target := targettest.Of(vsphere.Target())
	files := target.Golden(t)
	target.Refuses(t)
	terraformtest.Validate(t, files, "local.metadata", "local.hosts")
	terraformtest.Steady(t, files, "vsphere_virtual_machine")
	for _, f := range files {
		if !strings.HasSuffix(f.Path, "/user-data") {
			continue
		}
		path := filepath.Join(t.TempDir(), "user-data")
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command("cloud-init", "schema", "--config-file", path).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", f.Path, err, out)
		}
	}
}
