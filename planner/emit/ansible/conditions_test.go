package ansible

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/emit/emittest"
)

// TestConditionsAreBoolean holds every condition of every playbook against what ansible-core 2.19 takes.
func TestConditionsAreBoolean(t *testing.T) {
	given, err := Emit(emittest.Plan(t, "options"))
	if err != nil {
		t.Fatal(err)
	}
	whole := trimmed(t, &trimmer{})
	at := slices.IndexFunc(given, func(f artifact.File) bool { return f.Path == "ansible/group_vars/all.yaml" })
	if doubts := doubtful(t, append(whole, given[at])...); doubts != "" {
		t.Errorf("ansible-core 2.19 ends a run where one of these is not true or false:\n%s", doubts)
	}
}

func TestConditionsFindsWhatIsNotBoolean(t *testing.T) {
	doubts := doubtful(t,
		artifact.File{Path: "ansible/group_vars/all.yaml", Data: []byte("flag: true\nname: x\ninner: {flag: false, names: []}\n")},
		artifact.File{Path: "ansible/roles/a/vars/main.yml", Data: []byte("a_list: \"{{ [1] | select | list }}\"\n" +
			"a_test: \"{{ a_list | length > 0 }}\"\na_both: \"{{ a_test and a_list }}\"\n")},
		artifact.File{Path: "ansible/roles/a/tasks/main.yml", Data: []byte(`
- when: [flag, inner.flag, a_test, not a_list, a_list is truthy, "name | bool", "done is changed or a_test", "true"]
- when: name
- when: [flag, inner.names]
- until: a_list
- failed_when: a_both
- changed_when: "flag and (a_test or name | default(''))"
- block:
    - ansible.builtin.assert: {that: "a_list | first | default({})"}
`)})
	var got []string
	for line := range strings.Lines(doubts) {
		_, condition, _ := strings.Cut(strings.TrimSpace(line), ": ")
		got = append(got, condition)
	}
	want := []string{"a_both (a_both: a_list: ())", "a_list (a_list: ())", "a_list | first | default({}) (())",
		"flag and (a_test or name | default('')) (name)", "inner.names (inner.names)", "name (name)"}
	if !slices.Equal(got, want) {
		t.Errorf("found %q,\nwant  %q", got, want)
	}
}

// doubtful writes files and returns their conditions that need not be boolean.
func doubtful(t *testing.T, files ...artifact.File) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range files {
		to := filepath.Join(dir, filepath.FromSlash(f.Path))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var out, note bytes.Buffer
	cmd := exec.Command("/usr/bin/python3", "testdata/conditions.py", filepath.Join(dir, "ansible"))
	cmd.Stdout, cmd.Stderr = &out, &note
	if err := cmd.Run(); err != nil || strings.HasPrefix(note.String(), "0 ") {
		t.Fatalf("%v\n%s", err, note.String())
	}
	return out.String()
}
