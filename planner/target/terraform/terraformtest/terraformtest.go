// Package terraformtest checks a target's Terraform files against Terraform itself, with the providers' real schemas and no network.
//
// The package is internal to k8splan and makes no compatibility promise.
package terraformtest

import (
	"encoding/json"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/k8splan/k8splan/planner/artifact"
)

// data is the file with the plan's values, next to the program that reads them.
const data = "plan.auto.tfvars.json"

// Validate fails the test if `terraform fmt` would change a file, `terraform validate` refuses the configuration, a value of the plan's
// data does not fit its variable, one of the expressions has no value, or an apply would remove what the cluster itself creates in the
// cloud.
func Validate(t *testing.T, files []artifact.File, expressions ...string) {
	t.Helper()
	for _, line := range taken(files) {
		t.Error(line)
	}
	dir := write(t, files)
	env := append(os.Environ(), "TF_CLI_CONFIG_FILE="+filepath.Join(schemas(t), "terraform.rc"), "CHECKPOINT_DISABLE=1")
	for _, args := range [][]string{{"fmt", "-check", "-diff"}, {"validate", "-no-color"}} {
		cmd := exec.Command("terraform", args...)
		cmd.Dir, cmd.Env = dir, env
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("terraform %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	values, err := os.ReadFile(filepath.Join(dir, data))
	if err != nil {
		t.Fatal(err)
	}
	var variables map[string]any
	if err := json.Unmarshal(values, &variables); err != nil {
		t.Fatal(err)
	}
	for name := range variables {
		expressions = append(expressions, "var."+name)
	}
	args := []string{"console", "-no-color"}
	_, user := variables["ssh_user"]
	if _, named := variables["ssh_public_key_file"]; user || named {
		key := filepath.Join(dir, "key.pub")
		if err := os.WriteFile(key, []byte("ssh-ed25519 AAAA somebody\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		args = append(args, "-var=ssh_public_key_file="+key)
	}
	console := exec.Command("terraform", args...)
	console.Dir, console.Env = dir, env
	console.Stdin = strings.NewReader("[" + strings.Join(expressions, ", ") + "]\n")
	if out, err := console.CombinedOutput(); err != nil || strings.Contains(string(out), "Error:") {
		t.Errorf("terraform console: %v\n%s", err, out)
	}
}

// write writes a tree's Terraform files to a temporary directory.
func write(t *testing.T, files []artifact.File) string {
	t.Helper()
	dir, folder := t.TempDir(), ""
	for _, f := range files {
		if path.Base(f.Path) == data {
			folder = path.Dir(f.Path) + "/"
		}
	}
	for _, f := range files {
		if folder == "" || !strings.HasPrefix(f.Path, folder) {
			continue
		}
		path := filepath.Join(dir, strings.TrimPrefix(f.Path, folder))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// schemas builds the providers with their schemas once per machine, and returns where they are.
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
	lock, err := os.Create(dir + ".lock") // packages are tested concurrently
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
