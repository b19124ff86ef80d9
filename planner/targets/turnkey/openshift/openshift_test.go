package openshift_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/k8splan/k8splan/planner/target/targettest"
	"github.com/k8splan/k8splan/planner/targets/turnkey/openshift"
)

func TestOpenShift(t *testing.T) {
	target := targettest.Of(openshift.Target())
	files := target.Golden(t)
	target.Refuses(t)
	targettest.Shellcheck(t, files)
	dir := t.TempDir()
	for _, f := range files {
		path := filepath.Join(dir, "tree", f.Path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	assemble(t, dir)
}

// assemble: the user's secrets are added unchanged, and never written to the tree.
func assemble(t *testing.T, dir string) {
	t.Helper()
	const secret = `{"auths":{"it's":{"auth":"a: b #c"}}}`
	key, pull := filepath.Join(dir, "key.pub"), filepath.Join(dir, "pull secret.json")
	for path, text := range map[string]string{key: "ssh-ed25519 AAAA it's me\n", pull: secret + "\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	script := func(out string, env ...string) (string, error) {
		cmd := exec.Command(filepath.Join(dir, "tree", "openshift", "assemble.sh"), out)
		cmd.Env = append(os.Environ(), append([]string{"PULL_SECRET_FILE=" + pull, "SSH_PUBLIC_KEY_FILE=" + key}, env...)...)
		text, err := cmd.CombinedOutput()
		return string(text), err
	}
	out := filepath.Join(dir, "install")
	if text, err := script(out); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	data, err := os.ReadFile(filepath.Join(out, "install-config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		BaseDomain string `json:"baseDomain"`
		PullSecret string `json:"pullSecret"`
		SSHKey     string `json:"sshKey"`
	}
	if err := yaml.Unmarshal(data, &config); err != nil || config.PullSecret != secret || config.SSHKey != "ssh-ed25519 AAAA it's me" ||
		config.BaseDomain != "example.com" {
		t.Errorf("%v: %+v", err, config)
	}
	for _, name := range []string{"agent-config.yaml", "openshift/cluster-scheduler-02-config.yaml"} {
		if _, err := os.Stat(filepath.Join(out, name)); err != nil {
			t.Error(err)
		}
	}
	if info, err := os.Stat(filepath.Join(out, "install-config.yaml")); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others may read the pull secret: %v %v", info.Mode(), err)
	}
	for name, c := range map[string]struct{ out, env, want string }{
		"a folder that is not empty": {out, "", "is not empty"},
		"a folder in the tree":       {filepath.Join(dir, "tree", "install"), "", "is in the tree"},
		"no pull secret":             {filepath.Join(dir, "b"), "PULL_SECRET_FILE=", "there is no pull secret"},
		"a private key":              {filepath.Join(dir, "c"), "SSH_PUBLIC_KEY_FILE=" + filepath.Join(dir, "private"), "private key"},
	} {
		if err := os.WriteFile(filepath.Join(dir, "private"), []byte("-----BEGIN OPENSSH PRIVATE KEY-----\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if text, err := script(c.out, c.env); err == nil || !strings.Contains(text, c.want) {
			t.Errorf("%s is accepted: %v\n%s", name, err, text)
		}
	}
}
