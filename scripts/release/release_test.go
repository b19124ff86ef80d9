package main

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/CycloneDX/cyclonedx-go"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

const number = "0.0.0-snapshot.test"

// TestSnapshot builds a release for this machine and uses each part as users do.
func TestSnapshot(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("packages are for Linux")
	}
	out := filepath.Join(t.TempDir(), "dist")
	if err := release("../..", out, "v"+number, []string{"linux/" + runtime.GOARCH}); err != nil {
		t.Fatal(err)
	}
	base := filepath.Join(out, fmt.Sprintf("k8splan_%s_linux_%s", number, runtime.GOARCH))
	t.Run("sums", func(t *testing.T) { command(t, out, "sha256sum", "--check", "--strict", sumsName) })
	t.Run("archive", func(t *testing.T) {
		dir := t.TempDir()
		command(t, dir, "tar", "-xzf", base+".tar.gz")
		runs(t, filepath.Join(dir, "k8splan"))
		for _, name := range []string{"LICENSE", "README.md", "CHANGELOG.md", "man/k8splan.1", "man/k8splan-generate.1",
			"completions/_k8splan"} {
			if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() == 0 {
				t.Errorf("%s: %v", name, err)
			}
		}
		command(t, dir, "bash", "-n", "completions/k8splan.bash")
	})
	t.Run("deb", func(t *testing.T) {
		dir := t.TempDir()
		command(t, dir, "dpkg-deb", "-x", base+".deb", dir)
		runs(t, filepath.Join(dir, "usr/bin/k8splan"))
		for _, name := range []string{"man/man1/k8splan.1.gz", "bash-completion/completions/k8splan", "doc/k8splan/copyright"} {
			if _, err := os.Stat(filepath.Join(dir, "usr/share", name)); err != nil {
				t.Error(err)
			}
		}
		if version := command(t, dir, "dpkg-deb", "-f", base+".deb", "Version"); !strings.HasPrefix(version, "0.0.0~snapshot") {
			t.Errorf("version %q: a release would not replace this snapshot", version)
		}
	})
	t.Run("rpm", func(t *testing.T) {
		if lead, err := os.ReadFile(base + ".rpm"); err != nil || !bytes.HasPrefix(lead, []byte{0xed, 0xab, 0xee, 0xdb}) {
			t.Errorf("no RPM: %v", err)
		}
	})
	t.Run("apk", func(t *testing.T) { // archives behind each other, each with its own end
		dir := t.TempDir()
		command(t, dir, "tar", "--ignore-zeros", "-xzf", base+".apk")
		runs(t, filepath.Join(dir, "usr/bin/k8splan"))
	})
	t.Run("image", func(t *testing.T) { image(t, filepath.Join(out, "k8splan_"+number+"_oci.tar")) })
	t.Run("bom", func(t *testing.T) { bom(t, filepath.Join(out, "k8splan_"+number+".cdx.json")) })
	t.Run("action", func(t *testing.T) { action(t, out) })
	t.Run("again", func(t *testing.T) {
		again := filepath.Join(t.TempDir(), "dist")
		if err := release("../..", again, "v"+number, []string{"linux/" + runtime.GOARCH}); err != nil {
			t.Fatal(err)
		}
		first, err1 := os.ReadFile(filepath.Join(out, sumsName))
		second, err2 := os.ReadFile(filepath.Join(again, sumsName))
		if err := errors.Join(err1, err2); err != nil || !bytes.Equal(first, second) {
			t.Errorf("the same commit gives other bytes (%v):\n%s\n%s", err, first, second)
		}
	})
}

