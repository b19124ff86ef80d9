package ansible

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/emit/emittest"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/templates"
)

// designs returns the designs of all emitter tests, and edits of them that change the programs.
func designs(t *testing.T) map[string]*plan.Plan {
	t.Helper()
	out := map[string]*plan.Plan{}
	for _, name := range emittest.Names(t) {
		out[name] = emittest.Plan(t, name)
	}
	for name, edit := range map[string]func(*plan.Plan){
		"packages":   func(p *plan.Plan) { p.Artifacts.Origin = plan.Packages },
		"static":     func(p *plan.Plan) { p.Network.CNI.Name = plan.StaticRoutes },
		"wireguard":  func(p *plan.Plan) { p.Network.CNI.Name, p.Network.CNI.Encapsulation = plan.Calico, "wireguard" },
		"addons":     func(p *plan.Plan) { p.Addons = append(p.Addons, &plan.Addon{Name: "x"}) },
		"serving":    func(p *plan.Plan) { p.Cluster.Kubelet.ServerTLSBootstrap = true },
		"one packed": func(p *plan.Plan) { p.Artifacts.Origin = plan.Packages },
	} {
		base := "stacked"
		if strings.HasPrefix(name, "one ") {
			base = "all-in-one"
		}
		p := emittest.Plan(t, base)
		edit(p)
		out[name] = p
	}
	return out
}

// calls lists the ways in which a program names another file, and where that file is. role is the program's role.
var calls = []struct {
	how   *regexp.Regexp
	where func(role string, m []string) string
}{
	{regexp.MustCompile(`ansible\.builtin\.(?:include|import)_role:\n +name: (\w+)(?:\n +tasks_from: (\w+))?`), func(_ string,
		m []string) string {
		if m[2] == "" {
			m[2] = "main"
		}
		return "roles/" + m[1] + "/tasks/" + m[2] + ".yml"
	}},
	{regexp.MustCompile(`(?m)^  roles:\n((?:    .*\n)+)`), nil},
	{regexp.MustCompile(`ansible\.builtin\.(?:include|import)_tasks: (\S+)`), func(role string, m []string) string {
		return "roles/" + role + "/tasks/" + m[1]
	}},
	{regexp.MustCompile(`ansible\.builtin\.import_playbook: (\S+)`), func(_ string, m []string) string { return m[1] }},
	{regexp.MustCompile(`playbook_dir(?: ~ '| \}\})/(roles/[\w/.]+)`), func(_ string, m []string) string { return m[1] }},
	{regexp.MustCompile(`lookup\('ansible\.builtin\.file', '([\w.]+)'`), func(role string, m []string) string {
		return "roles/" + role + "/files/" + m[1]
	}},
	{regexp.MustCompile(`(?:lookup\('ansible\.builtin\.template', '|\n +src: )([\w.-]+\.j2)`), func(role string, m []string) string {
		return "roles/" + role + "/templates/" + m[1]
	}},
}

// called lists the files that a program names. A name that is only known on a host stands for every file with that prefix.
func called(name, text string, all map[string]string) []string {
	role := ""
	if rest, found := strings.CutPrefix(name, "roles/"); found {
		role, _, _ = strings.Cut(rest, "/")
	}
	var out []string
	for _, call := range calls {
		for _, m := range call.how.FindAllStringSubmatch(text, -1) {
			if call.where == nil {
				for _, r := range regexp.MustCompile(`- (?:role: )?(\w+)\n`).FindAllStringSubmatch(m[1], -1) {
					out = append(out, "roles/"+r[1]+"/tasks/main.yml")
				}
				continue
			}
			file := call.where(role, m)
			if begins, _, some := strings.Cut(file, "{{"); some {
				for other := range all {
					if strings.HasPrefix(other, begins) {
						out = append(out, other)
					}
				}
				continue
			}
			out = append(out, file)
		}
	}
	return out
}

// guarded are files that variables name under a condition that is true only in designs that have the files.
var guarded = []string{"roles/kubelet/files/kubelet.service", "roles/network/templates/conflist.j2",
	"roles/network/templates/static-routes.conf.j2"}

// TestTreesHoldWhatTheyUse: no program names a file that the tree lacks, and every file is named by a program.
func TestTreesHoldWhatTheyUse(t *testing.T) {
	whole := map[string]string{}
	for _, f := range trimmed(t, &trimmer{}) {
		whole[strings.TrimPrefix(f.Path, "ansible/")] = string(f.Data)
	}
	for name, p := range designs(t) {
		there := map[string]string{}
		for _, f := range trimmed(t, trimmerFor(p, nil)) {
			there[strings.TrimPrefix(f.Path, "ansible/")] = string(f.Data)
		}
		used := map[string]bool{}
		for file, text := range there {
			if rest := without(whole[file], text); rest != "" {
				t.Errorf("%s: %s has a line that is not in templates, or in another order: %q", name, file, rest)
			}
			var any any
			if path.Ext(file) == ".yml" {
				if err := yaml.Unmarshal([]byte(text), &any); err != nil || any == nil {
					t.Errorf("%s: %s: %v\n%s", name, file, err, text)
				}
			}
			for _, other := range called(file, text, there) {
				used[other] = true
				if _, ok := there[other]; !ok && !slices.Contains(guarded, other) {
					t.Errorf("%s: %s names %s, which the tree does not have", name, file, other)
				}
			}
		}
		for file := range there {
			parts := strings.Split(file, "/")
			if len(parts) < 4 || used[file] {
				continue
			}
			if of := parts[2]; of == "vars" || of == "defaults" {
				continue
			}
			if !namedByAll(file, there) {
				t.Errorf("%s: nothing names %s", name, file)
			}
		}
	}
}

