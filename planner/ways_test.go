package planner_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

// bothDesigns say together every file that both ways lay on a host before kubeadm runs.
var bothDesigns = map[string]string{
	"binaries": `
container_runtime "containerd" {
  registry "docker.io" {
    mirrors = ["https://harbor.example.com/dockerhub"]
  }
}
network {
  http_proxy {
    http  = "http://proxy.example.com:3128"
    https = "http://proxy.example.com:3128"
  }
}
`,
	"packages": `
container_runtime "docker" {
}
artifacts {
  source = "packages"
}
network {
  pod_subnets     = ["10.244.0.0/16", "fd00:10:244::/56"]
  service_subnets = ["10.96.0.0/16", "fd00:10:96::/112"]
  kube_proxy {
    mode = "ipvs"
  }
}
`,
	"built": `
container_runtime "cri-o" {
}
artifacts {
  source     = "packages"
  mirror_url = "https://mirror.example.com/kubernetes"
}
`,
}

const bothCluster = `
cluster "both" {
  type = "all-in-one"
  kubernetes_version = "1.36.3"
  kubelet {
    extra_args = { protect-kernel-defaults = "true" }
  }
}
node "node-1" {
  address           = "10.0.0.11"
  secondary_address = "fd00::11"
}
`

// TestBothWaysLeaveTheSameFiles runs what the runbook says of a host's preparation, its software and its runtime, and the tasks of the
// playbook that write files, each with an /etc of its own. Programs that change a running machine or reach the network do nothing.
func TestBothWaysLeaveTheSameFiles(t *testing.T) {
	for _, c := range []struct{ design, family string }{
		{"binaries", "debian"}, {"packages", "debian"}, {"packages", "redhat"}, {"built", "redhat"},
	} {
		t.Run(c.design+"/"+c.family, func(t *testing.T) {
			t.Parallel()
			tree := write(t, []byte(bothCluster+bothDesigns[c.design]))
			byHand, byPlaybook := etcBefore(t, c.family), etcBefore(t, c.family)
			runBook(t, tree, c.family, byHand)
			runTasks(t, tree, c.family, byPlaybook)
			hand, playbook := etcAfter(t, byHand), etcAfter(t, byPlaybook)
			if diff := cmp.Diff(playbook, hand); diff != "" {
				t.Errorf("- the playbook's, + the runbook's\n%s", diff)
			}
			if least := 8; len(hand) < least {
				t.Errorf("%d files are compared", len(hand))
			}
		})
	}
}

// etcBefore is the /etc of a host that nothing was done to: what this machine's programs need to run, and what is changed.
func etcBefore(t *testing.T, family string) string {
	t.Helper()
	dir := t.TempDir()
	for _, d := range []string{"modules-load.d", "sysctl.d", "NetworkManager/conf.d", "apt/sources.list.d", "yum.repos.d", "selinux",
		"systemd/system", "containers", "crio/crio.conf.d", "docker", "containerd", "cni/net.d", "kubernetes"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"passwd", "group", "nsswitch.conf", "ld.so.cache"} {
		if data, err := os.ReadFile("/etc/" + name); err == nil {
			put(t, dir, name, string(data))
		}
	}
	run(t, dir, nil, "cp", "-a", "/etc/alternatives", "alternatives")
	put(t, dir, "fstab", "# swap of old\nUUID=a / ext4 defaults 0 1\nUUID=b none swap sw 0 0\n\t/swapfile\tnone\tswap sw 0 0\n"+
		"/swap2 none swap sw,pri=1 0 0\nhost:/swap /srv nfs ro 0 0\n")
	put(t, dir, "os-release", map[string]string{"debian": "ID=debian\nVERSION_CODENAME=bookworm\n", "redhat": "ID=rocky\n"}[family])
	return dir
}

// etcAfter are the files of a host's /etc that both ways have a hand in.
func etcAfter(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	for name, text := range texts(t, dir) {
		if strings.HasPrefix(name, "alternatives/") || slices.Contains([]string{"passwd", "group", "nsswitch.conf", "ld.so.cache",
			"os-release"}, name) {
			continue
		}
		files[name] = text
	}
	return files
}