func command(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// runs checks a binary's version, and runs it on a topology.
func runs(t *testing.T, program string) {
	t.Helper()
	if text := command(t, ".", program, "version"); !strings.HasPrefix(text, "k8splan v"+number+" ") {
		t.Errorf("%s says %q", program, text)
	}
	command(t, "../..", program, "validate", "examples/all-in-one/topology.hcl")
}

func image(t *testing.T, path string) {
	dir := t.TempDir()
	command(t, dir, "tar", "-xf", path)
	index, err := layout.ImageIndexFromPath(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Index(index); err != nil {
		t.Fatal(err)
	}
	named, err := index.IndexManifest()
	if err != nil || len(named.Manifests) != 1 || named.Manifests[0].Annotations["org.opencontainers.image.ref.name"] != "v"+number {
		t.Fatalf("%v %+v", err, named)
	}
	platforms, err := index.ImageIndex(named.Manifests[0].Digest)
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := platforms.IndexManifest()
	if err != nil || len(manifest.Manifests) != 1 {
		t.Fatalf("%v %+v", err, manifest)
	}
	img, err := platforms.Image(manifest.Manifests[0].Digest)
	if err != nil {
		t.Fatal(err)
	}
	config, err := img.ConfigFile()
	if err != nil || !slices.Equal(config.Config.Entrypoint, []string{"/k8splan"}) || config.Architecture != runtime.GOARCH {
		t.Errorf("%v %+v", err, config)
	}
	root := t.TempDir()
	packed := mutate.Extract(img)
	defer packed.Close()
	files := tar.NewReader(packed)
	for {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Name != "k8splan" {
			t.Fatalf("the image holds %s", h.Name)
		}
		data, err := io.ReadAll(files)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, h.Name), data, h.FileInfo().Mode()); err != nil {
			t.Fatal(err)
		}
	}
	runs(t, filepath.Join(root, "k8splan"))
}

func bom(t *testing.T, path string) {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var list cyclonedx.BOM
	if err := cyclonedx.NewBOMDecoder(f, cyclonedx.BOMFileFormatJSON).Decode(&list); err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, c := range *list.Components {
		names[c.Name] = true
	}
	for _, name := range []string{"std", "github.com/hashicorp/hcl/v2", "k8s.io/kubernetes"} {
		if !names[name] {
			t.Errorf("%s is not listed", name)
		}
	}
	for _, name := range []string{"github.com/cpuguy83/go-md2man/v2", "github.com/santhosh-tekuri/jsonschema/v6"} {
		if names[name] {
			t.Errorf("%s is in the binary that ships", name)
		}
	}
}

// action runs the script of action.yml against a server that has the release at GitHub's paths.
func action(t *testing.T, out string) {
	mux := http.NewServeMux()
	mux.Handle("/download/v"+number+"/", http.StripPrefix("/download/v"+number+"/", http.FileServer(http.Dir(out))))
	mux.HandleFunc("/latest", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/tag/v"+number, http.StatusFound) })
	mux.HandleFunc("/tag/v"+number, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "a page") })
	server := httptest.NewServer(mux)
	defer server.Close()
	script, err := filepath.Abs("../action.sh")
	if err != nil {
		t.Fatal(err)
	}
	for _, version := range []string{"v" + number, "latest"} {
		cmd := exec.Command("bash", script)
		cmd.Dir = "../.."
		output := filepath.Join(t.TempDir(), "output")
		cmd.Env = []string{
			"PATH=" + os.Getenv("PATH"), "K8SPLAN_RELEASES=" + server.URL, "K8SPLAN_VERSION=" + version, "RUNNER_TEMP=" + t.TempDir(),
			"GITHUB_OUTPUT=" + output, "K8SPLAN_FILES=examples/all-in-one",
		}
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", version, err, text)
		}
		if got, err := os.ReadFile(output); err != nil || string(got) != "valid=true\n" {
			t.Errorf("%s: %v %q", version, err, got)
		}
	}
}

// TestRefused checks that an invalid version, platform, or folder is refused before anything is written.
func TestRefused(t *testing.T) {
	dir := t.TempDir()
	for _, version := range []string{"", "1.2.3", "v1.2", "v1.2.3\n", "v1.2.3 -X main.version=v9.9.9"} {
		if err := release("../..", dir, version, []string{"linux/amd64"}); err == nil {
			t.Errorf("%q passed", version)
		}
	}
	own := filepath.Join(dir, "own")
	if err := os.WriteFile(own, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := release("../..", dir, "v1.2.3", nil); err == nil {
		t.Error("a folder with other files was cleared")
	}
	if _, err := os.Stat(own); err != nil {
		t.Error(err)
	}
	if _, err := new(build).compile(dir, "plan9/386"); err == nil {
		t.Error("plan9/386 passed")
	}
}

// TestPlatforms checks that the Makefile and this program have the same platforms.
func TestPlatforms(t *testing.T) {
	text, err := os.ReadFile("../../Makefile")
	if err != nil || !bytes.Contains(text, []byte("PLATFORMS ?= "+strings.ReplaceAll(platforms, ",", " ")+"\n")) {
		t.Errorf("the Makefile's PLATFORMS are not %s: %v", platforms, err)
	}
}
