package planner_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/render"
	"github.com/k8splan/k8splan/planner/report"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/templates"
	"github.com/k8splan/k8splan/topologies"
)

// These tests look at whole trees: every starter on every target that has one, and every example. The packages under emit/ test what
// they write for themselves; here everything lies where a person will find it, and the programs that will read it read it.

var update = flag.Bool("update", false, "write the golden trees instead of comparing")

// root is the repository's directory, seen from this package.
const root = ".."

// whole are the targets whose trees are compared with goldens and read by all that reads them: the others differ in the files of their
// own packages, which have their own goldens, and TestStartersOfTargets puts their trees together.
var whole = []string{"bare-metal", "vagrant"}

// sources returns every starter of these targets, and every example, by a name that is good for a file.
func sources(t *testing.T) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for _, row := range topologies.Table {
		for _, target := range whole {
			src, err := topologies.Starter(row.Type, target)
			if err != nil {
				t.Fatal(err)
			}
			out[string(row.Type)+"-"+target] = src
		}
	}
	examples, err := filepath.Glob(filepath.Join(root, "examples", "*", "topology.hcl"))
	if err != nil || len(examples) < len(topologies.Table) {
		t.Fatalf("examples: %v %v", examples, err)
	}
	for _, path := range examples {
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		out["example-"+filepath.Base(filepath.Dir(path))] = src
	}
	return out
}

func names(sources map[string][]byte) []string {
	out := make([]string, 0, len(sources))
	for name := range sources {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

func rendered(t *testing.T, src []byte) *artifact.Set {
	t.Helper()
	project, diags := planner.Open("topology.hcl", src, nil, time.Time{})
	if project == nil {
		t.Fatal(diags)
	}
	set, err := render.Tree(project, "v0.0.0")
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// write renders a topology and writes its tree into a new directory.
func write(t *testing.T, src []byte) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "tree")
	if _, err := rendered(t, src).Write(dir, artifact.Options{}); err != nil {
		t.Fatal(err)
	}
	return dir
}

// inherent are the warnings that come with a type itself: its starter cannot be without them.
var inherent = map[topologies.Type][]string{
	topologies.SingleEtcdMultiMaster: {"etcd-single-member-multi-master"},
}

func TestStartersAndExamplesBreakNoRule(t *testing.T) {
	for name, src := range sources(t) {
		project, diags := planner.Open(name+".hcl", src, nil, time.Time{})
		if project == nil {
			t.Errorf("%s: %v", name, diags)
			continue
		}
		for _, d := range diags {
			if _, waived := rule.WaiverReason(d); waived {
				continue
			}
			if d.Severity == hcl.DiagError || !slices.Contains(inherent[project.Plan().Cluster.Type], rule.ID(d)) {
				t.Errorf("%s: %s: %s", name, rule.ID(d), d.Error())
			}
		}
	}
}

// TestGoldenTrees compares the tree of every starter with testdata/golden/<type>-<target>.txtar. Static programs are named in it, not
// repeated: they are in templates/ for everyone to read. -update writes the files; look at the diff before you commit it.
func TestGoldenTrees(t *testing.T) {
	static := staticPrograms(t)
	all := sources(t)
	for _, name := range names(all) {
		if strings.HasPrefix(name, "example-") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			archive := &txtar.Archive{}
			var verbatim bytes.Buffer
			for _, f := range rendered(t, all[name]).Files() {
				if f.Path == "SHA256SUMS" || f.Path == report.FileName {
					continue // they repeat what is here; the tests of package report and of checks/browser hold the page
				}
				if from, ok := static[sha256.Sum256(f.Data)]; ok {
					fmt.Fprintf(&verbatim, "%s is templates/%s\n", f.Path, from)
					continue
				}
				if lines, ok := leftOut(f); ok {
					fmt.Fprintf(&verbatim, "%s is templates/tree/%s without its lines %s\n", f.Path, f.Path, lines)
					continue
				}
				archive.Files = append(archive.Files, txtar.File{Name: f.Path, Data: f.Data})
			}
			archive.Comment = verbatim.Bytes()
			got := txtar.Format(archive)
			path := filepath.Join(root, "testdata", "golden", name+".txtar")
			if *update {
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatalf("%v (make golden writes it)", err)
			}
			if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")); diff != "" {
				t.Errorf("%s (-golden +rendered; make golden if this is wanted):\n%s", path, diff)
			}
		})
	}
}