// namedByAll reports whether a file's role names it indirectly, such as through a variable or a loop.
func namedByAll(file string, there map[string]string) bool {
	role := strings.Join(strings.Split(file, "/")[:2], "/") + "/"
	for other, text := range there {
		if strings.HasPrefix(other, role) && other != file && strings.Contains(text, path.Base(file)) {
			return true
		}
	}
	return false
}

// without returns the first line of whole that text lacks after the preceding lines.
func without(whole, text string) string {
	lines := slices.Collect(strings.Lines(whole))
	for line := range strings.Lines(text) {
		at := slices.Index(lines, line)
		if at < 0 {
			return line
		}
		lines = lines[at+1:]
	}
	return ""
}

func trimmed(t *testing.T, how *trimmer) []artifact.File {
	t.Helper()
	files, err := programs(how)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestNothingIsTrimmedOfTheWhole: a design that needs every part has the programs of templates byte for byte.
func TestNothingIsTrimmedOfTheWhole(t *testing.T) {
	all := map[string]bool{"etcd": true, "load_balancer": true, "local_balancer": true, "workers": true}
	for _, f := range trimmed(t, &trimmer{groups: all}) {
		want, err := fs.ReadFile(templates.Files, "tree/"+f.Path)
		if err != nil || string(want) != string(f.Data) {
			t.Errorf("%s is not templates/tree/%s (%v)", f.Path, f.Path, err)
		}
	}
}

// TestOneHostHasWhatOneHostNeeds names some of what a single host does not need, and what must stay for hosts that leave or for remains of
// an earlier design.
func TestOneHostHasWhatOneHostNeeds(t *testing.T) {
	p := emittest.Plan(t, "all-in-one")
	names := func(leaving ...plan.Leaving) []string {
		var out []string
		for _, f := range trimmed(t, trimmerFor(p, leaving)) {
			out = append(out, strings.TrimPrefix(f.Path, "ansible/"))
		}
		return out
	}
	alone, left := names(), names(plan.Leaving{Name: "w-1", Address: "10.0.0.9"})
	for _, not := range []string{"remove-host.yml", "replace-host.yml", "roles/remove/tasks/leave.yml", "roles/etcd/tasks/main.yml",
		"roles/load_balancer/tasks/main.yml", "roles/cluster/tasks/join.yml", "roles/runtime/files/docker.service",
		"roles/reconfigure/tasks/vip_second.yml", "roles/reconfigure/tasks/vip_hand.yml", "roles/reconfigure/tasks/taint.yml",
		"roles/cluster/tasks/files.yml"} {
		if slices.Contains(alone, not) {
			t.Errorf("one host has %s", not)
		}
	}
	for _, still := range []string{"reset.yml", "reconfigure.yml", "upgrade.yml", "restore-etcd.yml", "roles/etcd/files/gate.py",
		"roles/addons/tasks/remove.yml"} {
		if !slices.Contains(alone, still) {
			t.Errorf("one host lacks %s", still)
		}
	}
	for _, takes := range []string{"remove-host.yml", "roles/remove/tasks/leave.yml"} {
		if !slices.Contains(left, takes) {
			t.Errorf("a host leaves, and %s is not there", takes)
		}
	}
	if len(alone) > 139 {
		t.Errorf("one host has %d programs", len(alone))
	}
}

// TestPlaysWithoutHosts: a play on a group without hosts is omitted, even if it computes an order of its hosts.
func TestPlaysWithoutHosts(t *testing.T) {
	has := func(design, playbook, play string) bool {
		for _, f := range trimmed(t, trimmerFor(emittest.Plan(t, design), nil)) {
			if f.Path == "ansible/"+playbook {
				return strings.Contains(string(f.Data), "- name: "+play)
			}
		}
		return false
	}
	const last = "Remove the old address and port from the balancers"
	if has("all-in-one", "reconfigure.yml", last) {
		t.Error("one host has a play for balancers")
	}
	if !has("external", "reconfigure.yml", last) {
		t.Error("a design with balancers lacks a play for them")
	}
	if !has("all-in-one", "reconfigure.yml", "Apply the settings of the control planes") {
		t.Error("one host lacks a play for its control plane")
	}
}
