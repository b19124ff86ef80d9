package ansible

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/diagtest"
	"github.com/k8splan/k8splan/planner/emit/emittest"
	"github.com/k8splan/k8splan/planner/emit/hostfiles"
	"github.com/k8splan/k8splan/planner/plan"
)

// data returns the files that differ between topologies.
func data(p *plan.Plan) ([]artifact.File, error) {
	files, err := Emit(p)
	var out []artifact.File
	for _, f := range files {
		if f.Path == "ansible/inventory.yaml" || f.Path == "ansible/group_vars/all.yaml" {
			out = append(out, f)
		}
	}
	return out, err
}

func TestGolden(t *testing.T) { emittest.AllGolden(t, data) }

// Adding a worker changes the inventory and nothing else.
func TestAWorkerChangesTheInventoryAlone(t *testing.T) {
	before, after := emittest.Plan(t, "external"), emittest.Plan(t, "external")
	one := *after.Workers()[0]
	one.Name, one.Address, one.SSHAddress = "zz-worker", netip.MustParseAddr("10.0.0.250"), "10.0.0.250"
	after.Nodes = append(after.Nodes, &one)
	was, is := emittest.Emit(t, all, before), emittest.Emit(t, all, after)
	for i := range was {
		if same := cmp.Equal(was[i].Data, is[i].Data); same == (was[i].Path == "ansible/inventory.yaml") {
			t.Errorf("%s: same = %t", was[i].Path, same)
		}
	}
}

// all runs Emit without leaving hosts.
func all(p *plan.Plan) ([]artifact.File, error) { return Emit(p) }

// Leaving hosts are only in their own group, with the variables needed to remove them. Their values are data.
func TestLeavingHosts(t *testing.T) {
	left := plan.Leaving{Name: "cp-9", Address: "10.0.0.39", Arch: "amd64", Roles: []string{"control-plane", "{{ x }}"}}
	files, err := Emit(emittest.Plan(t, "external"), left, plan.Leaving{Name: "w-9", SSHAddress: "bastion.example", Address: "10.0.0.49"})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(files, func(f artifact.File) bool { return f.Path == "ansible/inventory.yaml" })
	var got struct {
		All struct {
			Hosts map[string]struct {
				Host   string   `json:"ansible_host"`
				IP     string   `json:"node_ip"`
				Before []string `json:"roles_before"`
			}
			Children map[string]struct{ Hosts map[string]any }
		}
	}
	if err := yaml.Unmarshal(files[i].Data, &got); err != nil {
		t.Fatal(err)
	}
	if h := got.All.Hosts["cp-9"]; h.Host != "10.0.0.39" || h.IP != "10.0.0.39" || !slices.Equal(h.Before, left.Roles) {
		t.Errorf("cp-9 is %+v", h)
	}
	if h := got.All.Hosts["w-9"]; h.Host != "bastion.example" || h.IP != "10.0.0.49" {
		t.Errorf("w-9 is %+v", h)
	}
	for name, group := range got.All.Children {
		if _, in := group.Hosts["cp-9"]; in != (name == "leaving") {
			t.Errorf("cp-9 in group %s: %t", name, in)
		}
	}
	if !strings.Contains(string(files[i].Data), `!unsafe "{{ x }}"`) {
		t.Error("a role could be evaluated")
	}
}

// hostile are strings that would have an effect in Jinja, YAML, Python, a shell, or TOML if any of them evaluated data.
var hostile = []string{
	"{{ lookup('pipe', 'touch PWNED') }}", "{% for x in [1] %}x{% endfor %}", "{# gone #}", "$(touch PWNED)", "`touch PWNED`",
	"'; touch PWNED; '", `"quoted" \back\slash`, "!!python/object/apply:os.system ['touch PWNED']", "line\nbreak: yes",
	"tab\tand\x00\x07\x7f\u0085\u2028\ufeff",
	"[1, 2]", "{'a': 1}", "{\"a\": 1}", "yes", "0777", "~", "", " # no comment", "%(asctime)s", "é\U0001F600",
}

