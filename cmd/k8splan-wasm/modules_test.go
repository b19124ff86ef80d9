// Package wasm_test checks the sizes of the playground's two programs.
package wasm_test

import (
	"compress/gzip"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// browser returns the environment in which the modules are built.
func browser() []string { return append(os.Environ(), "GOOS=js", "GOARCH=wasm", "GOFLAGS=") }

// The core checks and shows designs, and links nothing of Kubernetes. sigs.k8s.io/yaml reads YAML, and has no Kubernetes types.
func TestModules(t *testing.T) {
	list := exec.Command("go", "list", "-deps", "-tags", "judging", "./core")
	list.Env = browser()
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.Lines(string(out)) {
		if strings.HasPrefix(name, "k8s.io/") {
			t.Errorf("the core links %s", name)
		}
	}
	if !strings.Contains(string(out), "planner/lsp\n") {
		t.Error("the core lacks the language server")
	}
}

// The page's initial download is at most 4 MiB, and the program that writes the files at most 10 MiB. The modules are built as in
// scripts/site.sh.
func TestSizes(t *testing.T) {
	if testing.Short() {
		t.Skip("building the modules takes minutes where nothing is cached")
	}
	const planner = "github.com/k8splan/k8splan/planner"
	for _, module := range []struct {
		name, tags string
		flags      []string
		most       int64
	}{
		{"core", "judging", []string{"-gcflags=" + planner + "/target=", "-gcflags=" + planner + "/targets/...="}, 4 << 20},
		{"renderer", "", nil, 10 << 20},
	} {
		file := filepath.Join(t.TempDir(), module.name)
		args := append([]string{"build", "-trimpath", "-tags", module.tags, "-gcflags=all=-l"}, module.flags...)
		build := exec.Command("go", append(args, "-ldflags", "-s -w", "-o", file, "./"+module.name)...)
		build.Env = browser()
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		size := compressed(t, file)
		t.Logf("%s: %d bytes", module.name, size)
		if size > module.most {
			t.Errorf("%s is %d bytes compressed, and at most %d are wanted", module.name, size, module.most)
		}
	}
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

func compressed(t *testing.T, file string) int64 {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var n counter
	zip, err := gzip.NewWriterLevel(&n, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(zip, f); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return int64(n)
}
