package ansible

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/k8splan/k8splan/planner/emit/emittest"
	"github.com/k8splan/k8splan/planner/emit/hostfiles"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/templates"
)

// looked is the output of look.py for a healthy host.
func looked(n int) object {
	return object{
		"clock": 0.4, "synchronized": true, "state": object{"marked": false, "joined": false, "noted": false}, "interface": "eth0",
		"mac": fmt.Sprintf("02:00:00:00:00:%02x", n%256), "mtu": 1500, "virtual": false, "machine_id": fmt.Sprint("id-", n),
		"product_uuid": fmt.Sprint("uuid-", n),
		"cpus":         4, "memory": int64(8 << 30), "space": object{"/": object{"bytes": int64(100 << 30), "free": int64(60 << 30),
			"device": 1}}, "read_only": []string{},
		"cgroup": object{"version": 2, "controllers": []string{"cpuset", "cpu", "io", "memory", "pids"}}, "cgroup_v1_allowed": false,
		"kernel":     "6.1.0-30-amd64",
		"unloadable": []string{}, "swap": []string{}, "lock": nil, "forward": []object{}, "nameservers": []string{"10.0.0.2"},
		"ipv6_off": false,
		"others":   object{"files": []string{}, "kubernetes": []string{}, "programs": []string{}, "containers": 0},
		"shut":     []string{}, "route": true, "ports": []object{}, "fsync": 1.2, "paths": []object{}, "unreached": object{},
		"virtual_answers": false, "unresolved": "",
	}
}

// fleet is an input of fold.py: cp-1 and workers.
type fleet struct {
	plan, ignore object
	away         []string
	names        []string
	answers      []object
	failed       map[string]string
	groups       map[string]string // of hosts whose names do not say control plane or worker
	addresses    map[string]string
	onlyLooks    bool
}

func newFleet(workers int) *fleet {
	f := &fleet{ignore: object{}, failed: map[string]string{}, plan: object{
		"name": "prod", "clock_tolerance": 30, "swap_allowed": false, "cni": "flannel", "ipv6": false, "cgroup_v2": true,
		"virtual_ip": "10.0.0.10", "firewall_is_open": false,
		"kernels": []object{{"for": "kubeadm", "least": "5.4", "refuses": false}, {"for": "kube-proxy in nftables mode", "least": "5.13",
			"refuses": true}},
	}}
	for n := 0; n <= workers; n++ {
		name := fmt.Sprint("worker-", n)
		if n == 0 {
			name = "cp-1"
		}
		f.names, f.answers = append(f.names, name), append(f.answers, looked(n))
	}
	return f
}

// folded is the output of fold.py.
type folded struct{ Problems, Warnings, Waived []string }

