package plan

import "testing"

// TestSplitPatchName checks that names are parsed as kubeadm does, and that a name is a problem if kubeadm would ignore the file or its
// type.
func TestSplitPatchName(t *testing.T) {
	known := Version{Major: 1, Minor: 36}.PatchTargets()
	for _, c := range []struct{ name, target, kind string }{
		{"etcd.yaml", "etcd", PatchStrategic},
		{"etcd0.json", "etcd", PatchStrategic},
		{"kube-apiserver0+merge.yaml", "kube-apiserver", PatchMerge},
		{"kube-controller-manager-late+json.json", "kube-controller-manager", PatchJSON},
		{"kubeletconfiguration+strategic.yaml", PatchKubelet, PatchStrategic},
		{"corednsdeployment.yaml", "corednsdeployment", PatchStrategic},
	} {
		target, kind, problem := SplitPatchName(c.name, known)
		if target != c.target || kind != c.kind || problem != "" {
			t.Errorf("%s is %q %q %q", c.name, target, kind, problem)
		}
	}
	for _, name := range []string{
		"", "etcd", "etcd.yml", "apiserver.yaml", "kubeproxydaemonset.yaml", "etcd+.yaml", "etcd+jsn.yaml", "etcd.0+merge.yaml",
		"etcd+merge+json.yaml",
		"../etcd.yaml", "etcd/0.yaml", "etcd 0.yaml", "etcd0\n.yaml", "ETCD.yaml",
	} {
		if target, kind, problem := SplitPatchName(name, known); problem == "" {
			t.Errorf("%q is taken as %q %q", name, target, kind)
		}
	}
	if _, _, problem := SplitPatchName("kubeproxydaemonset.yaml", Version{Major: 1, Minor: 37}.PatchTargets()); problem != "" {
		t.Error(problem)
	}
}
