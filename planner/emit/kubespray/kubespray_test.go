package kubespray_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/emit/kubespray"
	"github.com/k8splan/k8splan/planner/emit/targettest"
)

func TestKubespray(t *testing.T) {
	target := targettest.Target{Name: "kubespray", Decode: kubespray.Decode, Emit: kubespray.Emit, Rules: kubespray.Rules()}
	files := target.Golden(t)
	target.Refuses(t)
	ansibleReads(t, files)
}

// ansibleReads lets ansible-inventory read the inventory with its group_vars, and looks at what it made of it.
func ansibleReads(t *testing.T, files []artifact.File) {
	t.Helper()
	dir := t.TempDir()
	for _, f := range files {
		path := filepath.Join(dir, f.Path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("ansible-inventory", "-i", filepath.Join(dir, "kubespray/inventory/hosts.yaml"), "--list")
	cmd.Env = append(os.Environ(), "HOME="+dir, "ANSIBLE_LOCAL_TEMP="+dir, "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED=1")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("ansible-inventory: %v (make setup installs it)", err)
	}
	var read struct {
		Meta struct {
			Hostvars map[string]map[string]any
		} `json:"_meta"`
		ControlPlane struct{ Hosts []string }    `json:"kube_control_plane"`
		Node         struct{ Hosts []string }    `json:"kube_node"`
		Etcd         struct{ Hosts []string }    `json:"etcd"`
		Cluster      struct{ Children []string } `json:"k8s_cluster"`
	}
	if err := json.Unmarshal(out, &read); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !slices.Equal(read.ControlPlane.Hosts, []string{"cp-2", "cp-1", "cp-3"}) {
		t.Errorf("control planes %v: the one that runs kubeadm init comes first", read.ControlPlane.Hosts)
	}
	if !slices.Equal(read.Etcd.Hosts, []string{"etcd-1", "etcd-2", "etcd-3"}) || !slices.Equal(read.Node.Hosts, []string{"edge", "worker-1", "worker-2"}) {
		t.Errorf("etcd %v, nodes %v", read.Etcd.Hosts, read.Node.Hosts)
	}
	cp := read.Meta.Hostvars["cp-1"]
	if cp["kube_version"] == nil || cp["kube_pods_subnet"] == nil {
		t.Errorf("group_vars did not reach cp-1: %v", cp)
	}
	args, _ := cp["kube_kubeadm_apiserver_extra_args"].(map[string]any)
	value, _ := args["audit-log-path"].(map[string]any)
	if value["__ansible_unsafe"] != "{{ lookup('pipe', 'id') }}" {
		t.Errorf("the value that looks like a template came out as %v", args["audit-log-path"])
	}
}
