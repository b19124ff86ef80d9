package change_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/change"
	"github.com/k8splan/k8splan/planner/render"
)

var mixed = flag.Int("mixed", 3, "mixed edits whose steps the playbooks judge; each takes some seconds")

// walked is an edit whose steps walk.py carries out.
type walked struct {
	Name  string       `json:"name"`
	Old   string       `json:"old"` // directories
	New   string       `json:"new"`
	Steps []walkedStep `json:"steps"`
}

type walkedStep struct {
	ID       string   `json:"id"`
	Hosts    []string `json:"hosts"`
	ByHand   string   `json:"by_hand"`
	Commands []string `json:"commands"`
}

// parts are edits that are made together: in each, one line of the design becomes another one.
var parts = [][2]string{
	{"node_pool \"w\"", "node_pool \"app\""}, {"count = 3 # workers", "count = 4"}, {"count = 3 # workers", "count = 1"},
	{"count = 3 # control planes", "count = 5"}, {"count = 3 # control planes", "count = 2"},
	{"# settings", "api_server {\n    extra_args = { \"v\" = \"3\" }\n  }"},
	{"# settings", "cert_sans = [\"api.example.com\"]"}, {"# settings", "encryption_at_rest {}"},
	{"# settings", "encryption_algorithm = \"ECDSA-P256\""},
	{"# settings", "kubelet {\n    max_pods = 200\n  }"}, {"\"api.prod.internal:6443\"", "\"k8s.prod.internal:6443\""},
	{"# network", "mtu = 1400"}, {"# network", "kube_proxy {\n    mode = \"iptables\"\n  }"}, {"\"10.244.0.0/16\"", "\"10.244.0.0/15\""},
	{"roles = [\"worker\"] # x", "roles = [\"control-plane\"]"}, {"roles = [\"control-plane\"] # y", "roles = [\"worker\"]"},
	{"roles = [\"worker\"] # x", "roles = [\"worker\", \"load-balancer\"]"}, {"10.0.0.71", "10.0.0.72"}, {"node \"x\"", "node \"z\""},
	{"1.36.3", "1.36.4"}, {"virtual_ip = \"10.0.0.10\"", "virtual_ip = \"10.0.0.19\""}, {"count = 2 # balancers", "count = 1"},
	{"load_balancer \"haproxy\"", "load_balancer \"kube-vip\""}, {"# more", "container_runtime \"cri-o\" {}"},
	{"# more", "addon \"kube-state-metrics\" {\n  manifest \"https://example.com/a.yaml\" {\n    checksum = \"sha256:" +
		"0000000000000000000000000000000000000000000000000000000000000000\"\n  }\n}"},
	{"# labels", "labels = { \"example.com/tier\" = \"gold\" }"}, {"# labels", "failure_domains = [\"a\", \"b\"]"},
	{"# etcd", "quota = \"4Gi\""}, {"# etcd", "data_dir = \"/data/etcd\""},
}

const partly = `
cluster "prod" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.prod.internal:6443"
  kubernetes_version     = "1.36.3"
  # settings
}
network {
  pod_subnets = ["10.244.0.0/16"]
  # network
}
etcd {
  # etcd
}
load_balancer "haproxy" {
  virtual_ip = "10.0.0.10"
}
# more
node_pool "lb" {
  roles         = ["load-balancer"]
  count = 2 # balancers
  first_address = "10.0.0.11"
}
node_pool "cp" {
  roles         = ["control-plane"]
  count = 3 # control planes
  first_address = "10.0.0.31"
}
node_pool "w" {
  roles         = ["worker"]
  count = 3 # workers
  first_address = "10.0.0.41"
  # labels
}
node "x" {
  roles = ["worker"] # x
  address = "10.0.0.71"
}
node "y" {
  roles = ["control-plane"] # y
  address = "10.0.0.75"
}
`

// someParts makes several edits at once.
func someParts(random *rand.Rand) (name, edited string) {
	edited = partly
	for range 2 + random.IntN(4) {
		if p := parts[random.IntN(len(parts))]; strings.Contains(edited, p[0]) {
			edited, name = strings.Replace(edited, p[0], p[1], 1), name+"; "+p[1]
		}
	}
	return name, edited
}