// leftOut says which lines of its template a playbook or a file of tasks lacks.
func leftOut(f artifact.File) (lines string, ok bool) {
	whole, err := templates.Files.ReadFile("tree/" + f.Path)
	if err != nil || !strings.HasPrefix(f.Path, "ansible/") {
		return "", false
	}
	rest, begin := strings.SplitAfter(string(f.Data), "\n"), 0
	var out []string
	all := strings.SplitAfter(string(whole), "\n")
	for i, line := range all {
		kept := len(rest) > 0 && rest[0] == line
		if kept {
			rest = rest[1:]
		}
		switch {
		case !kept && begin == 0:
			begin = i + 1
		case kept && begin != 0:
			out, begin = append(out, fmt.Sprintf("%d-%d", begin, i)), 0
		}
	}
	return strings.Join(out, ", "), len(rest) == 0
}

// staticPrograms maps the digest of every file in templates/ to its path.
func staticPrograms(t *testing.T) map[[sha256.Size]byte]string {
	t.Helper()
	out := map[[sha256.Size]byte]string{}
	err := fs.WalkDir(templates.Files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := templates.Files.ReadFile(path)
		out[sha256.Sum256(data)] = path
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// run calls a program and fails the test with its output unless it exits 0. A program that is missing fails the test too: a check that
// did not run is not a check.
func run(t *testing.T, dir string, env []string, name string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%v (make setup installs what the tests need)", err)
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// ansibleEnv keeps the person's own settings out of the tests.
func ansibleEnv(t *testing.T) []string {
	home := t.TempDir()
	return []string{"HOME=" + home, "ANSIBLE_LOCAL_TEMP=" + home, "ANSIBLE_NOCOLOR=1", "PY_COLORS=0", "NO_COLOR=1"}
}

// TestTreesAreReadByWhatReadsThem lets the real consumers read every tree.
func TestTreesAreReadByWhatReadsThem(t *testing.T) {
	all := sources(t)
	for _, name := range names(all) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := write(t, all[name])
			run(t, dir, nil, "sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS")
			ansible, env := filepath.Join(dir, "ansible"), ansibleEnv(t)
			run(t, ansible, env, "ansible-playbook", append([]string{"--syntax-check"}, playbooks(t, ansible)...)...)
			inventory := run(t, ansible, env, "ansible-inventory", "--list")
			var listed map[string]json.RawMessage
			if err := json.Unmarshal([]byte(inventory), &listed); err != nil || listed["_meta"] == nil {
				t.Errorf("ansible-inventory printed no JSON (%v):\n%s", err, inventory)
			}
			run(t, dir, nil, "yamllint", "--strict", "--config-data", yamllintConfig, ".")
			if scripts := glob(t, dir, ".sh"); len(scripts) > 0 {
				run(t, dir, nil, "shellcheck", scripts...)
			}
			if path := filepath.Join(dir, "loadbalancer", "haproxy.cfg"); exists(path) {
				if out := run(t, dir, nil, "haproxy", "-c", "-q", "-f", path); strings.TrimSpace(out) != "" {
					t.Errorf("haproxy has something to say:\n%s", out)
				}
			}
			for _, path := range glob(t, filepath.Join(dir, "loadbalancer"), ".conf") {
				// On a host the playbook writes the interface's name.
				path = filepath.Join(dir, "loadbalancer", path)
				if err := os.WriteFile(filepath.Join(filepath.Dir(path), "interface.conf"), []byte("$INTERFACE=eth1\n"),
					0o644); err != nil {
					t.Fatal(err)
				}
				verifyKeepalived(t, path)
			}
			for _, unit := range glob(t, dir, ".service") {
				verifyUnit(t, filepath.Join(dir, unit))
			}
			if path := filepath.Join(dir, "vagrant"); exists(path) {
				run(t, path, nil, "ruby", "-wc", "Vagrantfile")
				run(t, path, []string{"VAGRANT_HOME=" + t.TempDir(), "VAGRANT_CHECKPOINT_DISABLE=1"}, "vagrant", "validate",
					"--ignore-provider")
			}
			everyPathOfTheReadmeExists(t, dir)
		})
	}
}

// playbooks returns the names of the playbooks in a directory.
func playbooks(t *testing.T, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.yml"))
	if err != nil || len(paths) < 2 {
		t.Fatalf("playbooks: %v %v", paths, err)
	}
	for i, path := range paths {
		paths[i] = filepath.Base(path)
	}
	return paths
}

// yamllintConfig: lines of kubeadm's and upstream's types are as long as they are, and files of one document need no marker.
const yamllintConfig = `{extends: default, rules: {line-length: disable, document-start: disable, comments: {min-spaces-from-content: 1},
  indentation: {indent-sequences: whatever}, truthy: {check-keys: false}, braces: {max-spaces-inside: 1}}}`

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// glob returns the files below dir that end so, relative to it; none if dir does not exist.
func glob(t *testing.T, dir, suffix string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, suffix) {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		out = append(out, rel)
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return out
}