func (f *fleet) fold(t *testing.T, args ...string) folded {
	t.Helper()
	columns := map[string][]any{}
	for i, name := range f.names {
		answer, err := json.Marshal(f.answers[i])
		if err != nil {
			t.Fatal(err)
		}
		group := "workers"
		if name == "cp-1" {
			group = "control_plane"
		}
		for column, value := range map[string]any{"name": name, "answer": string(answer), "failed": f.failed[name], "checks": []string{},
			"groups":  []string{firstOf(f.groups[name], group), "kubelet"},
			"address": firstOf(f.addresses[name], "10.0.0.1"), "cpus": 4, "memory": int64(8 << 30)} {
			columns[column] = append(columns[column], value)
		}
	}
	text, err := json.Marshal(object{"plan": f.plan, "hosts": columns, "away": append([]string{}, f.away...), "ignore": f.ignore,
		"only_looks": f.onlyLooks})
	if err != nil {
		t.Fatal(err)
	}
	source, err := templates.Files.ReadFile("tree/ansible/roles/preflight/files/fold.py")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/usr/bin/python3", append([]string{"-c", string(source)}, args...)...)
	cmd.Stdin = bytes.NewReader(text)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, err.(*exec.ExitError).Stderr)
	}
	var answer folded
	if err := json.Unmarshal(out, &answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// A renamed machine is in the inventory twice until its old node has left, and is not reported as a clone of itself.
func TestMachineOfTwoNames(t *testing.T) {
	f := newFleet(3)
	f.addresses = map[string]string{"cp-1": "10.0.0.1", "worker-1": "10.0.0.2", "worker-2": "10.0.0.3", "worker-3": "10.0.0.3"}
	f.answers[3]["machine_id"], f.answers[3]["mac"], f.answers[3]["product_uuid"] = "id-2", f.answers[2]["mac"], "uuid-2"
	if said := f.fold(t); len(said.Problems) != 3 {
		t.Errorf("a clone passes: %+v", said)
	}
	f.groups = map[string]string{"worker-2": "leaving"}
	if said := f.fold(t); len(said.Problems) > 0 {
		t.Errorf("a machine is a clone of itself: %+v", said)
	}
	f.addresses["worker-3"] = "10.0.0.4"
	if said := f.fold(t); len(said.Problems) != 3 {
		t.Errorf("a clone of one that leaves passes: %+v", said)
	}
}

// TestEveryKindOfFinding breaks one thing at a time on the first worker, and expects exactly that kind of finding.
func TestEveryKindOfFinding(t *testing.T) {
	if got := newFleet(3).fold(t); len(got.Problems)+len(got.Warnings)+len(got.Waived) > 0 {
		t.Fatalf("nothing is wrong, and yet: %+v", got)
	}
	set := func(key string, value any) func(*fleet) {
		return func(f *fleet) { f.answers[1][key] = value }
	}
	first := func(key string, value any) func(*fleet) {
		return func(f *fleet) { f.answers[0][key] = value }
	}
	foreign := func(key string, value any) func(*fleet) {
		return func(f *fleet) { f.answers[1]["others"].(object)[key] = value }
	}
	tests := map[string]struct {
		do   func(*fleet)
		says string
	}{
		"unreachable":          {func(f *fleet) { f.away = []string{"worker-9"} }, "worker-9"},
		"python":               {func(f *fleet) { f.failed["worker-1"] = "/bin/sh: 1: /usr/bin/python3: not found" }, "worker-1"},
		"sudo":                 {func(f *fleet) { f.failed["worker-1"] = "sudo: a password is required" }, "worker-1"},
		"look":                 {func(f *fleet) { f.failed["worker-1"] = "Traceback" }, "Traceback"},
		"address":              {set("interface", ""), "worker-1 (10.0.0.1)"},
		"clocks":               {set("clock", -3600.0), "3600 s behind the others"},
		"clock-unsynchronized": {set("synchronized", false), "worker-1"},
		"machine-id":           {set("machine_id", "id-2"), "2 hosts: worker-[1-2] (id-2)"},
		"product-uuid":         {set("product_uuid", "uuid-0"), "cp-1, worker-1 (uuid-0)"},
		"mac":                  {set("mac", "02:00:00:00:00:03"), "worker-[1,3]"},
		"cpus":                 {first("cpus", 1), "cp-1"},
		"cpus-plan":            {set("cpus", 2), "2 of 4"},
		"memory":               {first("memory", 1<<30), "1.0 GiB"},
		"memory-plan":          {set("memory", int64(4<<30)), "4.0 GiB of 8.0 GiB"},
		"disk": {set("space", object{"/": object{"bytes": int64(100 << 30), "free": int64(9 << 30), "device": 1}}),
			"9 % free below /"},
		"disk-full": {set("space", object{"/": object{"bytes": int64(100 << 30), "free": int64(1 << 20), "device": 1}}),
			"0.0 GiB free below /"},
		"fsync":     {set("fsync", 48.5), "48.5 ms"},
		"read-only": {set("read_only", []string{"/usr/local/bin"}), "/usr/local/bin"},
		"ports": {set("ports", []object{{"port": 10250, "protocol": "tcp", "component": "kubelet", "process": "nginx"}}),
			"in use by nginx"},
		"foreign-kubernetes": {foreign("kubernetes", []string{"k3s"}), "k3s"},
		"foreign-program":    {foreign("programs", []string{"haproxy"}), "haproxy"},
		"foreign-containers": {foreign("containers", 3), "3"},
		"foreign-file":       {foreign("files", []string{"/etc/docker/daemon.json"}), "/etc/docker/daemon.json"},
		"cgroup": {set("cgroup", object{"version": 1, "controllers": []string{"cpuset", "cpu", "memory", "pids"}}),
			"worker-1"},
		"cgroup-controllers": {set("cgroup", object{"version": 2, "controllers": []string{"cpuset", "cpu", "pids"}}), "memory"},
		"kernel":             {set("kernel", "5.10.0-8"), "kube-proxy in nftables mode needs 5.13"},
		"modules":            {set("unloadable", []string{"wireguard"}), "wireguard"},
		"swap":               {set("swap", []string{"/dev/zram0"}), "worker-1"},
		"forward":            {set("forward", []object{{"rule": "iptables -A FORWARD -j REJECT", "last": true}}), "-j REJECT"},
		"forward-policy":     {set("forward", []object{{"rule": "policy", "last": false}}), "policy"},
		"firewall":           {set("shut", []string{"nftables: table inet filter"}), "inet filter"},
		"resolver-loop":      {set("nameservers", []string{"127.0.0.1"}), "127.0.0.1"},
		"resolver":           {set("nameservers", []string{}), "worker-1"},
		"route":              {set("route", false), "worker-1"},
		"mtu": {set("paths", []object{{"peer": "cp-1", "answers": true, "whole": false, "largest": 1400}}),
			"1400 of 1500 bytes arrive at cp-1"},
		"unreached":  {set("unreached", object{"https://dl.k8s.io": "timed out"}), "https://dl.k8s.io: timed out"},
		"name":       {set("unresolved", "api.example.com"), "api.example.com"},
		"virtual-ip": {set("virtual_answers", true), "10.0.0.10"},
		"lock": {set("lock", object{"file": "/var/lib/dpkg/lock-frontend", "process": "unattended-upgr"}),
			"unattended-upgr holds"},
		"ipv6-off": {func(f *fleet) { f.plan["ipv6"] = true; f.answers[1]["ipv6_off"] = true }, "worker-1"},
	}
	for kind, c := range tests {
		f := newFleet(3)
		c.do(f)
		got := f.fold(t)
		all := slices.Concat(got.Problems, got.Warnings)
		if len(all) != 1 || !strings.HasSuffix(all[0], "["+kind+"]") || !strings.Contains(all[0], c.says) {
			t.Errorf("%s: %+v", kind, got)
		}
		f.ignore = object{kind: "we know"}
		if got := f.fold(t); len(got.Problems)+len(got.Warnings) > 0 || len(got.Waived) != 1 || !strings.HasSuffix(got.Waived[0],
			"Ignored: we know") {
			t.Errorf("%s, ignored: %+v", kind, got)
		}
	}
	// An old kernel violates two minimums at once; a check of the survey is only passed on.
	source, err := templates.Files.ReadFile("tree/ansible/roles/preflight/files/fold.py")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?m)^    "([a-z0-9-]+)": \((?:ERROR|WARNING),`).FindAllStringSubmatch(string(source), -1) {
		if _, ok := tests[m[1]]; !ok && m[1] != "survey" && m[1] != "kernel-warning" {
			t.Errorf("no test of %s", m[1])
		}
	}
}

// Missing prerequisites of a host that already serves do not stop a later run; a wrong clock does.
func TestHostsThatServe(t *testing.T) {
	f := newFleet(2)
	for _, a := range f.answers {
		a["state"] = object{"marked": true, "joined": true, "noted": true}
	}
	f.answers[0]["memory"], f.answers[0]["interface"], f.answers[1]["route"] = 1<<30, "", false
	if got := f.fold(t); len(got.Problems)+len(got.Warnings) > 0 {
		t.Errorf("%+v", got)
	}
	f.answers[1]["clock"] = 120.0
	if got := f.fold(t); len(got.Problems) != 1 || !strings.HasSuffix(got.Problems[0], "[clocks]") {
		t.Errorf("%+v", got)
	}
	f.onlyLooks = true // a backup is taken anyway
	if got := f.fold(t); len(got.Problems) != 0 || len(got.Warnings) != 1 {
		t.Errorf("%+v", got)
	}
}

func TestFoldedHosts(t *testing.T) {
	f := newFleet(312)
	for n := 1; n <= 312; n++ {
		f.answers[n]["swap"] = []string{"/dev/sda2"}
		f.answers[n]["mac"] = fmt.Sprintf("02:00:00:00:%02x:%02x", n/256, n%256)
	}
	f.ignore = object{"swop": "typed wrong", "fsync": " "}
	report := filepath.Join(t.TempDir(), "report.json")
	got := f.fold(t, report)
	if len(got.Warnings) != 1 || !strings.HasPrefix(got.Warnings[0], "swap is on: 312 hosts: worker-[1-312]. ") {
		t.Errorf("%q", got.Warnings)
	}
	if len(got.Problems) != 2 || !strings.HasPrefix(got.Problems[0], "unknown kind in ignore: swop. ") ||
		!strings.HasPrefix(got.Problems[1],
			"ignore gives no reason for fsync: ") {
		t.Errorf("%q", got.Problems)
	}
	data, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	var written struct {
		Findings []struct {
			Kind  string
			Hosts map[string][]string
		}
		Answers map[string]object
	}
	if err := json.Unmarshal(data, &written); err != nil || len(written.Findings) != 1 || len(written.Findings[0].Hosts) != 312 ||
		len(written.Answers) != 313 {
		t.Errorf("%v: %.200s", err, data)
	}
}

// look runs the real program in a network of two hosts, where the other host accepts only shorter packets.
func look(t *testing.T, question object, prepare string) object {
	t.Helper()
	source, err := templates.Files.ReadFile("tree/ansible/roles/preflight/files/look.py")
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(question)
	if err != nil {
		t.Fatal(err)
	}
	script := `set -e
unshare --net sleep 60 &
other=$!
until [ "$(readlink /proc/$other/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
ip link set lo up
ip link add near address 02:00:00:00:00:07 type veth peer name far netns $other
ip address add 10.9.0.1/24 dev near
ip link set near up
nsenter --target $other --net sh -c 'ip address add 10.9.0.2/24 dev far; ip link set far mtu 1400 up; ip link set lo up'
` + prepare + `
/usr/bin/python3 - "$1"`
	cmd := exec.Command("unshare", "--map-root-user", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", script,
		"sh", string(text))
	var problems bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(source), &problems
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v (make setup installs iproute2)\n%s", err, problems.String())
	}
	var answer object
	if err := json.Unmarshal(out, &answer); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return answer
}

func TestLook(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "daemon.json")
	write(t, dir, "daemon.json", []byte(`{"debug": true}`))
	write(t, dir, "ours.cfg", []byte("# one port before all API servers\n"))
	// as on a machine that is not a container: its kernel has the features, and modprobe finds nothing else
	fails := t.TempDir()
	for name, script := range map[string]string{"modprobe": "exit 1", "systemd-detect-virt": "echo none; exit 1"} {
		if err := os.WriteFile(filepath.Join(fails, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	loaded, err := os.ReadDir("/sys/module")
	if err != nil || len(loaded) == 0 {
		t.Fatalf("modules of this kernel: %v, %v", loaded, err)
	}
	got := look(t, object{
		"now": 0, "address": "10.9.0.1", "virtual_ip": "10.9.0.2", "login": false, "owns": []string{file, filepath.Join(dir, "ours.cfg"),
			filepath.Join(dir, "none")},
		"signatures": "one port before all API servers", "programs": []string{"a-program-of-nobody"},
		"directories": []string{filepath.Join(dir, "not", "yet")},
		"programs_at": []string{dir, "/proc/sys"}, "modules": []string{loaded[0].Name(), "no_such_module"},
		"etcd":  filepath.Join(dir, "etcd"),
		"peers": object{"other": "10.9.0.2", "nobody": "10.9.0.3"},
		"reach": []string{"http://10.9.0.1:7777", "http://10.9.0.1:7778"}, "name": "no-such-name.invalid",
		"ports": []object{{"port": 7777, "protocol": "tcp", "component": "etcd"}, {"port": 7779, "protocol": "udp",
			"component": "flannel"}},
	}, "PATH="+fails+":$PATH\n"+`python3 -c 'import socket, time
s = socket.socket(); s.setsockopt(1, 2, 1); s.bind(("10.9.0.1", 7777)); s.listen()
print(flush=True)
while True:
    c = s.accept()[0]; c.recv(4096)
    c.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://nowhere.invalid/\r\n"
              b"Content-Length: 0\r\n\r\n"); c.close()' > "`+filepath.Join(dir, "up")+`" &
until [ -s "`+filepath.Join(dir, "up")+`" ]; do sleep 0.05; done`)
	for key, want := range map[string]any{
		"interface": "near", "mac": "02:00:00:00:00:07", "mtu": 1500.0, "virtual": false, "virtual_answers": true, "route": false,
		"unresolved": "no-such-name.invalid",
		"read_only":  []any{},
		"unloadable": []any{"no_such_module"},
		"ports":      []any{map[string]any{"port": 7777.0, "protocol": "tcp", "component": "etcd", "process": "python3"}},
		"paths": []any{
			map[string]any{"peer": "nobody", "answers": false, "whole": false, "largest": 0.0}, map[string]any{"peer": "other",
				"answers": true, "whole": false, "largest": 1400.0},
		},
	} {
		if key == "paths" {
			for _, p := range got["paths"].([]any) { // found within 8 bytes; veth also lets the length of a header more through
				if l := p.(map[string]any)["largest"].(float64); l > 1390 && l < 1420 {
					p.(map[string]any)["largest"] = 1400.0
				}
			}
		}
		if diff := cmp.Diff(want, got[key]); diff != "" {
			t.Errorf("%s:\n%s", key, diff)
		}
	}
	if files := got["others"].(map[string]any)["files"]; !cmp.Equal(files, []any{file}) {
		t.Errorf("files of others: %v", files)
	}
	if reached := got["unreached"].(map[string]any); len(reached) != 1 || reached["http://10.9.0.1:7778"] == nil {
		t.Errorf("unreached: %v", reached)
	}
	if ms := got["fsync"].(float64); ms < 0 {
		t.Errorf("fsync %v", ms)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*", "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// Every file that the survey attributes to the roles may be owned by others, or is in a place where only the roles write.
func TestOwnedFiles(t *testing.T) {
	survey, err := fs.ReadFile(templates.Files, "tree/ansible/roles/survey/files/survey.py")
	if err != nil {
		t.Fatal(err)
	}
	vars, err := fs.ReadFile(templates.Files, "tree/ansible/roles/survey/vars/main.yml")
	if err != nil {
		t.Fatal(err)
	}
	for name, runtime := range map[string]string{"containerd": plan.Containerd, "cri-o": plan.CRIO, "docker": plan.Docker} {
		p := emittest.Plan(t, "options")
		p.Runtime.Name = runtime
		files, err := hostfiles.Runtime(p)
		if err != nil {
			t.Fatal(name, err)
		}
		for _, f := range files {
			vars = append(vars, f.Dest+"\n"...)
		}
	}
	list, _, _ := strings.Cut(strings.SplitN(string(survey), "FILES = [", 2)[1], "]")
	alone := regexp.MustCompile(`^/etc/(k8splan|kubernetes|kube-vip|etcd/kubeadm)/|static-routes|k8splan|^/etc/containerd/certs\.d/|` +
		`/etc/docker/daemon\.json|cri-docker\.socket`)
	for _, m := range regexp.MustCompile(`"(/[^"]*)"`).FindAllStringSubmatch(list, -1) {
		if file := strings.Replace(m[1], "keepalived/*.conf", "keepalived/keepalived.conf", 1); !alone.MatchString(file) &&
			!bytes.Contains(vars, []byte(file)) {
			t.Errorf("survey_owns lacks %s", file)
		}
	}
}

func TestPlaces(t *testing.T) {
	p := emittest.Plan(t, "stacked")
	all, kubelets := places(p)
	if len(all) != 0 || !slices.Contains(kubelets, "https://dl.k8s.io") || !slices.Contains(kubelets, "https://registry.k8s.io") {
		t.Errorf("%v %v", all, kubelets)
	}
	p.Runtime.Registries = []plan.Registry{{Host: "registry.k8s.io", Mirrors: []string{"https://harbor.example.com/k8s"}},
		{Host: "ghcr.io", SkipVerify: true}}
	if _, kubelets := places(p); slices.Contains(kubelets, "https://registry.k8s.io") || !slices.Contains(kubelets,
		"https://harbor.example.com/k8s") || slices.Contains(kubelets, "https://ghcr.io") {
		t.Errorf("%v", kubelets)
	}
}