// Of edits in which several things change: the steps end in the new design, none of them leaves the cluster without a control plane or a
// member, the class of none is none, and the new design does not differ from itself. The way back from what is in place is no better.
func TestSeveralAtOnce(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 12))
	old := recordOf(t, partly, nil)
	seen := map[change.Class]int{}
	for range 300 {
		name, edited := someParts(random)
		project, _ := planner.Open("topology.hcl", []byte(edited), nil, time.Time{})
		if project == nil {
			continue
		}
		next := change.Of(project.Plan(), "v1.0.0")
		r := change.Between(old, next)
		seen[r.Verdict]++
		if same := change.Between(next, next); same.Verdict != change.None || len(same.Changes) > 0 {
			t.Errorf("%s: the new design differs from itself: %+v", name, same.Changes)
		}
		if back := change.Between(next, old); r.Verdict == change.InPlace && back.Verdict == change.None ||
			(r.Verdict == change.None) != (back.Verdict == change.None) {
			t.Errorf("%s: %s there and %s back", name, r.Verdict, back.Verdict)
		}
		if r.Verdict == change.Refused {
			continue
		}
		end, wrong := change.Walk(r)
		opts := []cmp.Option{cmpopts.IgnoreUnexported(change.Record{}, change.Node{}), cmpopts.EquateEmpty()}
		if diff := cmp.Diff(next, end, opts...); diff != "" {
			t.Errorf("%s does not end in the new design:\n%s", name, diff)
		}
		if wrong != "" {
			t.Errorf("%s: %s", name, wrong)
		}
		if r.Verdict != change.None && len(r.Steps) == 0 {
			t.Errorf("%s is %s, and there is no step", name, r.Verdict)
		}
		for _, s := range r.Steps {
			if (s.Playbook == "") == (s.ByHand == "") || s.Gate == "" || s.Undo == "" {
				t.Errorf("%s: step %s lacks something: %+v", name, s.ID, s)
			}
		}
	}
	if seen[change.Ordered] < 50 || seen[change.Refused] < 30 {
		t.Errorf("too few of a class: %v", seen)
	}
}

// The playbooks accept the steps of an edit in their order, and have nothing left to do at the end. walk.py interprets the tasks with
// which a playbook looks at a cluster and refuses, judge.py among them, on a cluster of plain data. Several things change in each edit.
func TestPlaybooksAcceptTheSteps(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes two minutes")
	}
	program, err := exec.LookPath("ansible-playbook")
	if err != nil {
		t.Fatal("ansible-core is missing: apt-get install ansible-core")
	}
	head, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(head), "\n")
	python := strings.Fields(strings.TrimPrefix(strings.TrimPrefix(first, "#!"), " "))
	if len(python) != 1 {
		t.Fatalf("%s begins with %q, and not with the Python that runs it", program, first)
	}
	var cases []walked
	refused := 0
	add := func(name, src, edited string) {
		t.Helper()
		if c, ok := walk(t, name, src, edited); ok {
			cases = append(cases, c)
		} else {
			refused++
		}
	}
	for _, name := range []string{"iptables to ipvs and a worker", "another name and a name in the certificate",
		"a member on another address and a worker", "a worker becomes a control plane", "stacked to external",
		"two members less", "one machine becomes three"} {
		for _, e := range edits {
			if e.name == name {
				add(name, e.src, e.new())
			}
		}
	}
	if len(cases) != 7 {
		t.Fatalf("%d of the edits by name have steps", len(cases))
	}
	random := rand.New(rand.NewPCG(12, 7))
	for len(cases) < 7+*mixed && refused < 50**mixed {
		name, edited := someParts(random)
		add(fmt.Sprintf("%d%s", len(cases), name), partly, edited)
	}
	in, err := json.Marshal(cases)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python[0], "testdata/walk.py")
	cmd.Stdin = bytes.NewReader(in)
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, problems.String())
	}
	var said map[string]string
	if err := json.Unmarshal(out, &said); err != nil || len(said) != len(cases) {
		t.Fatalf("%v: %d of %d edits\n%s\n%s", err, len(said), len(cases), out, problems.String())
	}
	for name, problem := range said {
		if problem != "" {
			t.Errorf("%s:\n%s", name, problem)
		}
	}
}

// walk writes both trees of an edit, the second one with the hosts that leave. It reports false if a design is wrong or the edit is
// refused.
func walk(t *testing.T, name, src, edited string) (walked, bool) {
	t.Helper()
	dir := t.TempDir()
	w := walked{Name: name, Old: filepath.Join(dir, "old"), New: filepath.Join(dir, "new")}
	before, _ := planner.Open("topology.hcl", []byte(src), nil, time.Time{})
	after, _ := planner.Open("topology.hcl", []byte(edited), nil, time.Time{})
	if before == nil || after == nil {
		return w, false
	}
	old, next := change.Of(before.Plan(), "v1.0.0"), change.Of(after.Plan(), "v1.0.0")
	r := change.Between(old, next)
	if r.Verdict == change.Refused || len(r.Steps) == 0 {
		return w, false
	}
	for i := range r.Steps {
		s := &r.Steps[i]
		step := walkedStep{ID: s.ID, Hosts: s.Hosts, ByHand: s.ByHand, Commands: []string{}}
		if i == 0 || r.Steps[i-1].Command() != s.Command() {
			step.Commands = append(step.Commands, s.Commands()...)
		}
		w.Steps = append(w.Steps, step)
	}
	for _, tree := range []struct {
		project *planner.Project
		leaving []*change.Node
		dir     string
	}{{before, nil, w.Old}, {after, change.Leaving(old, next, nil), w.New}} {
		set, err := render.Tree(tree.project, "v1.0.0", tree.leaving...)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range set.Files() {
			path := filepath.Join(tree.dir, f.Path)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, f.Data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	return w, true
}
