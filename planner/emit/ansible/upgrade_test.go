package ansible

import (
	"encoding/json"
	"fmt"
	"maps"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/k8splan/k8splan/templates"
)

// upgraded is a world whose topology has another version than the cluster runs.
func upgraded(from, to string) object {
	given := world()
	given["upgrades"] = true
	given.at("plan")["version"], given.at("plan")["etcd_version"] = to, "3.7.3"
	given.at("cluster", "versions")["https://10.0.0.31:6443"] = from
	given.at("cluster", "cluster_configuration")["kubernetesVersion"] = "v" + from
	for _, name := range []string{"cp-1", "worker-1"} {
		node := given.at("cluster", "nodes", name)
		node["version"], node["ready"], node["unschedulable"], node["ours"] = from, true, false, false
	}
	for n := 1; n <= 3; n++ {
		given.at("hosts", fmt.Sprint("etcd-", n), "etcd", "member")["version"] = "3.6.16"
	}
	return given
}

// The rest of an upgrade is what does not run the new version yet, plus a node that an interrupted run has drained.
func TestJudgeOfUpgrades(t *testing.T) {
	v := judge(t, upgraded("1.36.3", "1.37.2"))
	if u := v.Upgrade; len(v.Problems) > 0 || u.From != "1.36.3" || !u.Record || !u.Etcd || !u.Minor ||
		!slices.Equal(u.ControlPlanes, []string{"cp-1"}) || !slices.Equal(u.Nodes, []string{"cp-1", "worker-1"}) {
		t.Errorf("%q %+v", v.Problems, u)
	}

	given := upgraded("1.37.1", "1.37.2")
	given.at("cluster", "versions")["https://10.0.0.31:6443"] = "1.37.2"
	given.at("cluster", "cluster_configuration")["kubernetesVersion"] = "v1.37.2"
	given.at("cluster", "nodes", "cp-1")["version"] = "1.37.2"
	given.at("cluster", "nodes", "worker-1")["version"] = "1.37.2"
	given.at("cluster", "nodes", "worker-1")["ours"] = true
	given.at("cluster", "nodes", "worker-1")["unschedulable"] = true
	given.at("cluster", "nodes", "cp-1")["unschedulable"] = true
	if v := judge(t, given); len(v.Problems) > 0 || v.Upgrade.Record || len(v.Upgrade.ControlPlanes) > 0 ||
		!slices.Equal(v.Upgrade.Nodes, []string{"worker-1"}) || !slices.Equal(v.Upgrade.Cordoned, []string{"cp-1"}) {
		t.Errorf("interrupted: %q %+v", v.Problems, v.Upgrade)
	}

	// kubeadm was stopped half-way: the API server is new, and other parts may be old. A mark of another version says nothing
	for mark, want := range map[string][]string{"1.37.2": {"cp-1"}, "1.37.1": {}} {
		given.at("hosts", "cp-1", "kubernetes")["upgrading"] = mark
		v := judge(t, given)
		if len(v.Problems) > 0 || !slices.Equal(v.Upgrade.ControlPlanes, want) || !slices.Equal(v.Upgrade.Unfinished, want) {
			t.Errorf("mark %s: %q %+v", mark, v.Problems, v.Upgrade)
		}
	}

	for name, c := range map[string]struct {
		from, to string
		edit     func(object)
		says     string
	}{
		"a member that is to leave": {"1.36.3", "1.37.2", func(o object) {
			o.at("plan")["leaving"] = object{"etcd-9": "10.0.0.29"}
			list := []object{etcdMember(1), etcdMember(2), etcdMember(3), etcdMember(9)}
			for n := 1; n <= 3; n++ {
				o.at("hosts", fmt.Sprint("etcd-", n), "etcd", "member")["members"] = list
			}
		}, "etcd-9 is no longer in the topology, and still a control plane or a member of etcd"},
		"a control plane that is to leave": {"1.36.3", "1.37.2", func(o object) {
			o.at("plan")["leaving"] = object{"cp-9": "10.0.0.39"}
			o.at("cluster", "nodes")["cp-9"] = object{"version": "1.36.3", "addresses": []string{}, "control_plane": true, "ready": true}
		}, "cp-9 is no longer in the topology"},
		"data that is half moved": {"1.36.3", "1.37.2", func(o object) {
			o.at("plan")["placement"] = "stacked"
			o.at("hosts", "cp-1", "kubernetes")["etcd_servers"] = []string{"https://127.0.0.1:2379"}
			o.at("hosts", "cp-1", "etcd")["data_dir"] = "/data/etcd"
			o.at("plan", "cluster_configuration")["etcd"] = object{"local": object{"dataDir": "/data/etcd"}}
			o.at("cluster", "cluster_configuration")["etcd"] = object{"local": object{"dataDir": "/var/lib/etcd"}}
		}, "etcd of cp-1 keeps its data in /data/etcd, and kubeadm's record of the cluster says /var/lib/etcd"},
		"two minors":          {"1.35.4", "1.37.2", nil, "An upgrade moves one minor at a time"},
		"back":                {"1.37.2", "1.36.3", nil, "kubeadm does not go back"},
		"back to a candidate": {"1.37.2", "1.37.2-rc.1", nil, "kubeadm does not go back"},
		"a lame node": {"1.36.3", "1.37.2", func(o object) {
			o.at("cluster", "nodes", "worker-1")["ready"] = false
		}, "worker-1 is not Ready"},
		"a host that is to join": {"1.36.3", "1.37.2", func(o object) {
			delete(o.at("cluster", "nodes"), "worker-1")
		}, "worker-1 has not joined yet. Join and upgrade in separate edits"},
		"a silent API server": {"1.36.3", "1.37.2", func(o object) {
			o.at("cluster")["versions"] = object{}
		}, "The API server of cp-1 does not answer"},
		"etcd too old for the next minor": {"1.36.3", "1.37.2", func(o object) {
			o.at("hosts", "etcd-2", "etcd", "member")["version"] = "3.6.8"
		}, "Every member must run 3.6.11 or newer before the first one moves to the next minor: " +
			"write that version in the block etcd first"},
		"etcd two minors": {"1.36.3", "1.37.2", func(o object) {
			o.at("hosts", "etcd-2", "etcd", "member")["version"] = "3.5.26"
		}, "etcd moves one minor at a time"},
	} {
		given := upgraded(c.from, c.to)
		if c.edit != nil {
			c.edit(given)
		}
		if v := judge(t, given); !strings.Contains(strings.Join(v.Problems, " "), c.says) {
			t.Errorf("%s: %q", name, v.Problems)
		}
	}

	// stacked members first move to a release that supports the next minor, where the plan names one
	given = upgraded("1.36.3", "1.37.2")
	given.at("plan")["placement"], given.at("plan")["etcd_on_the_way"] = "stacked", "3.6.16"
	given.at("hosts", "cp-1", "kubernetes")["etcd_servers"] = []string{"https://127.0.0.1:2379"}
	for _, at := range []string{"plan", "cluster"} {
		given.at(at, "cluster_configuration")["etcd"] = object{"local": object{}}
	}
	given.at("hosts", "etcd-2", "etcd", "member")["version"] = "3.6.8"
	if v := judge(t, given); len(v.Problems) > 0 || !v.Upgrade.Etcd || !slices.Equal(v.Upgrade.EtcdFirst, []string{"etcd-2"}) {
		t.Errorf("stacked: %q %+v", v.Problems, v.Upgrade)
	}
	given.at("plan")["etcd_on_the_way"] = ""
	if v := judge(t, given); !strings.Contains(strings.Join(v.Problems, " "), "Every member must run 3.6.11 or newer") {
		t.Errorf("stacked, without a release on the way: %q", v.Problems)
	}

	// site.yml leaves it to upgrade.yml
	given = upgraded("1.36.3", "1.37.2")
	given["upgrades"] = false
	if v := judge(t, given); !strings.Contains(strings.Join(v.Problems, " "), "upgrade.yml does it") {
		t.Errorf("%q", v.Problems)
	}
}

