package etcd_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/k8splan/k8splan/planner/emit/emittest"
	"github.com/k8splan/k8splan/planner/emit/etcd"
	"github.com/k8splan/k8splan/planner/plan"
)

func TestGolden(t *testing.T)        { emittest.AllGolden(t, etcd.Emit) }
func TestWorkerIsLocal(t *testing.T) { emittest.WorkerIsLocal(t, etcd.Emit) }

type members struct {
	Placement              string
	Quorum, FaultTolerance int
	InitialCluster         string
	Members                []struct{ Name, Host, Address, PeerURL, ClientURL, FailureDomain string }
}

func TestMembers(t *testing.T) {
	files := emittest.Emit(t, etcd.Emit, emittest.Plan(t, "external"))
	var fromJSON, fromYAML members
	if err := json.Unmarshal(emittest.Data(t, files, "etcd/members.json"), &fromJSON); err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(emittest.Data(t, files, "etcd/members.yaml"), &fromYAML); err != nil {
		t.Fatal(err)
	}
	if fromJSON.Quorum != 2 || fromJSON.FaultTolerance != 1 || len(fromJSON.Members) != 3 ||
		fromJSON.Members[2].PeerURL != "https://10.0.0.23:2380" || fromJSON.Members[2].FailureDomain != "rack-c" {
		t.Errorf("%+v", fromJSON)
	}
	if a, b := asText(t, fromJSON), asText(t, fromYAML); a != b {
		t.Errorf("members.json and members.yaml differ:\n%s\n%s", a, b)
	}
	if got := strings.TrimSpace(string(emittest.Data(t, files, "etcd/initial-cluster"))); got != fromJSON.InitialCluster {
		t.Errorf("initial-cluster %q, members.json has %q", got, fromJSON.InitialCluster)
	}
}

func asText(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// read sources an environment file in a shell, whose quoting matches systemd's, and returns its variables.
func read(t *testing.T, data []byte) map[string]string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "etcd.env")
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("/bin/sh", "-eu", "-c", `set -a; . "$1"; exec env -0`, "sh", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	vars := map[string]string{}
	for _, pair := range strings.Split(string(out), "\x00") {
		if name, value, ok := strings.Cut(pair, "="); ok && strings.HasPrefix(name, "ETCD_") {
			vars[name] = value
		}
	}
	return vars
}

// Whatever a value contains, it stays one value: nothing is expanded, nothing ends it early.
func TestEnvironmentIsData(t *testing.T) {
	p := emittest.Plan(t, "external")
	hostile := "a\"b'c\\d`id`$(id)${HOME} #{x} {{ y }} %h ; rm -rf / # \\"
	p.Etcd.ExtraArgs = []plan.Arg{{Name: "log-outputs", Value: hostile}, {Name: "quota-backend-bytes", Value: "7"}}
	p.Etcd.DataDir = "/srv/with blank"
	vars := read(t, emittest.Data(t, emittest.Emit(t, etcd.Emit, p), "etcd/environment/etcd-1.env"))
	for name, want := range map[string]string{
		"ETCD_LOG_OUTPUTS": hostile, "ETCD_DATA_DIR": "/srv/with blank", "ETCD_NAME": "etcd-1", "ETCD_QUOTA_BACKEND_BYTES": "7",
		"ETCD_INITIAL_CLUSTER": "etcd-1=https://10.0.0.21:2380,etcd-2=https://10.0.0.22:2380,etcd-3=https://10.0.0.23:2380",
	} {
		if vars[name] != want {
			t.Errorf("%s is %q, want %q", name, vars[name], want)
		}
	}
}

func TestEnvironmentRefuses(t *testing.T) {
	for _, bad := range []plan.Arg{{Name: "data-dir", Value: "a\nETCD_NAME=b"}, {Name: "x=y", Value: "1"}, {Name: "", Value: "1"},
		{Name: "-x", Value: "1"}} {
		p := emittest.Plan(t, "external")
		p.Etcd.ExtraArgs = []plan.Arg{bad}
		if _, err := etcd.Emit(p); err == nil {
			t.Errorf("%q=%q is written", bad.Name, bad.Value)
		}
	}
}

// systemd-analyze exits with 0 for an unknown key and prints a warning, so any output is a failure.
func TestUnit(t *testing.T) {
	unit := string(emittest.Data(t, emittest.Emit(t, etcd.Emit, emittest.Plan(t, "external")), "etcd/etcd.service"))
	path := filepath.Join(t.TempDir(), "etcd.service")
	// The etcd binary is not on the machine that runs the tests.
	if err := os.WriteFile(path, []byte(strings.Replace(unit, "/usr/local/bin/etcd", "/bin/true", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("systemd-analyze", "verify", path).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("systemd-analyze: %v\n%s", err, out)
	}
	if !strings.Contains(unit, "EnvironmentFile="+etcd.EnvironmentPath+"\n") {
		t.Errorf("the unit does not read %s", etcd.EnvironmentPath)
	}
}