// verifyUnit: systemd-analyze exits 0 on unknown keys, so any word of it is a failure, except that the programs of a host are not here.
func verifyUnit(t *testing.T, path string) {
	t.Helper()
	out := run(t, filepath.Dir(path), []string{"SYSTEMD_LOG_LEVEL=warning"}, "sh", "-c", `systemd-analyze verify --man=no "$1" || true`,
		"sh", path)
	for line := range strings.Lines(out) {
		if !strings.Contains(line, "is not executable: No such file or directory") &&
			!strings.Contains(line, filepath.Base(path)+": Command") {
			t.Errorf("systemd-analyze verify %s: %s", path, line)
		}
	}
}

// verifyKeepalived: releases differ in their exit codes where the check's program is not installed, as here, so what it says decides.
// Some end the test with a signal to their session, hence one of its own.
func verifyKeepalived(t *testing.T, path string) {
	t.Helper()
	out := run(t, filepath.Dir(path), nil, "sh", "-c", `setsid --wait keepalived -t -f "$1" || true`, "sh", path)
	for line := range strings.Lines(out) {
		if !strings.Contains(line, "check_apiserver since not found/accessible") && !strings.Contains(line, "check-apiserver.sh") {
			t.Errorf("keepalived says of %s: %s", path, line)
		}
	}
}

// everyPathOfTheReadmeExists: a page that names what is not there sends people looking.
func everyPathOfTheReadmeExists(t *testing.T, dir string) {
	t.Helper()
	readme, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(readme), "## What is in this tree")
	if !found {
		t.Fatal("README.md does not say what is in the tree")
	}
	listed := map[string]bool{}
	for line := range strings.Lines(table) {
		if rest, ok := strings.CutPrefix(line, "| `"); ok {
			path, _, _ := strings.Cut(rest, "`")
			listed[strings.TrimSuffix(path, "/")] = true
			if !exists(filepath.Join(dir, path)) {
				t.Errorf("README.md names %s, which is not there", path)
			}
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !listed[e.Name()] && !strings.HasPrefix(e.Name(), ".") {
			t.Errorf("README.md does not name %s", e.Name())
		}
	}
}

// link is a link of a Markdown page: its text, and where it leads.
var link = regexp.MustCompile(`\[[^\]\n]*\]\(([^)\s]+)\)`)

