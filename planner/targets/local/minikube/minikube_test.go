package minikube_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/target/targettest"
	"github.com/k8splan/k8splan/planner/targets/local/minikube"
)

func TestMinikube(t *testing.T) {
	target := targettest.Of(minikube.Target())
	files := target.Golden(t)
	target.Refuses(t)
	targettest.Shellcheck(t, files)
	theScriptHandsArgumentsOn(t, files)
}

// flags of minikube start that the plan's arguments can use. Source: `minikube start --help` of https://github.com/kubernetes/minikube at
// eb25dbc (after v1.38.1), cmd/minikube/cmd/start_flags.go
var flags = strings.Fields(`addons apiserver-ips apiserver-names apiserver-port cert-expiration cni container-runtime cpus
  disk-size dns-domain docker-env driver extra-config feature-gates ha image-repository insecure-registry kubernetes-version
  listen-address memory nodes registry-mirror service-cluster-ip-range static-ip subnet`)

// theFlagsAreMinikubes: every argument is a flag of minikube.
func theFlagsAreMinikubes(t *testing.T, arguments []string) {
	t.Helper()
	for _, argument := range arguments {
		name, _, ok := strings.Cut(strings.TrimPrefix(argument, "--"), "=")
		if !ok || !slices.Contains(flags, name) {
			t.Errorf("minikube start has no flag for %q", argument)
		}
	}
}

// theScriptHandsArgumentsOn runs start.sh with a fake minikube that records its arguments.
func theScriptHandsArgumentsOn(t *testing.T, files []artifact.File) {
	t.Helper()
	dir := t.TempDir()
	var want []string
	for _, f := range files {
		path := filepath.Join(dir, f.Path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o755); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(f.Path, "/arguments.txt") {
			want = strings.Split(strings.TrimSuffix(string(f.Data), "\n"), "\n")
		}
	}
	theFlagsAreMinikubes(t, want)
	fake := "#!/bin/sh\nprintf '%s\\n' \"$@\" '' >> \"$RECORD\"\n"
	if err := os.WriteFile(filepath.Join(dir, "minikube", "minikube"), []byte(fake), 0o755); err != nil {
		t.Fatal(err)
	}
	record := filepath.Join(dir, "record")
	cmd := exec.Command(filepath.Join(dir, "minikube", "start.sh"))
	cmd.Env = append(os.Environ(), "PATH="+filepath.Join(dir, "minikube")+":"+os.Getenv("PATH"), "RECORD="+record)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	data, err := os.ReadFile(record)
	if err != nil {
		t.Fatal(err)
	}
	calls := strings.Split(strings.TrimSuffix(string(data), "\n\n"), "\n\n")
	if got, want := calls[0], strings.Join(append([]string{"start", "--profile=laptop"}, want...), "\n"); got != want {
		t.Errorf("called with\n%s\nwant\n%s", got, want)
	}
	if len(calls) != 4 || !strings.Contains(calls[1], "label\nnode\nlaptop-m04\n--overwrite\nexample.com/tier=edge") ||
		!strings.Contains(calls[2], "taint\nnode\nlaptop-m04\n--overwrite\nexample.com/edge=:NoSchedule") {
		t.Errorf("calls %q", calls)
	}
}