// A kubelet that was away when its cluster's configuration changed still has the old one: site.yml leaves it to reconfigure.yml. With
// patches a difference may be meant: reconfigure.yml looks, and site.yml goes on.
func TestJudgeOfLaggingKubelets(t *testing.T) {
	file := func(maxPods int) object {
		return object{"kind": "KubeletConfiguration", "maxPods": maxPods, "failSwapOn": true,
			"containerRuntimeEndpoint": "unix:///run/a.sock", "resolvConf": "/run/systemd/resolve/resolv.conf"}
	}
	given := world()
	given.at("cluster", "kubelet_configuration")["containerRuntimeEndpoint"] = ""
	given.at("cluster", "kubelet_configuration")["kubeReserved"] = object{} // kubeadm writes no empty fields
	given.at("plan")["kubelets"] = [][]any{{file(110), []string{"cp-1", "worker-1"}}}
	if v := judge(t, given); len(v.Problems) > 0 || len(v.Lagging) > 0 {
		t.Errorf("equal: %+v", v)
	}
	given.at("plan")["kubelets"] = [][]any{{file(110), []string{"cp-1"}}, {file(60), []string{"worker-1"}}}
	v := judge(t, given)
	said := strings.Join(v.Problems, " ")
	if !slices.Equal(v.Lagging, []string{"worker-1"}) || !strings.Contains(said, "the kubelet of worker-1 has another") {
		t.Errorf("%+v", v)
	}
	given.at("plan")["kubelets_patched"] = true
	if v := judge(t, given); len(v.Problems) > 0 || !slices.Equal(v.Lagging, []string{"worker-1"}) {
		t.Errorf("with patches: %+v", v)
	}
}

