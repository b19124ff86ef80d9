package ansible

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// An addon's objects are removed in an order in which nothing waits for a deleted object. Objects that others still need stay.
func TestRemoveAddons(t *testing.T) {
	dir := t.TempDir()
	script := `#!/bin/sh
cd ` + dir + `
shift # --kubeconfig
case "$*" in
  "get --namespace=kube-system configmap"*) cat memory.json ;;
  "get persistentvolumes,"*) cat volumes.json ;;
  "get things.example.com "*) [ ! -e things ] || cat things ;;
  "get pods,"*) echo configmap/kube-root-ca.crt; [ ! -e living ] || cat living ;;
  "delete "*) cat >>deleted; echo >>deleted ;;
  "patch "*) echo "$*" >>patched ;;
esac
`
	write(t, dir, "kubectl", []byte(script))
	if err := os.Chmod(filepath.Join(dir, "kubectl"), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "memory.json", []byte(`{"data": {"own": "1", "other": "2", "old": "3", `+
		`"own.objects": "[[\"v1\",\"Namespace\",\"\",\"own\"],`+
		`[\"apiextensions.k8s.io/v1\",\"CustomResourceDefinition\",\"\",\"things.example.com\"],`+
		`[\"apps/v1\",\"Deployment\",\"own\",\"run\"],[\"v1\",\"ConfigMap\",\"own\",\"shared\"],`+
		`[\"storage.k8s.io/v1\",\"StorageClass\",\"\",\"fast\"],`+
		`[\"admissionregistration.k8s.io/v1\",\"ValidatingWebhookConfiguration\",\"\",\"judge\"]]", `+
		`"other.objects": "[[\"v1\",\"ConfigMap\",\"own\",\"shared\"]]"}}`))
	write(t, dir, "volumes.json", []byte(`{"items": []}`))
	deleted := func() string {
		data, _ := os.ReadFile(filepath.Join(dir, "deleted"))
		_ = os.Remove(filepath.Join(dir, "deleted"))
		var kinds []string
		for line := range strings.Lines(string(data)) {
			if _, rest, found := strings.Cut(line, `"kind": "`); found {
				kind, _, _ := strings.Cut(rest, `"`)
				kinds = append(kinds, kind)
			}
		}
		return strings.Join(kinds, " ")
	}
	for _, c := range []struct{ names, kept, volumes, says string }{
		{"own", "own,other", "", "still in the topology"},
		{"none", "other", "", "none was never applied"},
		{"old", "other", "", "recorded no objects"},
		{"own", "other", `{"items": [{"kind": "PersistentVolume", "metadata": {"name": "pv-1"}, "spec": {"storageClassName": "fast"}}]}`,
			"PersistentVolume pv-1 uses a storage class of own"},
	} {
		if c.volumes != "" {
			write(t, dir, "volumes.json", []byte(c.volumes))
		}
		_, problems, err := inCluster(t, dir, "remove.py", "--names="+c.names, "--kept="+c.kept)
		if err == nil || !strings.Contains(problems, c.says) || deleted() != "" {
			t.Errorf("%s: %v %s", c.says, err, problems)
		}
	}
	write(t, dir, "volumes.json", []byte(`{"items": []}`))
	write(t, dir, "things", []byte("thing.example.com/mine\n"))
	out, problems, err := inCluster(t, dir, "remove.py", "--names=own", "--kept=other")
	if err != nil {
		t.Fatal(problems)
	}
	const all = "ValidatingWebhookConfiguration StorageClass Deployment"
	const stays = "CustomResourceDefinition things.example.com stays: thing.example.com/mine"
	if got := deleted(); got != all+" Namespace" || !strings.Contains(out, stays) {
		t.Errorf("deleted %q\n%s", got, out)
	}
	if err := os.Remove(filepath.Join(dir, "things")); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "living", []byte("pod/of-somebody\n"))
	if out, problems, err = inCluster(t, dir, "remove.py", "--names=own", "--kept=other"); err != nil {
		t.Fatal(problems)
	}
	if got := deleted(); got != all+" CustomResourceDefinition" || !strings.Contains(out, "Namespace own stays: pod/of-somebody") {
		t.Errorf("deleted %q\n%s", got, out)
	}
	if data, _ := os.ReadFile(filepath.Join(dir, "patched")); !strings.Contains(string(data), `{"own": null, "own.objects": null}`) {
		t.Errorf("noted %s", data)
	}
}
