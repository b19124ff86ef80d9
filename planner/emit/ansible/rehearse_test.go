package ansible

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/k8splan/k8splan/templates"
)

// rehearsal is a playbook of the tree with hosts that are all this machine. What would change a host is replaced: files in instead have the
// place of the tree's, and write into log which host has its turn.
type rehearsal struct {
	inventory string
	instead   map[string]string
}

// logs is a task file that notes a host's turn, and what an expression is then.
func logs(word, expression string) string {
	return "- name: Log\n  ansible.builtin.shell: echo \"" + word + " {{ inventory_hostname }} {{ " + expression +
		" }}\" >>{{ playbook_dir }}/log\n  changed_when: true\n"
}

// run returns what the playbook printed and the lines of the log.
func (r rehearsal) run(t *testing.T, args ...string) (said string, log []string, err error) {
	t.Helper()
	dir := t.TempDir()
	put := func(path string, data []byte) {
		t.Helper()
		to := filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range trimmed(t, &trimmer{}) {
		put(f.Path, f.Data)
	}
	for path, text := range r.instead {
		put("ansible/"+path, []byte(text))
	}
	put("ansible/hosts.yml", []byte(r.inventory))
	cmd := exec.Command("ansible-playbook", append([]string{"-i", "hosts.yml"}, args...)...)
	cmd.Dir = filepath.Join(dir, "ansible")
	home := t.TempDir()
	cmd.Env = append(os.Environ(), "HOME="+home, "ANSIBLE_LOCAL_TEMP="+home, "ANSIBLE_REMOTE_TEMP="+home, "ANSIBLE_NOCOLOR=1",
		"LC_ALL=C.UTF-8")
	out, err := cmd.CombinedOutput()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	text, _ := os.ReadFile(filepath.Join(dir, "ansible", "log"))
	for line := range strings.Lines(string(text)) {
		log = append(log, strings.TrimSpace(line))
	}
	return string(out), log, err
}

// stackedHosts is an inventory of three control planes with stacked etcd and two workers.
const stackedHosts = `all:
  vars:
    ansible_connection: local
    ansible_become: false
    plan: {problems: [], drained: [], moves: ""}
    node_object: "{}"
    etcd: {placement: stacked, others: false, version: 3.7.0, on_the_way: 3.6.16, data_dir: /var/lib/etcd}
    cluster: {kubernetes_version: 1.37.2, kubernetes_minor: "1.37", images: []}
    network: {kube_proxy_mode: nftables}
    artifacts: {downloads: []}
    arch: amd64
    survey_host: {missing_packages: [], artifacts: {}, kubernetes: {serving: true, images: {}}}
  children:
    bootstrap: {hosts: {cp-1: {}}}
    control_plane: {hosts: {cp-1: {}, cp-2: {}, cp-3: {}}}
    workers: {hosts: {w-1: {}, w-2: {}}}
    kubelet: {children: {control_plane: {}, workers: {}}}
    etcd: {hosts: {}}
    load_balancer: {hosts: {}}
    leaving: {hosts: {}}
    others: {hosts: {}}
`

// nothing is a task file that does nothing, and an end a playbook that does nothing.
const (
	nothing = "- name: Nothing\n  ansible.builtin.debug:\n    msg: nothing\n"
	end     = "- name: End\n  hosts: cp-1\n  tasks:\n    - name: Nothing\n      ansible.builtin.debug:\n        msg: nothing\n"
)

// upgrading is upgrade.yml on these hosts, with the given work left.
func upgrading(left string) rehearsal {
	return rehearsal{inventory: stackedHosts, instead: map[string]string{
		"roles/survey/tasks/main.yml": `- name: Look
  ansible.builtin.set_fact: {survey_source: cp-1, survey_initialized: true}
`,
		"roles/survey/tasks/cluster.yml": `- name: Judge
  ansible.builtin.set_fact:
    survey_judged: {upgrade: ` + left + `}
  run_once: true
`,
		"roles/upgrade/tasks/judge.yml":         nothing,
		"roles/upgrade/tasks/preflight.yml":     logs("checked", "''"),
		"roles/upgrade/tasks/members_image.yml": nothing,
		"roles/upgrade/tasks/members_first.yml": logs("member", "''"),
		"roles/upgrade/tasks/control_plane.yml": logs("serves", "upgrade_applies"),
		"roles/upgrade/tasks/addons.yml":        nothing,
		"roles/upgrade/tasks/node.yml":          logs("node", "''"),
		"reconfigure.yml":                       end,
		"backup-etcd.yml": `- name: Save
  hosts: control_plane
  tasks:
    - name: Save
      ansible.builtin.command: test '{{ inventory_hostname }}' != '{{ lost | default('') }}'
      changed_when: false
`,
	}}
}

const untouched = "{from: 1.36.3, to: 1.37.2, record: true, etcd: true, minor: true, unfinished: [], members_first: [cp-2]," +
	" control_planes: [cp-1, cp-2, cp-3], nodes: [cp-1, cp-2, cp-3, w-1, w-2], ours: [], cordoned: []}"

// An upgrade takes each host in its turn. It stops before the first one where a host is left out or was lost while etcd was saved: a
// control plane that is left behind would have an older API server than the kubelets.
func TestUpgradeTakesEveryHostInItsTurn(t *testing.T) {
	t.Parallel()
	said, log, err := upgrading(untouched).run(t, "upgrade.yml")
	want := []string{"checked cp-1", "member cp-2", "serves cp-1 True", "serves cp-2 False", "serves cp-3 False",
		"node cp-1", "node cp-2", "node cp-3", "node w-1", "node w-2"}
	if err != nil || !slices.Equal(log, want) {
		t.Errorf("%v %q\n%s", err, log, said)
	}
	for names, args := range map[string][]string{
		"cp-3, w-2": {"upgrade.yml", "--limit", "all:localhost:!cp-3:!w-2"},
		"cp-2":      {"upgrade.yml", "-e", "lost=cp-2"},
	} {
		said, log, err := upgrading(untouched).run(t, args...)
		upgraded := slices.ContainsFunc(log, func(line string) bool { return !strings.HasPrefix(line, "checked ") })
		if err == nil || upgraded || !strings.Contains(said, "Nothing was upgraded. "+names+" did not answer") {
			t.Errorf("without %s: %v %q\n%s", names, err, log, said)
		}
	}
}

// Where kubeadm was stopped half-way, the API server has the new version already: kubeadm does its work there again.
func TestUpgradeGoesOnWhereKubeadmWasStopped(t *testing.T) {
	t.Parallel()
	said, log, err := upgrading("{from: 1.36.3, to: 1.37.2, record: false, etcd: false, minor: true, unfinished: [cp-1, cp-3],"+
		" members_first: [], control_planes: [cp-1, cp-3], nodes: [], ours: [], cordoned: []}").run(t, "upgrade.yml")
	if want := []string{"serves cp-1 True", "serves cp-3 False"}; err != nil || !slices.Equal(log, want) {
		t.Errorf("%v %q\n%s", err, log, said)
	}
}

// etcd moves, and nothing else: other settings of the topology are not written into kubeadm's record, by which reconfigure.yml finds them.
func TestMoveWritesOnlyWhereEtcdIs(t *testing.T) {
	t.Parallel()
	const short = " | from_yaml | to_json | regex_replace('[^a-z:{}, ]', '')"
	moving := rehearsal{
		inventory: strings.NewReplacer("placement: stacked", "placement: external",
			"etcd: {hosts: {}}", "etcd: {hosts: {etcd-1: {}, etcd-2: {}}}").Replace(stackedHosts),
		instead: map[string]string{
			"../etcd/members.json": `{"members": [{"name": "etcd-1", "clientURL": "https://10.0.0.21:2379"}]}`,
			"roles/survey/tasks/main.yml": `- name: Look
  ansible.builtin.set_fact:
    survey_source: cp-1
    survey_initialized: true
    survey_issuer: false
    survey_host: {kubernetes: {serving: true, etcd_servers: ['https://127.0.0.1:2379']}, etcd: {issuer: true}}
`,
			"roles/survey/tasks/cluster.yml": `- name: Judge
  ansible.builtin.set_fact:
    survey_api: {stdout: '{{ api | to_json }}'}
    survey_judged:
      moves: cp-1
      leaves: [cp-1, cp-2, cp-3]
      etcd: {joining: [etcd-1]}
      endpoint: null
      target: {etcd: {external: {endpoints: [e]}}, scheduler: {x: new}}
  vars:
    api:
      nodes: {cp-1: {}, cp-2: {}, cp-3: {}, w-1: {}, w-2: {}}
      cluster_configuration: "{etcd: {local: {dataDir: /a}}, scheduler: {x: old}}"
  run_once: true
`,
			"roles/move/tasks/save.yml": logs("saved", "''"), "roles/move/tasks/authority.yml": nothing,
			"roles/host/tasks/main.yml": nothing, "roles/artifacts/tasks/main.yml": nothing, "roles/etcd/tasks/main.yml": nothing,
			"roles/etcd/tasks/enter.yml": logs("enters", "''"), "roles/move/tasks/leave.yml": logs("leaves", "''"),
			"roles/reconfigure/tasks/control_plane.yml": logs("leads", "reconfigure_record"+short),
			"roles/reconfigure/tasks/record.yml":        logs("records", "reconfigure_noted"+short),
			"site.yml":                                  end,
		},
	}
	const external = "{etcd: {external: {endpoints: e}}, scheduler: {x: old}}"
	said, log, err := moving.run(t, "move-etcd.yml")
	want := []string{"saved cp-1", "enters etcd-1", "leads cp-1 " + external, "leads cp-2 " + external, "leads cp-3 " + external,
		"records cp-1 " + external, "leaves cp-1", "leaves cp-2", "leaves cp-3"}
	if err != nil || !slices.Equal(log, want) {
		t.Errorf("%v %q\n%s", err, log, said)
	}
	said, log, err = moving.run(t, "move-etcd.yml", "--limit", "all:localhost:!cp-2:!etcd-2")
	if err == nil || len(log) > 0 || !strings.Contains(said, "Nothing was changed. etcd-2, cp-2 did not answer") {
		t.Errorf("without two: %v %q\n%s", err, log, said)
	}
}

// shell returns the text of a shell task, with the given values in place of its expressions.
func shell(t *testing.T, file, name string, values ...string) string {
	t.Helper()
	data, err := templates.Files.ReadFile("tree/ansible/roles/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var tasks []map[string]any
	if err := yaml.Unmarshal(data, &tasks); err != nil {
		t.Fatal(err)
	}
	for _, task := range tasks {
		if module, ok := task["ansible.builtin.shell"].(map[string]any); ok && task["name"] == name {
			return strings.NewReplacer(values...).Replace(module["cmd"].(string))
		}
	}
	t.Fatalf("%s has no task %q", file, name)
	return ""
}

// An API server that is away for a moment does not end a wait: on a single control plane it may start again with the kubelet. What counts
// is a lease that is renewed afterwards.
func TestWaitsGoOnWhileTheAPIIsAway(t *testing.T) {
	bin := t.TempDir()
	for name, text := range map[string]string{
		"sleep": ":",
		"kubectl": `cd "$ROOT"
echo >>asked
n=$(wc -l <asked)
[ "$n" -gt 2 ] && [ "$n" -ne 5 ] || exit 1 # away at first, and once more
case "$*" in
*" lease "*) echo "renewed $n" ;;
*Version*) echo "v1.37.2 True" ;;
esac`,
	} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for version, fails := range map[string]bool{"*": false, "v1.37.2": false, "v1.37.1": true} {
		text := shell(t, "survey/tasks/shown.yml", "Wait until the node reports its status", "{{ survey_kubelet }}", version,
			"{{ inventory_hostname }}", "w-1", "{{ survey_attempts }}", "20")
		cmd := exec.Command("/bin/bash", "-c", text)
		root := t.TempDir()
		cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "ROOT="+root)
		out, err := cmd.CombinedOutput()
		asked, _ := os.ReadFile(filepath.Join(root, "asked"))
		if (err != nil) != fails || len(asked) < 6 {
			t.Errorf("%s: %v after %d questions\n%s", version, err, len(asked), out)
		}
	}
}

// A controller manager that is told to do without a lease has none, and is not waited for.
func TestUpgradeWaitsForLeasesThatThereAre(t *testing.T) {
	bin, manifests := t.TempDir(), t.TempDir()
	for name, text := range map[string]string{
		"sleep": ":",
		"date":  `echo >>"$ROOT/dates"; wc -l <"$ROOT/dates"`,
		"kubectl": `echo >>"$ROOT/asked"
case "$*" in
*/version) echo '"gitVersion": "v1.37.2"' ;;
*"lease kube-scheduler"*) wc -l <"$ROOT/asked" ;;
*lease*) exit 1 ;;
esac`,
	} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	text := shell(t, "upgrade/tasks/control_plane.yml", "Wait until it serves the new version, and the cluster has its leaders",
		"{{ upgrade_kubectl }}", "kubectl", "{{ upgrade_own }}", "https://10.0.0.31:6443", "{{ upgrade_version }}", "v1.37.2",
		"{{ inventory_hostname }}", "cp-1", "/etc/kubernetes/manifests", manifests)
	for flag, fails := range map[string]bool{"--leader-elect=true": true, "--leader-elect=false": false} {
		for _, component := range []string{"kube-controller-manager", "kube-scheduler"} {
			flags := "--leader-elect=true"
			if component == "kube-controller-manager" {
				flags = flag
			}
			if err := os.WriteFile(filepath.Join(manifests, component+".yaml"), []byte("    - "+flags+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		cmd := exec.Command("/bin/bash", "-c", text)
		cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "ROOT="+t.TempDir())
		if out, err := cmd.CombinedOutput(); (err != nil) != fails {
			t.Errorf("%s: %v\n%s", flag, err, out)
		}
	}
}

// The snapshot from before the first try of an upgrade is not rotated away by the snapshots of the next tries.
func TestSnapshotsBeforeAnUpgrade(t *testing.T) {
	bin, dir := t.TempDir(), t.TempDir()
	for name, text := range map[string]string{
		"etcdctl": `echo "try $TRY" >"$3"`, // snapshot save FILE
		"etcdutl": "echo '{}'",
		"date":    `[ "$1" = --utc ] && echo "2026120${TRY}T000000Z"`,
	} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	text := shell(t, "recovery/tasks/backup.yml", "Take a snapshot, and verify it", "{{ recovery_directory }}", dir, "{{ recovery_ctl }}",
		"etcdctl", "{{ cluster.name | quote }}", "prod", "{{ (cluster.name ~ '-2*.db') | quote }}", "'prod-2*.db'",
		"{{ (cluster.name ~ '-before-*') | quote }}", "'prod-before-*'",
		"{{ (cluster.name ~ '-before-' ~ recovery_before) | quote }}", "prod-before-1.37.2", "{{ keep | default(7) | int }}", "2",
		"{% if recovery_before | default('') %}", "", "{% endif %}", "")
	for _, try := range []string{"1", "2", "3", "4"} {
		cmd := exec.Command("/bin/bash", "-c", text)
		cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "TRY="+try)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	first, err := os.ReadFile(filepath.Join(dir, "prod-before-1.37.2.db"))
	if err != nil || string(first) != "try 1\n" {
		t.Errorf("%q %v", first, err)
	}
	check := exec.Command("sha256sum", "--check", "--quiet", "prod-before-1.37.2.db.sha256", "prod-20261204T000000Z.db.sha256")
	check.Dir = dir
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	left, _ := filepath.Glob(filepath.Join(dir, "*.db"))
	if len(left) != 3 {
		t.Errorf("%q", left)
	}
}

// Where one node of a wave cannot be drained, the run ends for all of them: each is uncordoned, and only that one is blamed.
func TestDrainThatFailsInAWave(t *testing.T) {
	bin := filepath.Join(t.TempDir(), "kubectl")
	text := "#!/bin/sh\necho \"$*\" >>\"$ROOT/asked\"\ncase \"$*\" in *\"drain $STUCK\"*) echo a budget >&2; exit 1 ;; esac\n"
	if err := os.WriteFile(bin, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	play := `- hosts: workers
  gather_facts: false
  any_errors_fatal: true
  vars: {survey_source: cp-1}
  tasks:
    - name: Drain
      ansible.builtin.include_role: {name: drain}
      vars: {drain_for: upgrade, drain_cordoned: [], drain_kubectl: ` + bin + `}
    - name: Work
      ansible.builtin.shell: echo "work {{ inventory_hostname }}" >>$ROOT/asked
`
	for stuck, want := range map[string]string{
		"w-1": "annotate node w-1 --overwrite k8splan/drained=upgrade\nannotate node w-1 k8splan/drained-\n" +
			"annotate node w-2 --overwrite k8splan/drained=upgrade\nannotate node w-2 k8splan/drained-\n" +
			"drain w-1 --ignore-daemonsets --timeout=300s\ndrain w-2 --ignore-daemonsets --timeout=300s\nuncordon w-1\nuncordon w-2\n",
		"none": "annotate node w-1 --overwrite k8splan/drained=upgrade\nannotate node w-2 --overwrite k8splan/drained=upgrade\n" +
			"drain w-1 --ignore-daemonsets --timeout=300s\ndrain w-2 --ignore-daemonsets --timeout=300s\nwork w-1\nwork w-2\n",
	} {
		root := t.TempDir()
		t.Setenv("ROOT", root)
		t.Setenv("STUCK", stuck)
		said, _, err := rehearsal{inventory: stackedHosts, instead: map[string]string{"drains.yml": play}}.run(t, "drains.yml")
		asked, _ := os.ReadFile(filepath.Join(root, "asked"))
		lines := strings.SplitAfter(string(asked), "\n")
		slices.Sort(lines)
		fails := stuck != "none"
		if (err != nil) != fails || strings.Join(lines, "") != want || strings.Contains(said, stuck+" could not be drained") != fails ||
			strings.Contains(said, "w-2 could not be drained") {
			t.Errorf("%s: %v\n%s\n%s", stuck, err, asked, said)
		}
	}
}

// A failed download is reported by its file and reason, without the list of all files, and counts as a change where others were installed.
func TestDownloadsThatFail(t *testing.T) {
	play := `- hosts: cp-1
  gather_facts: false
  vars:
    artifacts: {proxy: {}, downloads: []}
    selinux: {mode: disabled}
    survey_host: {}
  tasks:
    - name: Install programs
      ansible.builtin.include_role: {name: artifacts}
      vars: {artifacts_packages: [], artifacts_python: /usr/bin/python3, artifacts_layout: {}, artifacts_missing: [kubelet, kubectl]}
`
	for program, want := range map[string]string{
		`print("kubelet"); import sys; sys.exit("kubectl: refused")`: "changed=1    unreachable=0    failed=1",
		`import sys; sys.exit("kubectl: refused")`:                   "changed=0    unreachable=0    failed=1",
		`print("kubelet\nkubectl")`:                                  "changed=1    unreachable=0    failed=0",
	} {
		r := rehearsal{inventory: stackedHosts, instead: map[string]string{
			"downloads.yml": play, "roles/artifacts/files/fetch.py": program,
		}}
		said, _, err := r.run(t, "downloads.yml")
		fails := strings.HasSuffix(want, "failed=1")
		reported := strings.Contains(said, "kubectl: refused") && !strings.Contains(said, "files=")
		if (err != nil) != fails || reported != fails || !strings.Contains(said, want) {
			t.Errorf("%s: %v\n%s", program, err, said)
		}
	}
}

// Whoever fetches certain programs says which packages come with them. The default is all of Kubernetes' that the topology has in another
// version: a snapshot before an upgrade would bring every control plane the new kubelet.
func TestProgramsComeWithoutOtherPackages(t *testing.T) {
	seen := 0
	for _, f := range trimmed(t, &trimmer{}) {
		if !strings.HasSuffix(f.Path, ".yml") || strings.Contains(f.Path, "/roles/artifacts/") {
			continue
		}
		lines := strings.Split(string(f.Data), "\n")
		for i, line := range lines {
			if strings.HasPrefix(strings.TrimSpace(line), "artifacts_names:") {
				seen++
				if i+1 == len(lines) || !strings.HasPrefix(strings.TrimSpace(lines[i+1]), "artifacts_packages:") {
					t.Errorf("%s:%d: %s", f.Path, i+1, line)
				}
			}
		}
	}
	if seen < 5 {
		t.Errorf("only %d includes were read", seen)
	}
}

// The data of a stacked member moves where its manifest gets the new directory, too: upgrade.yml, which starts the member again with
// kubeadm's record of before, leaves it where it is.
func TestDataMovesWithItsManifest(t *testing.T) {
	t.Parallel()
	r := rehearsal{inventory: stackedHosts, instead: map[string]string{
		"roles/reconfigure/tasks/control_plane.yml": logs("moves", "reconfigure_takes_data"),
		"try.yml": `- name: Try
  hosts: cp-1
  vars:
    survey_host: {etcd: {data_dir: /var/lib/etcd-before}, kubernetes: {images: {}}}
    upgrade_pinned: {}
  tasks:
    - name: As upgrade.yml
      ansible.builtin.include_role: {name: reconfigure, tasks_from: control_plane}
      vars: {reconfigure_components: [etcd], reconfigure_all: false, reconfigure_configuration: {}}
    - name: As reconfigure.yml
      ansible.builtin.include_role: {name: reconfigure, tasks_from: control_plane}
      vars: {reconfigure_components: [etcd], reconfigure_all: true}
    - name: As reconfigure.yml, another component
      ansible.builtin.include_role: {name: reconfigure, tasks_from: control_plane}
      vars: {reconfigure_components: [kube-apiserver], reconfigure_all: true}
`,
	}}
	said, log, err := r.run(t, "try.yml")
	if want := []string{"moves cp-1 False", "moves cp-1 True", "moves cp-1 False"}; err != nil || !slices.Equal(log, want) {
		t.Errorf("%v %q\n%s", err, log, said)
	}
}