// TestHostileValuesStayData makes the real Ansible read values that look like code, template them as the roles do, and print them.
func TestHostileValuesStayData(t *testing.T) {
	dir := t.TempDir()
	vars := mapping{{"ansible_connection", "local"}, {"ansible_python_interpreter", "/usr/bin/python3"}}
	for i, s := range hostile {
		vars = append(vars, entry{fmt.Sprintf("value_%d", i), s})
	}
	const written = 4 // each is one module run
	vars = append(vars, entry{"written", written})
	nested := mapping{{"list", hostile}, {"map", mapping{{"value", hostile[0]}}}, {"rows", []mapping{{{"name", hostile[0]}, {"on", true}}}},
		{"none", mapping(nil)}}
	vars = append(vars, entry{"nested", nested})
	write(t, dir, "inventory.yaml", document("# data\n", mapping{{"all", mapping{{"hosts", mapping{{"yes", vars}, {"1e3", vars}}}}}}))

	var play strings.Builder
	play.WriteString("- hosts: all\n  gather_facts: false\n  tasks:\n")
	play.WriteString("    - ansible.builtin.copy:\n        dest: '{{ playbook_dir }}/{{ inventory_hostname }}-{{ item.0 }}'\n" +
		"        content: '{{ item.1 | string }}'\n        mode: '0600'\n      loop: '{{ range(written) | zip(nested.list) | list }}'\n" +
		"      loop_control: {label: '{{ item.0 }}'}\n")
	play.WriteString("    - ansible.builtin.command:\n        argv: [printf, '%s', \"--patch={{ nested.map.value }}\", " +
		"'{{ nested.rows[0].name ~ value_0 }}']\n      register: said\n")
	play.WriteString("    - ansible.builtin.set_fact:\n        kept: '{{ nested.list }}'\n        joined: " +
		"\"{{ value_0 ~ ' and ' ~ value_1 }}\"\n")
	play.WriteString("    - ansible.builtin.copy:\n        dest: '{{ playbook_dir }}/{{ inventory_hostname }}-facts'\n        content: " +
		"\"{{ {'kept': kept, 'joined': joined, 'said': said.stdout} | to_json }}\"\n        mode: '0600'\n")
	write(t, dir, "play.yml", []byte(play.String()))
	ansible(t, dir, "ansible-playbook", "-i", "inventory.yaml", "play.yml")

	for _, host := range []string{"yes", "1e3"} {
		for i, s := range hostile[:written] {
			got, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf("%s-%d", host, i)))
			if err != nil || string(got) != s {
				t.Errorf("%s: %q came out as %q (%v)", host, s, got, err)
			}
		}
		var facts struct {
			Kept         []string
			Joined, Said string
		}
		raw, err := os.ReadFile(filepath.Join(dir, host+"-facts"))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(raw, &facts); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(hostile, facts.Kept); diff != "" {
			t.Errorf("as a fact:\n%s", diff)
		}
		if want := hostile[0] + " and " + hostile[1]; facts.Joined != want {
			t.Errorf("joined: %q", facts.Joined)
		}
		if want := "--patch=" + hostile[0] + hostile[0] + hostile[0]; facts.Said != want {
			t.Errorf("as an argument: %q", facts.Said)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "PWNED")); err == nil {
		t.Error("a value was run")
	}
}

// TestHostileValuesOfTrixie repeats the test with ansible-core 2.19, which treats a tagged scalar differently.
func TestHostileValuesOfTrixie(t *testing.T) {
	trixie := os.Getenv("K8SPLAN_TRIXIE")
	if trixie == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			t.Fatal(err)
		}
		trixie = filepath.Join(cache, "k8splan-test", "trixie")
	}
	if _, err := os.Stat(filepath.Join(trixie, ".k8splan-ready")); err != nil {
		t.Fatalf("%v (make setup makes a folder of Debian trixie)", err)
	}
	dir, err := os.MkdirTemp(filepath.Join(trixie, "tmp"), "k8splan-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	vars := mapping{}
	for i, s := range append(numberLike, hostile...) {
		vars = append(vars, entry{fmt.Sprintf("value_%d", i), s})
	}
	write(t, dir, "inventory.yaml", document("# data\n", mapping{{"all", mapping{{"hosts", mapping{{"one", vars}}}}}}))
	script := `export HOME="$1" ANSIBLE_LOCAL_TEMP="$1" LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin; cd "$1" && exec ` +
		`ansible-inventory -i inventory.yaml --host one`
	command := []string{"chroot", trixie, "/bin/sh", "-c", script, "sh", "/tmp/" + filepath.Base(dir)}
	if os.Getuid() != 0 {
		command = append([]string{"unshare", "--map-root-user"}, command...)
	}
	out, err := exec.Command(command[0], command[1:]...).Output()
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	for i, want := range append(numberLike, hostile...) {
		value := got[fmt.Sprintf("value_%d", i)]
		if tagged, ok := value.(map[string]any); ok {
			value = tagged["__ansible_unsafe"]
		}
		if value != want {
			t.Errorf("%q came out as %#v", want, value)
		}
	}
}

