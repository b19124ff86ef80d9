package upstream

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// docker answers kind's requests before it creates a node, and records the nodes that kind wants to create.
const docker = `#!/bin/sh
echo "$*" >> "$RECORD"
case "$1 $2" in
  "info --format") echo '{"CgroupVersion":"2","MemoryLimit":true,"PidsLimit":true,"CPUShares":true,"SecurityOptions":[]}' ;;
  "version --format") echo 29.0.0 ;;
  "network ls") echo 0123456789ab ;;
  "network inspect") echo '[{"Name":"kind","Id":"0123456789ab","EnableIPv6":true,"Containers":{}}]' ;;
  "run "*) exit 1 ;;
esac
exit 0
`

// TestKindTakesItsConfiguration runs kind itself until it creates nodes: first it reads, defaults, and validates the configuration.
func TestKindTakesItsConfiguration(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "kind")
	if out, err := exec.Command("go", "build", "-o", program, "sigs.k8s.io/kind").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := os.WriteFile(filepath.Join(dir, "docker"), []byte(docker), 0o755); err != nil {
		t.Fatal(err)
	}
	create := func(name string, config []byte) (said, record string) {
		t.Helper()
		file, calls := filepath.Join(dir, name+".yaml"), filepath.Join(dir, name+".calls")
		if err := os.WriteFile(file, config, 0o644); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(program, "create", "cluster", "--config", file)
		cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "HOME="+dir, "RECORD="+calls, "KIND_EXPERIMENTAL_PROVIDER=docker")
		out, _ := cmd.CombinedOutput() // no node can be created here, so it never succeeds
		data, _ := os.ReadFile(calls)
		return string(out), string(data)
	}
	nodes := func(record string) int { return strings.Count(record, "\nrun --name ") }

	config := golden(t, "kind", "kind/cluster.yaml")
	said, record := create("good", config)
	if nodes(record) == 0 || !strings.Contains(record, "registry.example.com/kindest/node:v1.36.4") {
		t.Errorf("kind made no node:\n%s\n%s", said, record)
	}
	said, record = create("twin", golden(t, "docker-desktop", "docker-desktop/kind.yaml"))
	if nodes(record) == 0 {
		t.Errorf("kind made no node:\n%s\n%s", said, record)
	}
	// The check can fail: an invalid range is refused before any node is created.
	said, record = create("bad", []byte(strings.Replace(string(config), "podSubnet: 10.244.0.0/16", "podSubnet: 10.244.0.0/99", 1)))
	if nodes(record) > 0 || !strings.Contains(said, "invalid pod subnet") {
		t.Errorf("a malformed range was taken:\n%s\n%s", said, record)
	}
}
