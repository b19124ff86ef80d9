package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// otherAnsible installs commands of another ansible-core release in dir/bin: Debian trixie's, from the folder that
// scripts/install-test-tools.sh creates, or the Python package in packages (<packages>/ansible). Both run in trixie's Python on this
// machine: what they start (ssh, scripts on localhost) is the machine's own.
func otherAnsible(dir, packages string) (path string, err error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	trixie := filepath.Join(cache, "k8splan-test", "trixie")
	own := filepath.Join(trixie, "usr", "lib", "python3", "dist-packages")
	if packages == "trixie" {
		packages = own
	}
	for _, part := range []string{filepath.Join(packages, "ansible", "release.py"), filepath.Join(trixie, "usr", "bin", "python3")} {
		if _, err := os.Stat(part); err != nil {
			return "", fmt.Errorf("-ansible: %w (make setup makes the folder of trixie)", err)
		}
	}
	bin := filepath.Join(dir, "bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		return "", err
	}
	for _, command := range []string{"playbook", "inventory"} {
		script := fmt.Sprintf(ansibleCommand, trixie, packages, own, command)
		err = errors.Join(err, os.WriteFile(filepath.Join(bin, "ansible-"+command), []byte(script), 0o755))
	}
	return bin, err
}

// ansibleCommand calls trixie's loader, since its Python requires a newer C library than older systems have, and hides Python's variables
// from what Ansible starts.
const ansibleCommand = `#!/bin/sh
trixie='%[1]s'
export PYTHONHOME="$trixie/usr" PYTHONPATH='%[2]s:%[3]s'
exec "$trixie/lib64/ld-linux-x86-64.so.2" --argv0 /usr/bin/python3 --library-path "$trixie/usr/lib/x86_64-linux-gnu" \
  "$trixie/usr/bin/python3" -c '
import os, runpy, sys
del os.environ["PYTHONHOME"], os.environ["PYTHONPATH"]
sys.argv = ["ansible", "%[4]s"] + sys.argv[1:]
runpy.run_module("ansible", run_name="__main__", alter_sys=True)' "$@"
`
