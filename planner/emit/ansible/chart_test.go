package ansible

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/k8splan/k8splan/templates"
)

// TestChartIsRendered runs chart.py with a helm that only prints its arguments: the archive's digest is checked, and each object is in its
// namespace.
func TestChartIsRendered(t *testing.T) {
	dir := t.TempDir()
	data, err := fs.ReadFile(templates.Files, "tree/ansible/roles/addons/files/chart.py")
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "chart.py", data)
	write(t, dir, "objects.yaml", []byte(`apiVersion: v1
kind: ConfigMap
metadata: {name: a}
---
# nothing
---
apiVersion: v1
kind: Secret
metadata: {name: b, namespace: other}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: c}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.com}
spec: {scope: Cluster, names: {kind: Thing}}
---
apiVersion: example.com/v1
kind: Thing
metadata: {name: d}
`))
	write(t, dir, "helm",
		[]byte("#!/bin/sh\necho \"$@\" >>"+dir+"/asked\ncase $1 in\npull) for last; do :; done; "+
			"printf chart >\"$last/thing-1.2.3.tgz\" ;;\ntemplate) cat "+dir+"/objects.yaml ;;\nesac\n"))
	if err := os.Chmod(filepath.Join(dir, "helm"), 0o755); err != nil {
		t.Fatal(err)
	}
	run := func(digest string) (string, error) {
		cmd := exec.Command("python3", filepath.Join(dir, "chart.py"), "--kubernetes=1.37.2", "--values=/v.yaml", "--chart="+
			`{"addon": "thing", "chart": "thing", "repository": "https://example.com/it's", "version": "1.2.3", "namespace": `+
			`"n", "digest": "`+
			digest+`"}`)
		cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"))
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	const digest = "sha256:d77c55b4b8e0ac7dd2a8bc8a20f5c2ac0a5d33ac6bf5fb2f2a5f9a3e6cbf5d0f"
	out, err := run(digest)
	if err == nil || !strings.Contains(out, "expected "+digest) {
		t.Errorf("another archive: %v %s", err, out)
	}
	_, is, _ := strings.Cut(out, "the digest is ")
	is, _, _ = strings.Cut(is, ",")
	out, err = run(is)
	if err != nil {
		t.Fatal(out)
	}
	var docs []string
	for doc := range strings.SplitSeq(out, "---\n") {
		docs = append(docs, strings.Join(strings.Fields(doc), " "))
	}
	want := []string{
		"apiVersion: v1 kind: Namespace metadata: name: n", "apiVersion: v1 kind: ConfigMap metadata: name: a namespace: n",
		"apiVersion: v1 kind: Secret metadata: name: b namespace: other",
		"apiVersion: rbac.authorization.k8s.io/v1 kind: ClusterRole metadata: name: c",
		"apiVersion: apiextensions.k8s.io/v1 kind: CustomResourceDefinition metadata: name: things.example.com spec: " +
			"names: kind: Thing scope: Cluster",
		"apiVersion: example.com/v1 kind: Thing metadata: name: d",
	}
	if strings.Join(docs, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", out)
	}
	asked, err := os.ReadFile(filepath.Join(dir, "asked"))
	if err != nil || !strings.Contains(string(asked), "pull thing --repo https://example.com/it's --version 1.2.3 --destination") ||
		!strings.Contains(string(asked), "--namespace n --include-crds --skip-tests --kube-version 1.37.2 --values /v.yaml") {
		t.Errorf("%v %s", err, asked)
	}
}
