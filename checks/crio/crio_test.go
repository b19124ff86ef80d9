package crio

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/containers/image/v5/docker/reference"
	"github.com/containers/image/v5/pkg/sysregistriesv2"
	"github.com/containers/image/v5/signature"
	"github.com/containers/image/v5/types"
	"golang.org/x/tools/txtar"
)

// files is a host's /etc as the playbook and the runbook write it.
func files(t *testing.T) string {
	t.Helper()
	archive, err := txtar.ParseFile("../../planner/emit/hostfiles/testdata/cri-o.txtar")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, f := range archive.Files {
		path := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestMirrorsArePulledFrom checks, for each image, where CRI-O looks for it, in order; "http" means plain HTTP.
func TestMirrorsArePulledFrom(t *testing.T) {
	dir := files(t)
	system := &types.SystemContext{SystemRegistriesConfPath: filepath.Join(dir, "none.conf"),
		SystemRegistriesConfDirPath: filepath.Join(dir, "etc/containers/registries.conf.d")}
	if err := os.WriteFile(system.SystemRegistriesConfPath, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for image, want := range map[string]string{
		"docker.io/library/nginx:1.29": "https://harbor.example.com/dockerhub/library/nginx:1.29 " +
			"https://nexus.example.com/hub/library/nginx:1.29 http://10.0.0.2:5000/library/nginx:1.29 https://docker.io/library/nginx:1.29",
		"registry.example.com:5000/team/app:1": "http://registry.example.com:5000/team/app:1",
		"quay.io/team/app:1":                   "", // not configured
	} {
		registry, err := sysregistriesv2.FindRegistry(system, image)
		if err != nil {
			t.Fatal(image, err)
		}
		var got []string
		if registry != nil {
			ref, err := reference.ParseNamed(image)
			if err != nil {
				t.Fatal(image, err)
			}
			sources, err := registry.PullSourcesFromReference(ref)
			if err != nil {
				t.Fatal(image, err)
			}
			for _, s := range sources {
				scheme := "https://"
				if s.Endpoint.Insecure {
					scheme = "http://"
				}
				got = append(got, scheme+s.Reference.String())
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s:\n got %s\nwant %s", image, strings.Join(got, " "), want)
		}
	}
}

func TestPolicyIsRead(t *testing.T) {
	policy, err := signature.NewPolicyFromFile(filepath.Join(files(t), "etc/crio/policy.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(policy.Default) != 1 {
		t.Errorf("%+v", policy.Default)
	}
}