// A node that an interrupted run has drained, or whose pods it has not restarted, is found by its mark. One that leaves the topology, or is
// away, is not.
func TestJudgeOfInterruptedDrains(t *testing.T) {
	given := world()
	worker := given.at("cluster", "nodes", "worker-1")
	worker["ours"], worker["repods"], worker["ready"] = true, true, true
	v := judge(t, given)
	if !slices.Equal(v.Drained, []string{"worker-1"}) || !slices.Equal(v.Repods, []string{"worker-1"}) ||
		!strings.Contains(strings.Join(v.Problems, " "), "the pods of worker-1 have settings of the pod network from before") {
		t.Errorf("%+v", v)
	}
	worker["ready"] = false
	if v := judge(t, given); len(v.Problems) > 0 || len(v.Repods) > 0 {
		t.Errorf("away: %+v", v)
	}
	delete(given.at("plan", "nodes"), "worker-1")
	if v := judge(t, given); len(v.Drained) > 0 {
		t.Errorf("leaving: %+v", v)
	}
}

// A name removed from the topology is removed from the certificate, a taint that evicts pods waits for a drain, and flags of stacked etcd
// and of one kubelet are settings like the others.
func TestJudgeOfSettings(t *testing.T) {
	given := world()
	given["later"] = true
	for _, path := range [][]string{{"hosts", "cp-1", "kubernetes"}, {"cluster", "cluster_configuration", "apiServer"}} {
		key := map[string]string{"kubernetes": "sans", "apiServer": "certSANs"}[path[len(path)-1]]
		given.at(path...)[key] = []string{"10.0.0.31", "cp-1", "old.example.com"}
	}
	given.at("plan")["objects"] = object{"worker-1": `{"taints": [{"key": "gone", "effect": "NoExecute"}]}`}
	given.at("plan")["reflag"] = []string{"worker-1"}
	v := judge(t, given)
	if len(v.Problems) > 0 || v.EtcdLocal || v.Images ||
		!slices.Equal(v.Certificates, []string{"cp-1"}) || !slices.Equal(v.Evicting, []string{"worker-1"}) {
		t.Errorf("%+v", v)
	}
	for _, want := range []string{"cp-1 has old.example.com", "the kubelet of worker-1 has flags in", "lacks the taint gone:NoExecute"} {
		if !strings.Contains(strings.Join(v.Pending, "\n"), want) {
			t.Errorf("%q does not say %q", v.Pending, want)
		}
	}

	given = world()
	given["later"] = true
	given.at("plan")["placement"], given.at("plan")["members"] = "stacked", []object{}
	given.at("hosts", "cp-1", "kubernetes")["etcd_servers"] = []string{"https://127.0.0.1:2379"}
	delete(given.at("plan", "cluster_configuration"), "etcd")
	delete(given.at("cluster", "cluster_configuration"), "etcd")
	local := object{"extraArgs": []object{{"name": "quota-backend-bytes", "value": "8"}}}
	given.at("plan", "cluster_configuration")["etcd"] = object{"local": local}
	given.at("cluster", "cluster_configuration")["etcd"] = object{"local": object{}}
	for n := 1; n <= 3; n++ {
		delete(given.at("hosts"), fmt.Sprint("etcd-", n))
	}
	given.at("hosts", "cp-1", "etcd")["data"] = true
	given.at("plan")["members"] = []object{{"name": "cp-1", "peerURL": "https://10.0.0.31:2380", "clientURL": "https://10.0.0.31:2379"}}
	if v := judge(t, given); len(v.Problems) > 0 || !v.EtcdLocal || v.Images {
		t.Errorf("%+v", v)
	}

	// from another repository come cluster DNS and kube-proxy, too
	for field, value := range map[string]any{"imageRepository": "registry.example.com", "dns": object{"imageTag": "v1.14.2"}} {
		given := world()
		given["later"] = true
		given.at("plan", "cluster_configuration")[field] = value
		if v := judge(t, given); len(v.Problems) > 0 || !v.Images {
			t.Errorf("another %s: %+v", field, v)
		}
	}
}

