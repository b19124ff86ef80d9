package lxd_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/target/targettest"
	"github.com/k8splan/k8splan/planner/targets/local/lxd"
)

func TestLXD(t *testing.T) {
	target := targettest.Of(lxd.Target())
	files := target.Golden(t)
	for _, f := range target.Variant(t, "lxd-containers") {
		if strings.HasPrefix(f.Path, "lxd/instances/") && !strings.Contains(string(f.Data), "- --make-rshared") {
			t.Errorf("%s: mounts of pods are not shared", f.Path)
		}
	}
	target.Refuses(t)
	targettest.Shellcheck(t, files)
	theScriptMakesEveryInstance(t, files)
}

// theScriptMakesEveryInstance runs machines.sh with an lxc that records its arguments and its input.
func theScriptMakesEveryInstance(t *testing.T, files []artifact.File) {
	t.Helper()
	dir := targettest.Write(t, files)
	fake := "#!/bin/sh\necho \"lxc $*\" | head -n 1 >> \"$RECORD\"\ncase $1 in init|exec) wc -l >> \"$RECORD\" ;; info) exit 1 ;; " +
		"network) test \"$2\" != show ;; esac\n"
	if err := os.WriteFile(filepath.Join(dir, "lxc"), []byte(fake), 0o755); err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(dir, "key.pub")
	if err := os.WriteFile(key, []byte("ssh-ed25519 AAAA ops\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	record := filepath.Join(dir, "record")
	cmd := exec.Command(filepath.Join(dir, "lxd", "machines.sh"), key)
	cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "RECORD="+record)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	data, err := os.ReadFile(record)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"lxc network create k8sbr0\n", "lxc init ubuntu:24.04 cp-1 --vm\n", "lxc start cp-1\n",
		"lxc init images:debian/13/cloud worker-2 --vm\n",
		"lxc exec worker-2 -- cloud-init status --wait\n", "lxc exec worker-2 -- sh -eu -c \n1\n",
	} {
		if !strings.Contains(string(data), want) {
			t.Errorf("no call %q in\n%s", want, data)
		}
	}
}