// numberLike are strings that YAML would not read as strings without quotes.
var numberLike = []string{"1.40", "007", "1e3", "true", "null", "2026-01-01", "0x1F", "12:30:45", ".inf", "="}

// The jump host is a single word of ssh's command line, whatever it contains.
func TestJumpHostIsOneWord(t *testing.T) {
	out, err := exec.Command("python3", "-c", "import shlex, sys; print(len(shlex.split(sys.argv[1])), end='')",
		shellWord("-oProxyCommand=a'b \"c\" $(d) \\e")).CombinedOutput()
	if err != nil || string(out) != "1" {
		t.Errorf("%v: %s words", err, out)
	}
}

// TestBothHopsAreCheckedAlike makes ssh itself parse the command, then runs it in a shell with a fake ssh.
func TestBothHopsAreCheckedAlike(t *testing.T) {
	for _, c := range []struct{ jump, key, want string }{
		{"me@bastion.example.com:2022", "~/.ssh/it is mine",
			"-p|2022|-i|HOME/.ssh/it is mine|-l|me|-W|[10.0.0.31]:22|bastion.example.com"},
		{"bastion", "/etc/50% off/$(x)'", "-i|/etc/50% off/$(x)'|-W|[10.0.0.31]:22|bastion"},
		{"root@[fd00::1]:22", "", "-p|22|-l|root|-W|[10.0.0.31]:22|fd00::1"},
	} {
		dir := t.TempDir()
		write(t, dir, "ssh", []byte("#!/bin/sh\nprintf '%s|' \"$@\" >"+dir+"/said\n"))
		if err := os.Chmod(filepath.Join(dir, "ssh"), 0o755); err != nil {
			t.Fatal(err)
		}
		ssh, err := exec.LookPath("ssh")
		if err != nil {
			t.Fatalf("%v (make setup installs openssh-client)", err)
		}
		cmd := exec.Command(ssh, "-F", "none", "-oProxyCommand="+hostfiles.ThroughJump(&plan.SSH{JumpHost: c.jump, PrivateKeyFile: c.key}),
			"10.0.0.31")
		cmd.Env = []string{"PATH=" + dir + ":/usr/bin:/bin", "HOME=HOME", "SHELL=/bin/sh"}
		_ = cmd.Run() // the fake prints nothing that ssh understands
		said, err := os.ReadFile(filepath.Join(dir, "said"))
		const options = "-o|StrictHostKeyChecking=accept-new|-o|ServerAliveInterval=15|-o|ServerAliveCountMax=4|"
		if err != nil || string(said) != options+c.want+"|" {
			t.Errorf("%s: %v\n got %s\nwant %s%s|", c.jump, err, said, options, c.want)
		}
	}
}

func TestRegistryFilesRefuseWhatIsNoHost(t *testing.T) {
	p := emittest.Plan(t, "external")
	for _, host := range []string{"../../../etc/cron.d/x", "a/b", "a b", "", "a:port", "{{ x }}"} {
		p.Runtime.Registries = []plan.Registry{{Host: host}}
		if _, err := Emit(p); err == nil {
			t.Errorf("%q was taken for a registry", host)
		}
	}
}

// Five thousand hosts: emitting the inventory costs no more than reading the design.
func TestLargeInventory(t *testing.T) {
	p := emittest.Plan(t, "external")
	worker := *p.Workers()[0]
	address := netip.MustParseAddr("10.1.0.1")
	for i := range 5000 {
		n := worker
		n.Name, n.Address, n.SSHAddress = fmt.Sprintf("worker-%d", 100+i), address, address.String()
		p.Nodes = append(p.Nodes, &n)
		address = address.Next()
	}
	diagtest.Quick(t, func() {
		if _, err := Emit(p); err != nil {
			t.Fatal(err)
		}
	})
}

func write(t *testing.T, dir, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// ansible runs a program of ansible-core in dir, isolated from the user's settings.
func ansible(t *testing.T, dir, program string, args ...string) {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	home := t.TempDir()
	cmd.Env = append(os.Environ(), "HOME="+home, "ANSIBLE_LOCAL_TEMP="+home, "ANSIBLE_REMOTE_TEMP="+home, "ANSIBLE_NOCOLOR=1",
		"LC_ALL=C.UTF-8")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", program, err, out)
	}
}
