package containerd

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	srvconfig "github.com/containerd/containerd/v2/cmd/containerd/server/config"
	"github.com/containerd/containerd/v2/core/remotes/docker/config"
	"golang.org/x/tools/txtar"
)

// TestMirrorsArePulledFrom makes containerd load a host's files, and checks which addresses it would contact.
func TestMirrorsArePulledFrom(t *testing.T) {
	dir := tree(t)
	hosts := config.ConfigureHosts(context.Background(), config.HostOptions{HostDir: config.HostDirFromRoot(filepath.Join(dir, "certs.d"))})
	for registry, want := range map[string]string{
		"docker.io": "https://harbor.example.com/v2/dockerhub https://nexus.example.com/v2/hub " +
			"http://10.0.0.2:5000/v2 https://registry-1.docker.io/v2",
		"registry.example.com:5000": "http://registry.example.com:5000/v2",
		"quay.io":                   "https://quay.io/v2", // not configured
	} {
		asked, err := hosts(registry)
		if err != nil {
			t.Fatal(registry, err)
		}
		var got []string
		for _, h := range asked {
			if u := h.Scheme + "://" + h.Host + h.Path; len(got) == 0 || got[len(got)-1] != u {
				got = append(got, u)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s:\n got %s\nwant %s", registry, strings.Join(got, " "), want)
		}
	}
}

func TestConfigIsReadWhole(t *testing.T) {
	var c srvconfig.Config
	if err := srvconfig.LoadConfig(context.Background(), filepath.Join(tree(t), "config.toml"), &c); err != nil {
		t.Fatal(err)
	}
	if c.Version != 3 || c.Plugins["io.containerd.cri.v1.images"] == nil || c.Plugins["io.containerd.cri.v1.runtime"] == nil {
		t.Errorf("%+v", c)
	}
}

// tree is /etc/containerd as the playbook and the runbook write it.
func tree(t *testing.T) string {
	t.Helper()
	archive, err := txtar.ParseFile("../../planner/emit/hostfiles/testdata/containerd.txtar")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, f := range archive.Files {
		below, ok := strings.CutPrefix(f.Name, "/etc/containerd/")
		if !ok {
			continue
		}
		path := filepath.Join(dir, below)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestCredentialsAreBesideTheRest checks that importing a file with credentials removes nothing from the configuration.
func TestCredentialsAreBesideTheRest(t *testing.T) {
	dir := tree(t)
	path := filepath.Join(dir, "config.toml")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const file = "50-k8splan-credentials.toml"
	text := strings.Replace(string(data), "'/etc/containerd/conf.d/*.toml'", "'"+filepath.Join(dir, file)+"'", 1)
	for name, content := range map[string]string{"config.toml": text, file: `version = 3

[plugins.'io.containerd.cri.v1.images'.registry.configs."registry.example.com:5000".auth]
  auth = "dXNlcjpwYXNz"
`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var c srvconfig.Config
	if err := srvconfig.LoadConfig(context.Background(), path, &c); err != nil {
		t.Fatal(err)
	}
	images, _ := c.Plugins["io.containerd.cri.v1.images"].(map[string]any)
	registry, _ := images["registry"].(map[string]any)
	if registry["config_path"] != "/etc/containerd/certs.d" || registry["configs"] == nil || images["pinned_images"] == nil {
		t.Errorf("%v", images)
	}
}