// texts are the regular files below a directory.
func texts(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		files[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

// withEtc runs a program as root of a namespace whose /etc is the directory's.
func withEtc(t *testing.T, etc, dir string, env []string, command ...string) {
	t.Helper()
	run(t, dir, env, "unshare", append([]string{"--map-root-user", "--mount", "sh", "-ec", `mount --bind "$1" /etc; shift; exec "$@"`, "sh",
		etc}, command...)...)
}

// commands are the runbook's blocks of commands, each after the last line that is before it.
func commands(text string) (blocks [][2]string) {
	before, block, inside := "", "", false
	for line := range strings.Lines(text) {
		switch {
		case strings.HasPrefix(line, "```sh"):
			block, inside = "", true
		case inside && line == "```\n":
			blocks, inside = append(blocks, [2]string{before, block}), false
		case inside:
			block += line
		case strings.TrimSpace(line) != "":
			before = line
		}
	}
	return blocks
}

// runBook runs the runbook's steps from the hosts' preparation to the container runtime, except for what fetches and unpacks programs.
func runBook(t *testing.T, tree, family, etc string) {
	t.Helper()
	book, err := os.ReadFile(filepath.Join(tree, "RUNBOOK.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, steps, ok := strings.Cut(string(book), ". Prepare the hosts that run pods\n")
	steps, _, more := strings.Cut(steps, ". The first control plane\n")
	if !ok || !more {
		t.Fatal("RUNBOOK.md has other steps")
	}
	other := map[string]string{"debian": "RHEL, CentOS", "redhat": "Debian, Ubuntu"}[family]
	script := "set -e\n"
	for _, block := range commands(steps) {
		if !strings.Contains(block[0], other) && !strings.Contains(block[1], "/opt/downloads") {
			script += block[1]
		}
	}
	idle := t.TempDir()
	for _, name := range []string{"swapoff", "systemctl", "modprobe", "sysctl", "ip", "apt-get", "apt-mark", "dnf", "curl", "setenforce",
		"crictl", "kubeadm", "install"} { // install makes the directory of what curl would fetch
		put(t, idle, name, "#!/bin/sh\necho cgroup\n")
	}
	put(t, etc, "selinux/config", "SELINUX=enforcing\n")
	withEtc(t, etc, tree, []string{"PATH=" + idle + ":" + os.Getenv("PATH")}, "sh", "-c", script)
}

// writers are the modules whose tasks write files.
var writers = []string{"ansible.builtin.copy", "ansible.builtin.template", "ansible.builtin.yum_repository", "ansible.builtin.replace",
	"ansible.builtin.lineinfile"}

// runTasks runs the tasks that write the same files, on a host of which the survey knows nothing.
func runTasks(t *testing.T, tree, family, etc string) {
	t.Helper()
	sources := []string{"host/tasks/swap.yml", "host/tasks/kernel.yml", "host/tasks/selinux.yml", "runtime/tasks/change.yml",
		"kubelet/tasks/main.yml"}
	ansible := filepath.Join(tree, "ansible")
	vars, err := os.ReadFile(filepath.Join(ansible, "group_vars/all.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(vars), `source: "packages"`) {
		sources = append(sources, "artifacts/tasks/packages_"+family+".yml")
	}
	var tasks []map[string]any
	for _, source := range sources {
		data, err := os.ReadFile(filepath.Join(ansible, "roles", source))
		var all []map[string]any
		if err == nil {
			err = yaml.Unmarshal(data, &all)
		}
		if err != nil {
			t.Fatal(source, err)
		}
		for _, task := range all {
			writes := slices.ContainsFunc(writers, func(module string) bool { return task[module] != nil })
			if !writes || task["no_log"] == true { // a secret, which these designs have none of
				continue
			}
			delete(task, "when")
			delete(task, "register")
			if arguments, ok := task["ansible.builtin.template"].(map[string]any); ok {
				arguments["src"] = fmt.Sprint("roles/", strings.Split(source, "/")[0], "/templates/", arguments["src"])
			}
			if directory := map[string]string{"runtime/tasks/change.yml": "{{ item.dest | dirname }}"}[source]; directory != "" {
				tasks = append(tasks, map[string]any{"name": "Make the directory", "ansible.builtin.file": map[string]any{"path": directory,
					"state": "directory", "mode": "0755"}, "loop": task["loop"]})
			}
			tasks = append(tasks, task)
		}
	}
	unit, err := os.ReadFile(filepath.Join(ansible, "roles/kubelet/files/kubelet.service"))
	switch {
	case err == nil:
		put(t, ansible, "files/kubelet.service", string(unit))
	case !os.IsNotExist(err) || !strings.Contains(string(vars), `source: "packages"`): // packages bring their own
		t.Fatal(err)
	}
	play, err := yaml.Marshal([]map[string]any{{
		"hosts": "kubelet", "gather_facts": false, "tasks": tasks,
		"vars_files": []string{"roles/host/vars/main.yml", "roles/artifacts/vars/main.yml", "roles/runtime/vars/main.yml",
			"roles/kubelet/vars/main.yml"},
		"vars": map[string]any{
			"ansible_connection": "local", "ansible_python_interpreter": "/usr/bin/python3", "survey_source": "node-1",
			"survey_host": map[string]any{"directories": []string{"/etc/NetworkManager/conf.d"}, "advertised": map[string]string{},
				"commands": map[string]bool{}, "system": map[string]string{"family": family, "id": map[string]string{"debian": "debian",
					"redhat": "rocky"}[family], "codename": "bookworm"}},
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
	put(t, ansible, "both.yml", string(play))
	put(t, etc, "selinux/config", "SELINUX=enforcing\n")
	withEtc(t, etc, ansible, ansibleEnv(t), "ansible-playbook", "-i", "inventory.yaml", "both.yml")
	if err := os.Remove(filepath.Join(etc, "kubernetes/kubeadm.yaml")); err != nil { // the runbook copies it from the tree, later
		t.Fatal(err)
	}
}
