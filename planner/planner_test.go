package planner_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/check"
	"github.com/k8splan/k8splan/planner/diagtest"
	"github.com/k8splan/k8splan/planner/emit/components"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/render"
	"github.com/k8splan/k8splan/planner/rule"
)

// large is a topology of n workers.
func large(n int) []byte {
	return fmt.Appendf(nil, `
cluster "big" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.big.example:6443"
}
network {
  pod_subnets         = ["10.128.0.0/9"]
  node_cidr_mask_size = 25
}
load_balancer "haproxy" {
  virtual_ip = "10.0.0.10"
}
node_pool "lb" {
  roles         = ["load-balancer"]
  count         = 2
  first_address = "10.0.0.11"
}
node_pool "cp" {
  roles           = ["control-plane"]
  count           = 3
  first_address   = "10.0.0.31"
  failure_domains = ["a", "b", "c"]
}
node_pool "worker" {
  roles         = ["worker"]
  count         = %d
  first_address = "10.1.0.1"
}
`, n)
}

func open(t testing.TB, src []byte) *planner.Project {
	t.Helper()
	p, diags := planner.Open("topology.hcl", src, nil, time.Time{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return p
}

func BenchmarkOpen(b *testing.B) {
	for _, nodes := range []int{500, 5000, 50_000} {
		b.Run(fmt.Sprint(nodes), func(b *testing.B) {
			src := large(nodes - 5)
			for b.Loop() {
				open(b, src)
			}
		})
	}
}

// TestGrowth: ten times the nodes take some thirteen times as long (n log n), and never the hundred times that n² would take. What is
// wrong with every node costs no more than that either.
func TestGrowth(t *testing.T) {
	good := large
	bad := func(n int) []byte { // every worker twice, with an address inside the pods' range
		return append(large(n/2), fmt.Sprintf("node_pool \"again\" {\n  roles           = [\"worker\"]\n  count           = %d\n"+
			"  first_address   = \"10.1.0.1\"\n  failure_domains = [\"a\", \"b\"]\n}\nnode_pool \"astray\" {\n  roles         = "+
			"[\"worker\", \"etcd\"]\n  count         = %d\n  first_address = \"10.128.0.1\"\n}\n", n/4, n/4)...)
	}
	for name, design := range map[string]func(int) []byte{"good": good, "bad": bad} {
		cost := func(nodes int) float64 {
			src := design(nodes)
			return diagtest.Cost(func() { planner.Open("topology.hcl", src, nil, time.Time{}) }).Seconds()
		}
		small, big := cost(5_000), cost(50_000)
		t.Logf("%s: 50,000 nodes take %.1f times as long as 5,000", name, big/small)
		if big > 40*small {
			t.Errorf("%s: 5,000 nodes take %.3f s and 50,000 take %.3f s", name, small, big)
		}
	}
}

func BenchmarkRender5000(b *testing.B) {
	p := open(b, large(4995))
	for b.Loop() {
		if _, err := render.Tree(p, "v0.0.0"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWrite5000(b *testing.B) {
	set, err := render.Tree(open(b, large(4995)), "v0.0.0")
	if err != nil {
		b.Fatal(err)
	}
	base := b.TempDir()
	i := 0
	for b.Loop() {
		i++
		dir := filepath.Join(base, fmt.Sprint(i))
		if _, err := set.Write(dir, artifact.Options{}); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	os.RemoveAll(base)
}

// Every target has its row on both sides: facts in plan.Targets, code in the table of this package.
func TestTargetsAgree(t *testing.T) {
	for _, of := range planner.Targets() {
		facts := of.Facts
		src := fmt.Appendf(nil, "cluster \"x\" {\n  type = \"all-in-one\"\n}\nnode \"n\" {\n  address = \"192.168.56.10\"\n}\n"+
			"target %q {}\n", facts.Name)
		if _, diags := planner.Open("topology.hcl", src, nil, time.Time{}); len(diags) > 0 {
			for _, d := range diags {
				if rule.ID(d) == "" {
					t.Errorf("%s: a diagnostic without a rule: %v", facts.Name, d)
				}
			}
		}
	}
}

// A rule's ID speaks for one rule, whichever package has it, and says what there is to say.
func TestCatalog(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range planner.Catalog() {
		if seen[r.ID] {
			t.Errorf("%s is there twice", r.ID)
		}
		seen[r.ID] = true
		if r.Title == "" || r.Doc == "" || r.Fix == "" {
			t.Errorf("%s lacks a title, a reason or a remedy", r.ID)
		}
	}
}

// A mistake of one stage hides none of the next, and has no echo there.
func TestOpenLooksBesideMistakes(t *testing.T) {
	for _, tc := range []struct{ name, src, want string }{
		{"reading", "cluster \"x\" {\n  type = 1\n  tpye = \"x\"\n}\nnode \"n\" {\n  address = \"300.0.0.1\"\n}\n",
			"invalid-address unknown-argument wrong-type"},
		{"resolving", "cluster \"x\" {\n  type = \"all-in-one\"\n}\nnode \"n\" {\n  address = \"300.0.0.1\"\n}\n" +
			"node \"m\" {\n  address = \"10.0.0\"\n}\n", "invalid-address invalid-address topology-all-in-one-hosts"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p, diags := planner.Open("topology.hcl", []byte(tc.src), nil, time.Time{})
			if p != nil {
				t.Error("a project beside errors")
			}
			var ids []string
			line := 0
			for _, d := range diags {
				ids = append(ids, rule.ID(d))
				if d.Subject.Start.Line < line {
					t.Error("not in the order of the file")
				}
				line = d.Subject.Start.Line
			}
			slices.Sort(ids)
			if got := strings.Join(ids, " "); got != tc.want {
				t.Errorf("rules %s, want %s", got, tc.want)
			}
		})
	}
}

// One broken target block stops the road before the design is judged, and says so with a rule.
func TestTargetArguments(t *testing.T) {
	src := "cluster \"x\" {\n  type = \"all-in-one\"\n}\nnode \"n\" {\n  address = \"192.168.56.10\"\n}\n" +
		"target \"bare-metal\" {\n  frob = 1\n}\n"
	p, diags := planner.Open("topology.hcl", []byte(src), nil, time.Time{})
	if p != nil || len(diags) != 1 || rule.ID(diags[0]) != "unknown-argument" || diags[0].Subject.Start.Line != 8 {
		t.Errorf("%v", diags)
	}
}

// The tree depends on what is defined, not on where it is in the file, and not on the run.
func TestRenderDependsOnTheDesignAlone(t *testing.T) {
	blocks := []string{
		"cluster \"x\" {\n  type                   = \"multi-etcd-multi-master\"\n  control_plane_endpoint = \"api.x.example:6443\"\n}\n",
		"load_balancer \"haproxy\" {\n  virtual_ip = \"10.0.0.10\"\n}\n",
		"node_pool \"lb\" {\n  roles         = [\"load-balancer\"]\n  count         = 2\n  first_address = \"10.0.0.11\"\n}\n",
		"node_pool \"cp\" {\n  roles         = [\"control-plane\"]\n  count         = 3\n  first_address = \"10.0.0.31\"\n}\n",
		"node_pool \"worker\" {\n  roles         = [\"worker\"]\n  count         = 3\n  first_address = \"10.0.0.41\"\n  labels        = " +
			"{ b = \"2\", a = \"1\", c = \"3\" }\n}\n",
		"node \"edge\" {\n  roles   = [\"worker\"]\n  address = \"10.0.0.99\"\n}\n",
	}
	rendered := func(blocks []string) []artifact.File {
		set, err := render.Tree(open(t, []byte(strings.Join(blocks, "\n"))), "v0.0.0")
		if err != nil {
			t.Fatal(err)
		}
		return set.Files()
	}
	want := rendered(blocks)
	slices.Reverse(blocks)
	for range 3 {
		if diff := cmp.Diff(want, rendered(blocks)); diff != "" {
			t.Fatal(diff)
		}
		blocks = append(blocks[2:], blocks[:2]...)
	}
}

// Adding a worker changes no other node's files.
func TestLocality(t *testing.T) {
	files := func(n int) map[string]string {
		set, err := render.Tree(open(t, large(n)), "v0.0.0")
		if err != nil {
			t.Fatal(err)
		}
		m := map[string]string{}
		for _, f := range set.Files() {
			m[f.Path] = string(f.Data)
		}
		return m
	}
	before, after := files(5), files(6)
	for path, text := range before {
		if strings.HasPrefix(path, "kubeadm/") || strings.HasPrefix(path, "etcd/") || strings.HasPrefix(path, "loadbalancer/") ||
			strings.HasPrefix(path, "cni/") {
			if diff := cmp.Diff(text, after[path]); diff != "" {
				t.Errorf("%s changed with a new worker:\n%s", path, diff)
			}
		}
	}
	if _, ok := after["kubeadm/worker-6.yaml"]; !ok {
		t.Error("the new worker has no file")
	}
}

// TestWaiversOfTargets: a waiver may name a rule of any target, and holds for what the target says.
func TestWaiversOfTargets(t *testing.T) {
	const design = "cluster \"dev\" {\n  type = \"single-etcd-single-master\"\n}\nnode \"cp\" {\n  roles = [\"control-plane\"]\n}\n" +
		"node \"w\" {\n  roles = [\"worker\"]\n}\ntarget \"minikube\" {}\n"
	for name, test := range map[string]struct{ waiver, want string }{
		"none":              {"", "minikube-taint"},
		"holds":             {"minikube-taint", "minikube-taint waived"},
		"of another target": {"cluster-api-address", "minikube-taint, waiver-unused"},
		"not allowed":       {"minikube-driver-none", "minikube-taint, waiver-not-allowed"},
		"misspelt":          {"minikube-tiant", "minikube-taint, waiver-unknown-rule"},
	} {
		src := design
		if test.waiver != "" {
			src += fmt.Sprintf("waive %q {\n  reason = \"a test\"\n}\n", test.waiver)
		}
		project, diags := planner.Open("t.hcl", []byte(src), nil, time.Time{})
		var got []string
		for _, d := range diags {
			id := rule.ID(d)
			if _, waived := rule.WaiverReason(d); waived {
				id += " waived"
			}
			got = append(got, id)
		}
		if strings.Join(got, ", ") != test.want || (project == nil) != diags.HasErrors() {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

// TestErrorsCannotBeWaived: what stops the road before the checks is said before any waiver is read.
func TestErrorsCannotBeWaived(t *testing.T) {
	judged := map[string]bool{}
	for _, r := range check.Rules() {
		judged[r.ID] = true
	}
	for _, r := range planner.Catalog() {
		if r.Severity == rule.Error && !r.Permanent && !judged[r.ID] && r != check.RequireSurvive {
			t.Errorf("%s stops the road, and seems to be waivable", r.ID)
		}
	}
}

// TestCrowded: files full of one thing are answered within the bound of diagtest.Quick, and no rule fills the screen.
func TestCrowded(t *testing.T) {
	const head = "cluster \"x\" {\n  type                   = \"multi-etcd-multi-master\"\n" +
		"  control_plane_endpoint = \"api.x.example:6443\"\n"
	const node = "}\nload_balancer \"external\" {}\nnode \"a\" {\n  roles   = [\"control-plane\"]\n  address = \"10.0.0.1\"\n"
	many := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.NewReplacer("#", fmt.Sprint(i), "@", fmt.Sprintf("%d.%d", i/256, i%256)).Replace(format))
		}
		return b.String()
	}
	for name, src := range map[string]string{
		"waivers":    head + node + "}\n" + many(20_000, "waive \"etcd-x#\" {}\n"),
		"one waiver": head + node + "}\n" + many(20_000, "waive \"etcd-even-members\" {}\n"),
		"labels":     head + node + "  labels = {" + many(12_000, "\"k#\" = \"v\", ") + "}\n}\n",
		"taints":     head + node + many(8_000, "  taint {\n    key    = \"k#\"\n    effect = \"NoSchedule\"\n  }\n") + "}\n",
		"one node":   head + node + "}\n" + many(6_000, "node \"n\" {\n  roles   = [\"worker\"]\n  address = \"10.0.0.1\"\n}\n"),
		"nodes": head + node + "}\n" +
			many(6_000, "node \"n#\" {\n  roles          = [\"etcd\"]\n  address        = \"10.1.@\"\n  failure_domain = \"z#\"\n"+
				"  host           = \"h#\"\n}\n"),
		"pools": head + node + "}\n" +
			many(5_000, "node_pool \"p#\" {\n  roles         = [\"worker\"]\n  count         = 3\n  first_address = \"10.0.0.1\"\n}\n"),
		"gates": head + "  feature_gates = {" + many(20_000, "GracefulNodeShutdwon# = true, ") + "}\n" + node + "}\n",
		"names": head + "  cert_sans = [" + many(20_000, "\"a#.example.com\", ") + "]\n" + node + "}\n",
		"ranges": head + node + "}\nnetwork {\n  reserved_subnets = [" + many(10_000, "\"10.@.0/24\", ") +
			"]\n  node_subnets = [" + many(10_000, "\"11.@.0/24\", ") + "]\n}\n",
		"registries": head + node + "}\ncontainer_runtime \"containerd\" {\n" +
			many(6_000, "  registry \"r#.example.com\" {\n    mirrors = [\"http://m#.example.com\"]\n  }\n") + "}\n",
		"unknown addons":   head + node + "}\n" + many(15_000, "addon \"metrics-sever#\" {}\n"),
		"unknown argument": head + node + many(20_000, "  adress# = 1\n") + "}\n",
	} {
		t.Run(name, func(t *testing.T) {
			var diags hcl.Diagnostics
			diagtest.Quick(t, func() { _, diags = planner.Open("x.hcl", []byte(src), nil, time.Time{}) })
			diagtest.Sound(t, "x.hcl", []byte(src), diags, planner.Catalog())
			count := map[string]int{}
			for _, d := range diags {
				if count[rule.ID(d)]++; count[rule.ID(d)] == 101 {
					t.Errorf("%s speaks more than a hundred times", rule.ID(d))
				}
			}
		})
	}
}

// TestFlagsOfThePlanAreRefused writes each flag that the plan gives to a component of the control plane once more, as an extra argument:
// which of the two counts depends on who starts the component.
func TestFlagsOfThePlanAreRefused(t *testing.T) {
	const design = `cluster "flags" {
  type          = "all-in-one"
  feature_gates = { CPUManagerPolicyAlphaOptions = true }
  audit {
  }
  encryption_at_rest {
  }
%s
}
network {
  pod_subnets     = ["10.244.0.0/16", "fd00:244::/56"]
  service_subnets = ["10.96.0.0/16", "fd00:96::/112"]
}
node "node-1" {
  address           = "10.0.0.11"
  secondary_address = "fd00::11"
}
`
	project, diags := planner.Open("topology.hcl", fmt.Appendf(nil, design, ""), nil, time.Time{})
	if project == nil {
		t.Fatal(diags)
	}
	api, manager, scheduler := components.ControlPlane(project.Plan())
	for component, flags := range map[string][]plan.Arg{
		"api_server": slices.Concat(api, project.Plan().APIServerFlags()), "controller_manager": manager, "scheduler": scheduler,
	} {
		if len(flags) == 0 {
			t.Errorf("the plan gives no flag to %s", component)
		}
		for _, flag := range flags {
			again := fmt.Sprintf("  %s {\n    extra_args = { %q = %q }\n  }", component, flag.Name, flag.Value)
			_, diags := planner.Open("topology.hcl", fmt.Appendf(nil, design, again), nil, time.Time{})
			if !slices.ContainsFunc(diags, func(d *hcl.Diagnostic) bool { return rule.ID(d) == "component-owned-flag" }) {
				t.Errorf("%s takes --%s, which the plan decides: it lacks a word in planner/check/component.go\n%v",
					component, flag.Name, diags)
			}
		}
	}
}
