package vagrant

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

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
)

// node is a machine with only an address set.
func node(name, address string) *plan.Node {
	return &plan.Node{Source: &spec.Source{}, Name: name, Address: netip.MustParseAddr(address), Arch: "amd64"}
}

func design(nodes ...*plan.Node) *plan.Plan {
	p := &plan.Plan{Nodes: nodes}
	p.Cluster.Name = "dev"
	p.Network.PodSubnets = []netip.Prefix{netip.MustParsePrefix("10.244.0.0/16")}
	p.Network.ServiceSubnets = []netip.Prefix{netip.MustParsePrefix("10.96.0.0/16")}
	return p
}

func parse(t *testing.T, src string) hcl.Body {
	t.Helper()
	file, diags := hclparse.NewParser().ParseHCL([]byte(src), "topology.hcl")
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return file.Body
}

func ids(diags hcl.Diagnostics) []string {
	var out []string
	for _, d := range diags {
		out = append(out, rule.ID(d))
	}
	slices.Sort(out)
	return out
}

func TestDecodeDefaults(t *testing.T) {
	p := design(node("dev-1", "192.168.56.10"))
	for _, body := range []hcl.Body{nil, parse(t, "")} {
		value, diags := decode(p, body, nil)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		o := value
		want := Machine{Name: "dev-1", Box: "bento/ubuntu-24.04", CPUs: 2, MemoryMiB: 2048, Address: netip.MustParseAddr("192.168.56.10")}
		if o.Provider != VirtualBox || o.Network.String() != "192.168.56.0/24" || len(o.Machines) != 1 || o.Machines[0] != want {
			t.Errorf("got %+v", o)
		}
	}
}

func TestDecodeNodeBeatsBlock(t *testing.T) {
	a, b := node("a", "192.168.56.10"), node("b", "192.168.57.11")
	a.CPUs, a.MemoryBytes, a.MAC, a.OS = 4, 8<<30, "52:54:00:ab:cd:ef", plan.OS{Name: "debian", Version: "12"}
	b.SecondaryAddress = netip.MustParseAddr("fd00::11")
	value, diags := decode(design(a, b), parse(t, `
provider = "libvirt"
cpus = 3
memory = "3Gi"
box_version = "1.2.3"
`), nil)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	o := value
	if got := o.Machines[0]; got.CPUs != 4 || got.MemoryMiB != 8192 || got.MAC != "525400ABCDEF" || got.Box != "cloud-image/debian-12" ||
		got.BoxVersion != "1.2.3" {
		t.Errorf("a: %+v", got)
	}
	if got := o.Machines[1]; got.CPUs != 3 || got.MemoryMiB != 3072 || got.Second.String() != "fd00::11/64" ||
		got.Box != "cloud-image/ubuntu-24.04" {
		t.Errorf("b: %+v", got)
	}
	if got := o.Network.String(); got != "192.168.56.0/23" {
		t.Errorf("network %s is not the smallest that contains both machines", got)
	}
}

func TestDecodeRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		body string
		edit func(*plan.Plan)
		want []string
	}{
		"unknown argument": {body: `providr = "libvirt"`, want: []string{"unknown-argument"}},
		"wrong type":       {body: `cpus = "many"`, want: []string{"wrong-type"}},
		"two sizes":        {body: "memory = \"4 apples\"\ncpus = 0", want: []string{"vagrant-argument", "vagrant-argument"}},
		"provider":         {body: `provider = "hyperv"`, want: []string{"unknown-value"}},
		"range of VirtualBox": {edit: func(p *plan.Plan) { p.Nodes[0].Address = netip.MustParseAddr("192.168.64.10") },
			want: []string{"vagrant-virtualbox-range"}},
		"stated range": {body: `host_only_ranges = ["10.0.0.0/8"]`, edit: func(p *plan.Plan) {
			p.Nodes[0].Address, p.Nodes[1].Address = netip.MustParseAddr("10.0.0.10"), netip.MustParseAddr("10.0.0.11")
		}},
		"malformed range":  {body: `host_only_ranges = ["10.0.0.0"]`, want: []string{"vagrant-argument"}},
		"range of another": {body: "provider = \"libvirt\"\nhost_only_ranges = [\"10.0.0.0/8\"]", want: []string{"vagrant-argument"}},
		"virtual IP": {edit: func(p *plan.Plan) { p.LoadBalancer.VirtualIP = netip.MustParseAddr("10.0.0.5") },
			want: []string{"vagrant-virtualbox-range"}},
		"the host's address": {edit: func(p *plan.Plan) { p.Nodes[0].Address = netip.MustParseAddr("192.168.56.1") },
			want: []string{"vagrant-host-address"}},
		"no IPv4": {edit: func(p *plan.Plan) { p.Nodes[0].Address = netip.MustParseAddr("fd00::1") },
			want: []string{"vagrant-ipv4"}},
		"far apart": {body: `provider = "libvirt"`,
			edit: func(p *plan.Plan) { p.Nodes[0].Address = netip.MustParseAddr("10.1.0.10") }, want: []string{"vagrant-one-network"}},
		"nodes on the first card": {body: `provider = "libvirt"`, edit: func(p *plan.Plan) {
			p.Nodes[0].Address, p.Nodes[1].Address = netip.MustParseAddr("192.168.121.10"), netip.MustParseAddr("192.168.121.11")
		}, want: []string{"vagrant-nat-overlap"}},
		"unknown system": {edit: func(p *plan.Plan) { p.Nodes[0].OS = plan.OS{Name: "rhel", Version: "9"} },
			want: []string{"vagrant-box"}},
		"system with its box": {body: `boxes = { "rhel-9" = "x/rhel9" }`, edit: func(p *plan.Plan) {
			p.Nodes[0].OS = plan.OS{Name: "rhel", Version: "9"}
		}},
		"misspelled system": {body: `boxes = { "debain-13" = "x/debian13" }`, want: []string{"vagrant-argument"}},
		"two architectures": {edit: func(p *plan.Plan) { p.Nodes[1].Arch = "arm64" }, want: []string{"vagrant-mixed-architectures"}},
		"another port":      {edit: func(p *plan.Plan) { p.SSH.Port = 2345 }, want: []string{"vagrant-login"}},
		"host too small":    {body: `host_memory = "3Gi"`, want: []string{"vagrant-host-memory"}},
		"two mistakes at once": {edit: func(p *plan.Plan) { p.Nodes[0].OS.Name = "plan9"; p.Nodes[1].Arch = "arm64" },
			want: []string{"vagrant-box", "vagrant-mixed-architectures"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := design(node("a", "192.168.56.10"), node("b", "192.168.56.11"))
			if tt.edit != nil {
				tt.edit(p)
			}
			value, diags := decode(p, parse(t, tt.body), nil)
			if got := ids(diags); !slices.Equal(got, tt.want) {
				t.Errorf("broke %v, want %v: %v", got, tt.want, diags)
			}
			if diags.HasErrors() != (value == nil) {
				t.Errorf("value %v with %v", value, diags)
			}
		})
	}
}

func TestRulesExplainThemselves(t *testing.T) {
	for _, r := range rules() {
		if r.ID == "" || r.Title == "" || r.Doc == "" || r.Fix == "" {
			t.Errorf("%+v is incomplete", r)
		}
	}
}

// hostile is a value that would run a command in Ruby, a shell, or Jinja if it were ever evaluated.
const hostile = "#{File.write('pwned','')} $(touch pwned) `touch pwned` {{ lookup('pipe','touch pwned') }} '\"\n../x"

// TestVagrantReadsTheTree makes real Vagrant read and validate the output, once for every provider.
func TestVagrantReadsTheTree(t *testing.T) {
	for _, provider := range []string{Libvirt, VirtualBox, VMwareDesktop} {
		t.Run(provider, func(t *testing.T) {
			a, b := node("cp-1", "192.168.56.10"), node("worker-1", "192.168.56.11")
			b.SecondaryAddress = netip.MustParseAddr("fd00::11")
			p := design(a, b)
			p.Cluster.Name = hostile
			value, diags := decode(p, parse(t, fmt.Sprintf("provider = %q\nbox = %s\n", provider, quote(hostile))), nil)
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			files, err := emit(p, value)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			for _, f := range files {
				path := filepath.Join(dir, f.Path)
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, f.Data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			run(t, filepath.Join(dir, "vagrant"), "ruby", "-wc", "Vagrantfile")
			// Without --ignore-provider, Vagrant requires VirtualBox. Its plugin for VMware is not free software, so that tree is read with
			// another provider instead, as with --provider.
			args := []string{"validate"}
			if provider != Libvirt {
				args = append(args, "--ignore-provider")
			}
			if provider == VMwareDesktop {
				t.Setenv("VAGRANT_DEFAULT_PROVIDER", VirtualBox)
			}
			run(t, filepath.Join(dir, "vagrant"), "vagrant", args...)
			_ = filepath.WalkDir(dir, func(path string, _ os.DirEntry, _ error) error {
				if strings.Contains(filepath.Base(path), "pwned") {
					t.Errorf("a value was evaluated: %s exists", path)
				}
				return nil
			})
			var read struct{ Machines []struct{ Box string } }
			for _, f := range files {
				if f.Path == "vagrant/nodes.json" {
					if err := json.Unmarshal(f.Data, &read); err != nil || len(read.Machines) != 2 || read.Machines[0].Box != hostile {
						t.Errorf("nodes.json does not contain the value unchanged: %v\n%s", err, f.Data)
					}
				}
			}
		})
	}
}

// quote formats s as an HCL string without interpolation.
func quote(s string) string {
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(fmt.Sprintf("%q", s))
}

func run(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Fatalf("%v (make setup installs what the tests need)", err)
	}
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "VAGRANT_HOME="+filepath.Join(t.TempDir(), "home"), "VAGRANT_CHECKPOINT_DISABLE=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}