// Each wave is within one failure domain, the first has one node, and every node is in one wave.
func TestWaves(t *testing.T) {
	program, err := templates.Files.ReadFile("tree/ansible/roles/drain/files/waves.py")
	if err != nil {
		t.Fatal(err)
	}
	nodes := object{}
	for i := range 10 {
		nodes[fmt.Sprint("w-", i)] = fmt.Sprintf(`{"labels": {"topology.kubernetes.io/zone": "rack-%d"}}`, i%2)
	}
	for wave, want := range map[string][]int{"10%": {1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, "3": {1, 3, 1, 3, 2}, "50%": {1, 4, 5}} {
		in, err := json.Marshal(object{"nodes": nodes, "wave": wave, "of": 10})
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("/usr/bin/python3", "-c", string(program))
		cmd.Stdin = strings.NewReader(string(in))
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Order []string
			Sizes []int
		}
		if err := json.Unmarshal(out, &got); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.Sizes, want) || len(got.Order) != 10 {
			t.Errorf("%s: %v of %v", wave, got.Sizes, got.Order)
			continue
		}
		at := 0
		for _, size := range got.Sizes {
			for _, name := range got.Order[at : at+size] {
				if nodes[name] != nodes[got.Order[at]] {
					t.Errorf("%s: %v are of several failure domains", wave, got.Order[at:at+size])
				}
			}
			at += size
		}
	}
}

// freeForm matches a shell task whose text is next to the module's name, up to the first line with less indentation.
var freeForm = regexp.MustCompile(`(?m)^( +)ansible\.builtin\.shell: \|\n((?: .*\n|\n)+)`)

// Ansible splits the free form of shell into arguments, including comments: a lone apostrophe in a comment stops the run when the task is
// reached.
func TestFreeFormsHaveTheirQuotes(t *testing.T) {
	files, err := programs(&trimmer{})
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, f := range files {
		for _, m := range freeForm.FindAllStringSubmatch(string(f.Data), -1) {
			seen++
			text := ""
			for line := range strings.Lines(m[2]) {
				if strings.TrimSpace(line) != "" && !strings.HasPrefix(line, m[1]+" ") {
					break
				}
				text += line
			}
			for _, quote := range []string{"'", `"`} {
				if strings.Count(text, quote)%2 != 0 {
					t.Errorf("%s: a shell task has a lone %s:\n%s", f.Path, quote, text)
				}
			}
		}
	}
	if seen < 5 {
		t.Errorf("only %d tasks were read", seen)
	}
}

// Every role variable that a playbook names is set somewhere. A name changed in only one place would stop a run halfway.
func TestVariablesAreSet(t *testing.T) {
	files, err := programs(&trimmer{})
	if err != nil {
		t.Fatal(err)
	}
	roles, used, set := map[string]bool{}, map[string]string{}, map[string]bool{}
	for _, f := range files {
		if rest, found := strings.CutPrefix(f.Path, "ansible/roles/"); found {
			roles[rest[:strings.IndexByte(rest, '/')]] = true
		}
	}
	prefixes := strings.Join(slices.Sorted(maps.Keys(roles)), "|")
	name := regexp.MustCompile(`(?m)(?:^|[^.\w'/])((?:` + prefixes + `)_[a-z_0-9]+)\b`)
	sets := regexp.MustCompile(`(?m)(?:^\s*(?:- )?|register: |\bset |-e )((?:` + prefixes + `)_[a-z_0-9]+)(?::|\s*$| ?=)`)
	for _, f := range files {
		if !strings.HasSuffix(f.Path, ".yml") && !strings.HasSuffix(f.Path, ".j2") || strings.HasPrefix(f.Path, "ansible/group_vars") {
			continue
		}
		text := comment.ReplaceAllString(string(f.Data), "")
		for _, m := range sets.FindAllStringSubmatch(text, -1) {
			set[m[1]] = true
		}
		for _, m := range name.FindAllStringSubmatch(text, -1) {
			used[m[1]] = f.Path
		}
	}
	for _, word := range slices.Sorted(maps.Keys(used)) {
		if !set[word] && !slices.Contains(others, word) {
			t.Errorf("%s names %s, and nothing sets it", used[word], word)
		}
	}
}

var comment = regexp.MustCompile(`(?m)^\s*#.*$`)

// others are names given on the command line, variables of the inventory, or words of Ansible.
var others = []string{"drain_timeout", "firewall_group", "kubeconfig_user", "kubeconfig_validity", "reset_connection"}