// everyLinkLeadsSomewhere checks the relative links of every page of a tree against the tree.
func everyLinkLeadsSomewhere(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".md" {
			return err
		}
		page, err := os.ReadFile(path)
		for _, m := range link.FindAllStringSubmatch(string(page), -1) {
			to, _, _ := strings.Cut(m[1], "#")
			if to == "" || strings.Contains(to, ":") { // a heading of the same page, or an address
				continue
			}
			if !exists(filepath.Join(filepath.Dir(path), to)) {
				t.Errorf("%s leads to %s, which is not there", strings.TrimPrefix(path, dir+"/"), m[1])
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// lintCommand is ansible-lint with its strictest profile and without a network.
const lintCommand = "ansible-lint --offline --profile production --strict -q"

// linted are trees that ansible-lint reads: most of what is in any of them is in the first, and least in the second. The first gets the
// programs that only other designs have, too.
var linted = [...]string{"multi-etcd-multi-master-bare-metal", "all-in-one-bare-metal"}

func TestAnsibleLint(t *testing.T) {
	t.Parallel()
	command := strings.Fields(lintCommand)
	for i, name := range linted {
		tree := write(t, sources(t)[name])
		if i == 0 {
			wholePrograms(t, tree)
		}
		dir := filepath.Join(tree, "ansible")
		run(t, dir, ansibleEnv(t), command[0], append(command[1:], playbooks(t, dir)...)...)
	}
}

// wholePrograms puts every playbook and role into a tree, as they are in templates.
func wholePrograms(t *testing.T, tree string) {
	t.Helper()
	programs, err := fs.Sub(templates.Files, "tree/ansible")
	if err != nil {
		t.Fatal(err)
	}
	err = fs.WalkDir(programs, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(programs, path)
		if err != nil {
			return err
		}
		to := filepath.Join(tree, "ansible", filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		return os.WriteFile(to, data, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestAnsibleOfTrixie reads trees with ansible-core 2.19 and its ansible-lint, in a folder that holds Debian trixie. 2.19 checks types of
// expressions and refuses what the 2.14 of bookworm lets pass.
func TestAnsibleOfTrixie(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Fatal("a folder of Debian needs Linux: run the tests there, or in a container")
	}
	trixie := os.Getenv("K8SPLAN_TRIXIE")
	if trixie == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			t.Fatal(err)
		}
		trixie = filepath.Join(cache, "k8splan-test", "trixie")
	}
	if !exists(filepath.Join(trixie, ".k8splan-ready")) {
		t.Fatalf("%s holds no Debian trixie (make setup makes it)", trixie)
	}
	inside, err := os.MkdirTemp(filepath.Join(trixie, "tmp"), "k8splan-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(inside) })
	all := sources(t)
	for _, name := range names(all) {
		if _, err := rendered(t, all[name]).Write(filepath.Join(inside, name), artifact.Options{}); err != nil {
			t.Fatal(err)
		}
	}
	wholePrograms(t, filepath.Join(inside, linted[0]))
	script := `set -eu
export HOME="$1" LC_ALL=C.UTF-8 ANSIBLE_NOCOLOR=1 NO_COLOR=1 ANSIBLE_LOCAL_TEMP="$1" PATH=/usr/sbin:/usr/bin:/sbin:/bin
for tree in "$1"/*-*; do
  cd "$tree/ansible"
  ansible-playbook --syntax-check ./*.yml
  ansible-inventory --list > /dev/null
done
for tree in ` + strings.Join(linted[:], " ") + `; do
  cd "$1/$tree/ansible"
  ` + lintCommand + ` ./*.yml
done
`
	args := []string{trixie, "/bin/sh", "-c", script, "sh", "/tmp/" + filepath.Base(inside)}
	if os.Getuid() == 0 {
		run(t, "/", nil, "chroot", args...)
	} else {
		run(t, "/", nil, "unshare", append([]string{"--map-root-user", "chroot"}, args...)...)
	}
}

// TestVagrantsInventoryAgrees joins the tree's inventory to one as Vagrant writes it: the machine's key and user are Vagrant's, the address
// is that of the second card, and the port is not the forwarded one.
func TestVagrantsInventoryAgrees(t *testing.T) {
	dir := write(t, sources(t)["multi-etcd-multi-master-vagrant"])
	generated := filepath.Join(dir, "vagrant", ".vagrant", "provisioners", "ansible", "inventory")
	if err := os.MkdirAll(generated, 0o755); err != nil {
		t.Fatal(err)
	}
	var lines strings.Builder
	lines.WriteString("# Generated by Vagrant\n\n")
	var machines struct {
		Machines []struct{ Name, Address string }
	}
	data, err := os.ReadFile(filepath.Join(dir, "vagrant", "nodes.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &machines); err != nil {
		t.Fatal(err)
	}
	for _, m := range machines.Machines {
		// Vagrant's own words, then those of ansible.host_vars in the Vagrantfile.
		fmt.Fprintf(&lines, "%s ansible_host=127.0.0.1 ansible_port=2222 ansible_user='vagrant' "+
			"ansible_ssh_private_key_file='/home/me/%s/private_key' ansible_host=%s ansible_port=22\n", m.Name, m.Name, m.Address)
	}
	if err := os.WriteFile(filepath.Join(generated, "vagrant_ansible_inventory"), []byte(lines.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	env := append(ansibleEnv(t), "ANSIBLE_CONFIG=../ansible/ansible.cfg",
		"ANSIBLE_INVENTORY_ENABLED=ansible.builtin.yaml,ansible.builtin.ini")
	for _, m := range machines.Machines {
		out := run(t, filepath.Join(dir, "vagrant"), env, "ansible-inventory", "-i", generated, "-i", "../ansible/inventory.yaml",
			"--host", m.Name)
		var vars struct {
			Host unsafe `json:"ansible_host"`
			Port int    `json:"ansible_port"`
			User unsafe `json:"ansible_user"`
			Key  unsafe `json:"ansible_ssh_private_key_file"`
		}
		if err := json.Unmarshal([]byte(out), &vars); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if string(vars.Host) != m.Address || vars.Port != 22 || vars.User != "vagrant" ||
			string(vars.Key) != "/home/me/"+m.Name+"/private_key" {
			t.Errorf("%s is reached as %+v", m.Name, vars)
		}
	}
}

// unsafe is a string as ansible-inventory prints it: bare, or marked as one that is never a template.
type unsafe string

func (u *unsafe) UnmarshalJSON(data []byte) error {
	var marked struct {
		Value string `json:"__ansible_unsafe"`
	}
	if data[0] == '{' {
		err := json.Unmarshal(data, &marked)
		*u = unsafe(marked.Value)
		return err
	}
	return json.Unmarshal(data, (*string)(u))
}
