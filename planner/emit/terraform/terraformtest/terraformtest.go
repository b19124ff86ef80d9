// Package terraformtest holds a target's Terraform files against Terraform itself, with the providers' real schemas and no network.
package terraformtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/emit/terraform"
)

// Validate fails the test where `terraform fmt` would change a file or `terraform validate` refuses the configuration with its variables.
func Validate(t *testing.T, files []artifact.File) {
	t.Helper()
	dir := t.TempDir()
	for _, f := range files {
		if !strings.HasPrefix(f.Path, terraform.Folder+"/") {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(f.Path)), f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	env := append(os.Environ(), "TF_CLI_CONFIG_FILE="+filepath.Join(schemas(t), "terraform.rc"), "CHECKPOINT_DISABLE=1")
	for _, args := range [][]string{{"fmt", "-check", "-diff"}, {"validate", "-no-color"}} {
		cmd := exec.Command("terraform", args...)
		cmd.Dir, cmd.Env = dir, env
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("terraform %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}

// schemas makes the providers with their schemas once on a machine, and returns where they are.
func schemas(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(cache, "k8splan-test", "terraform")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	lock, err := os.Create(dir + ".lock") // packages are tested side by side
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	root, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		t.Fatal(err)
	}
	build := exec.Command(filepath.Join(strings.TrimSpace(string(root)), "checks", "terraform", "build.sh"), dir)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", build, err, out)
	}
	return dir
}
