package flags_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/k8splan/k8splan/planner/flags"
)

func TestFind(t *testing.T) {
	for _, test := range []struct {
		component, name string
		minor           int
		ok              bool
		typ             string
	}{
		{"kubelet", "eviction-hard", 37, true, "mapStringString"},
		{"kubelet", "pod-infra-container-image", 34, true, "string"},
		{"kubelet", "pod-infra-container-image", 35, false, "string"},
		{"kubelet", "max-parallel-image-pulls", 37, false, ""},
		{"kube-apiserver", "default-not-ready-toleration-seconds", 31, true, "int64"},
		{"kube-apiserver", "audit-log-mode", 37, true, "string"},
		{"kube-apiserver", "tls-curve-preferences", 35, false, "int32Slice"},
		{"kube-apiserver", "v", 31, true, "Level"},
		{"kube-controller-manager", "leader-elect", 33, true, "bool"},
		{"kube-scheduler", "config", 36, true, "string"},
		{"kube-proxy", "proxy-mode", 37, true, "ProxyMode"},
		{"etcd", "snapshot-count", 5, true, "uint64"},
		{"etcd", "experimental-initial-corrupt-check", 6, true, "bool"},
		{"etcd", "experimental-initial-corrupt-check", 7, false, "bool"},
		{"kubelet", "eviction-hard", 30, false, "mapStringString"},
		{"nobody", "v", 37, false, ""},
	} {
		f, ok := flags.Find(test.component, test.name, test.minor)
		if ok != test.ok || f.Type != test.typ {
			t.Errorf("%s --%s at %d: %v %q, want %v %q", test.component, test.name, test.minor, ok, f.Type, test.ok, test.typ)
		}
	}
	if f, _ := flags.Find("etcd", "proxy", 5); !slices.Equal(f.Valid, []string{"off", "on", "readonly"}) {
		t.Errorf("values of etcd's proxy: %q", f.Valid)
	}
	if f, _ := flags.Find("kube-apiserver", "apiserver-count", 37); f.Deprecated != 31 || !strings.Contains(f.Note, "removed") {
		t.Errorf("apiserver-count: %+v", f)
	}
}

func TestCovers(t *testing.T) {
	for component, minors := range map[string][2]int{"kubelet": {31, 37}, "kube-proxy": {31, 37}, "etcd": {5, 7}, "nobody": {99, 0}} {
		for minor := range 50 {
			if got, want := flags.Covers(component, minor), minors[0] <= minor && minor <= minors[1]; got != want {
				t.Errorf("%s %d: %v", component, minor, got)
			}
		}
	}
}

func TestFields(t *testing.T) {
	for _, test := range []struct {
		name  string
		minor int
		path  string
	}{
		{"max-parallel-image-pulls", 37, "maxParallelImagePulls"},
		{"image-maximum-gc-age", 31, "imageMaximumGCAge"},
		{"eviction-hard", 37, "evictionHard"},
		{"client-ca-file", 37, "authentication.x509.clientCAFile"},
		{"bogus", 37, ""},
		{"max-parallel-image-pulls", 30, ""},
	} {
		path, ok := flags.FieldOf("KubeletConfiguration", test.name, test.minor)
		if path != test.path || ok != (test.path != "") {
			t.Errorf("%s: %q %v, want %q", test.name, path, ok, test.path)
		}
	}
	for _, kind := range []string{"KubeletConfiguration", "KubeProxyConfiguration"} {
		if n := len(flags.Fields(kind)); n < 50 {
			t.Errorf("%s has %d fields", kind, n)
		}
	}
}

// The tables are sorted, have no duplicates, and all rows are within bounds.
func TestTables(t *testing.T) {
	for _, component := range flags.Components() {
		all := flags.Of(component)
		if !slices.IsSortedFunc(all, func(a, b flags.Flag) int { return strings.Compare(a.Name, b.Name) }) {
			t.Errorf("%s is not sorted", component)
		}
		for _, f := range all {
			if f.Since > f.Last || f.Type == "" || f.Type == "?" || !flags.Covers(component, f.Since) || !flags.Covers(component, f.Last) ||
				(f.Deprecated == 0) != (f.Note == "") {
				t.Errorf("%+v", f)
			}
		}
	}
}
