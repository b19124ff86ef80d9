package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestNeovim tests the server with Neovim's own client, set up as in docs/editors.md for versions without vim.lsp.config.
func TestNeovim(t *testing.T) {
	nvim, err := exec.LookPath("nvim")
	if err != nil {
		t.Fatal("nvim is missing: scripts/install-test-tools.sh installs it")
	}
	dir := t.TempDir()
	bin := filepath.Join(dir, "k8splan")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	script, err := filepath.Abs("../../testdata/editor/neovim.lua")
	if err != nil {
		t.Fatal(err)
	}
	topology := filepath.Join(dir, "topology.hcl")
	text := "cluster \"dev\" {\n type = \"all-in-one\"\n}\n\nnode \"dev-1\" {\n  adress = \"192.168.56.10\"\n}\n"
	if err := os.WriteFile(topology, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(nvim, "--headless", "--clean", "-n", topology, "-c", "luafile "+script)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "K8SPLAN="+bin, "HOME="+dir, "XDG_STATE_HOME="+dir, "XDG_CACHE_HOME="+dir, "XDG_DATA_HOME="+dir,
		"XDG_CONFIG_HOME="+dir)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
	after, err := os.ReadFile(topology)
	if err != nil {
		t.Fatal(err)
	}
	want := "cluster \"dev\" {\n  type = \"all-in-one\"\n}\n\nnode \"dev-1\" {\n  address = \"192.168.56.10\"\n}\n" +
		"\nnode \"dev-2\" {\n  address = \"192.168.56.10\"\n}\n"
	if string(after) != want {
		t.Errorf("Neovim wrote\n%s", after)
	}
}
