package describe_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mattn/go-runewidth"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/describe"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/simulate"
	"github.com/k8splan/k8splan/topologies"
)

func starter(t *testing.T, kind topologies.Type, target string) *plan.Plan {
	t.Helper()
	src, err := topologies.Starter(kind, target)
	if err != nil {
		t.Fatal(err)
	}
	p, diags := planner.Open("topology.hcl", src, nil, time.Time{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return p.Plan()
}

// A page stays within its width if words allow it, has no trailing blanks, and no color unless asked for.
func TestPageFits(t *testing.T) {
	for _, row := range topologies.Table {
		p := starter(t, row.Type, "bare-metal")
		for _, width := range []int{0, 60, 80, 120, 400} {
			var page bytes.Buffer
			if err := describe.Page(&page, p, describe.Style{Width: width, Why: true}); err != nil {
				t.Fatal(err)
			}
			room := min(max(width, 60), 140)
			if width == 0 {
				room = 100
			}
			for _, line := range strings.Split(page.String(), "\n") {
				// A table whose other columns are as wide as the page exceeds it.
				if n := runewidth.StringWidth(line); n > room && width != 60 {
					t.Errorf("%s at width %d: %d columns: %s", row.Type, width, n, line)
				}
				if strings.HasSuffix(line, " ") {
					t.Errorf("%s: blank at the end of %q", row.Type, line)
				}
			}
			if bytes.ContainsRune(page.Bytes(), '\x1b') {
				t.Errorf("%s: color that was not asked for", row.Type)
			}
			for _, heading := range []string{"\nEndpoint", "\nHosts", "\netcd", "\nNetwork", "\nCapacity", "\nVersions",
				"\nAPI server certificate", "\nDecided for you"} {
				if !strings.Contains(page.String(), heading) {
					t.Errorf("%s: no section %q", row.Type, heading[1:])
				}
			}
		}
		var plain, painted bytes.Buffer
		_ = describe.Page(&plain, p, describe.Style{Why: true})
		_ = describe.Page(&painted, p, describe.Style{Color: true, Why: true})
		if strip(painted.String()) != plain.String() {
			t.Errorf("%s: color changes more than color", row.Type)
		}
	}
}

// strip removes ANSI colors.
func strip(s string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, "\x1b[")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		_, s, _ = strings.Cut(rest, "m")
	}
}

// The document for programs has every list, even if empty, and every node.
func TestDescribeHasNoNull(t *testing.T) {
	for _, target := range topologies.StarterTargets() {
		for _, kind := range planner.StarterTypes(target) {
			p := starter(t, kind, target)
			d := describe.Describe(p)
			data, err := json.Marshal(d)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(data, []byte("null")) {
				t.Errorf("%s on %s: a null in %s", kind, target, data)
			}
			if len(d.Nodes) != len(p.Nodes) || len(d.Decisions) != len(p.Decisions) {
				t.Errorf("%s on %s: something is missing", kind, target)
			}
		}
	}
}

// The page and the document show upstream's recommendation for the nodes, what the file states, and what remains after a loss.
func TestCapacity(t *testing.T) {
	const src = `cluster "c" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.example.com:6443"
  max_nodes              = 3500
}
network {
  pod_subnets = ["10.128.0.0/9"]
}
load_balancer "external" {}
node_pool "etcd" {
  roles           = ["etcd"]
  count           = 3
  first_address   = "10.0.0.21"
  failure_domains = ["a", "b", "c"]
  cpus            = 4
  memory          = "16Gi"
}
node_pool "cp" {
  roles           = ["control-plane"]
  count           = 3
  first_address   = "10.0.0.31"
  failure_domains = ["a", "b", "c"]
}
node_pool "worker" {
  roles           = ["worker"]
  count           = 4
  first_address   = "10.0.0.41"
  failure_domains = ["a", "b", "c"]
  cpus            = 16
  memory          = "64Gi"
}
`
	project, diags := planner.Open("topology.hcl", []byte(src), nil, time.Time{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	p := project.Plan()
	var page bytes.Buffer
	if err := describe.Page(&page, p, describe.Style{Width: 140, Why: true}); err != nil {
		t.Fatal(err)
	}
	words := strings.Join(strings.Fields(page.String()), " ")
	for _, want := range []string{
		"Capacity 7 nodes defined, 3,500 planned",
		"the pod range has room for 32,768; Kubernetes is tested with 5,000",
		"110 per node (a node's pod range has room for 253); 440 on the defined workers, 384,670 as planned; Kubernetes is tested " +
			"with 150,000",
		"Control planes 2 CPUs for 7 nodes; 32 CPUs for 3,500 according to kube-up of upstream",
		"etcd hosts 2 CPUs, 8 GB, 3,600 IOPS, and 56 MB/s for 7 nodes; 16 CPUs, 64 GB, 16,000 IOPS, and 250 MB/s for 3,500 according to " +
			"etcd's documentation, whose table ends at 3,000; the file states 4 CPUs and 16 GiB",
		"without a, the largest failure domain, 2 of 4 workers remain, with 32 of 64 CPUs and 128 GiB of 256 GiB; workers filled to 50% " +
			"or less need no change",
	} {
		if !strings.Contains(words, want) {
			t.Errorf("the page does not say %q:\n%s", want, page.String())
		}
	}
	c := describe.Describe(p).Capacity
	if c.NodesDrawn != 7 || c.NodesPlanned != 3500 || len(c.Hosts) != 2 || c.Hosts[0].Stated != nil || !c.Hosts[1].Planned.Beyond ||
		c.Loss == nil || c.Loss.Memory.Left != 128<<30 {
		t.Errorf("%+v", c)
	}
}

// survives returns the survival page at a width, and the document.
func survives(t *testing.T, src string, width int) (string, describe.Simulation) {
	t.Helper()
	project, diags := planner.Open("topology.hcl", []byte(src), nil, time.Time{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	m := simulate.New(project.Plan())
	r := m.Sweep()
	var page bytes.Buffer
	describe.Survival(&page, "c", m, r, describe.Style{Width: width, Why: true})
	return page.String(), describe.Sweep("c", m, r)
}

const hypervisors = `cluster "c" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.example.com:6443"
}
load_balancer "haproxy" { virtual_ip = "10.0.0.10" }
node_pool "a-balancer-with-a-name" {
  roles         = ["load-balancer"]
  count         = 2
  first_address = "10.0.0.11"
  hosts         = ["hypervisor-1", "hypervisor-2", "hypervisor-3"]
}
node_pool "etcd" {
  roles         = ["etcd"]
  count         = 5
  first_address = "10.0.0.21"
  hosts         = ["hypervisor-1", "hypervisor-2", "hypervisor-3"]
}
node_pool "cp" {
  roles         = ["control-plane"]
  count         = 3
  first_address = "10.0.0.31"
  hosts         = ["hypervisor-1", "hypervisor-2", "hypervisor-3"]
}
node_pool "worker" {
  roles           = ["worker"]
  count           = 60
  first_address   = "10.0.0.41"
  failure_domains = ["r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10"]
}
`

// The survival page stays within the width of a terminal.
func TestSurvivalFits(t *testing.T) {
	for _, width := range []int{80, 100, 140} {
		page, _ := survives(t, hypervisors, width)
		for _, line := range strings.Split(page, "\n") {
			if n := runewidth.StringWidth(line); n > width {
				t.Errorf("at width %d %d columns: %s", width, n, line)
			}
			if strings.HasSuffix(line, " ") {
				t.Errorf("blank at the end of %q", line)
			}
		}
	}
}

// The document has the units themselves, and what the page says in words.
func TestSurvivalDocument(t *testing.T) {
	page, doc := survives(t, hypervisors, 140)
	if want := []string{"node/worker-1", "node/worker-11", "node/worker-21", "node/worker-31", "node/worker-41",
		"node/worker-51"}; !slices.ContainsFunc(doc.Singles, func(o describe.FailureOutcome) bool {
		return slices.Equal(o.Units[0].Alike, want)
	}) {
		t.Errorf("no outcome is that of %v", want)
	}
	if !slices.ContainsFunc(doc.StopsAPI, func(set []string) bool {
		return slices.Equal(set, []string{"balancer/a-balancer-with-a-name-2", "host/hypervisor-1"})
	}) {
		t.Errorf("what stops the API lacks a process and the hypervisor of the other one: %v", doc.StopsAPI)
	}
	for _, want := range []string{
		"any of 60: node/worker-1 … worker-60",
		"any of 45: cut r1:r10, r1:r2, r1:r3, and 42 more",
	} {
		if !strings.Contains(strings.Join(strings.Fields(page), " "), want) {
			t.Errorf("the page does not say %q:\n%s", want, page)
		}
	}
	if doc.Exhausted != nil || doc.Points == nil || len(*doc.Points) != 0 {
		t.Errorf("%v, %v", doc.Exhausted, doc.Points)
	}
}

// One machine is not a pair: the page does not mention pairs, and the document has none.
func TestSurvivalOfOneMachine(t *testing.T) {
	page, doc := survives(t, "cluster \"c\" {\n  type = \"all-in-one\"\n}\nnode \"n\" {\n  address = \"10.0.0.1\"\n}\n", 100)
	if strings.Contains(page, "pair") {
		t.Error(page)
	}
	if data, err := json.Marshal(doc); err != nil || !strings.Contains(string(data), `"pairs_judged":0,`) {
		t.Errorf("%s %v", data, err)
	}
}

// The result of a search that gave up is never presented as an answer.
func TestSurvivalGaveUp(t *testing.T) {
	project, diags := planner.Open("topology.hcl", []byte(hypervisors), nil, time.Time{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	m := simulate.New(project.Plan())
	r := m.Sweep()
	r.PairsAll, r.StopsAll = false, simulate.Stops{Exhausted: true}
	var page bytes.Buffer
	describe.Survival(&page, "c", m, r, describe.Style{})
	if text := page.String(); strings.Contains(text, "Every pair") || strings.Contains(text, "no set") ||
		!strings.Contains(text, "the API and every pod  the search reached its limit: there may be more") {
		t.Error(text)
	}
	if doc := describe.Sweep("c", m, r); !slices.Equal(doc.Exhausted, []string{"pairs", "stops_all"}) || doc.PairsJudged != nil {
		t.Error(doc.Exhausted, doc.PairsJudged)
	}
}

// A machine that states no size uses an unknown share of its hypervisor, which is not zero.
func TestHypervisorsOfMachinesWithoutSize(t *testing.T) {
	const head = "cluster \"c\" {\n  type = \"single-etcd-single-master\"\n  control_plane_endpoint = \"api.example.com:6443\"\n}\n" +
		"hypervisor \"kvm\" {\n  cpus = 16\n  memory = \"64Gi\"\n}\n"
	const cp = "node \"cp\" {\n  roles = [\"control-plane\"]\n  address = \"10.0.0.1\"\n  host = \"kvm\"\n%s}\n"
	const worker = "node \"w\" {\n  roles = [\"worker\"]\n  address = \"10.0.0.2\"\n  host = \"kvm\"\n%s}\n"
	for _, c := range []struct{ cp, worker, want string }{
		{"", "", "2 machines; 16 CPUs, 64 GiB memory; 2 machines state no size"},
		{"cpus = 4\nmemory = \"8Gi\"\n", "cpus = 8\nmemory = \"16Gi\"\n", "2 machines; 12 of 16 CPUs, 24 GiB of 64 GiB memory"},
		{"cpus = 4\nmemory = \"8Gi\"\n", "", "2 machines; 4 of 16 CPUs, 8 GiB of 64 GiB memory; 1 machine states no size"},
		{"memory = \"8Gi\"\n", "", "2 machines; 16 CPUs (not stated by 2 machines), 8 GiB of 64 GiB memory (not stated by 1 machine)"},
	} {
		project, diags := planner.Open("topology.hcl", []byte(head+fmt.Sprintf(cp, c.cp)+fmt.Sprintf(worker, c.worker)), nil, time.Time{})
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		var page bytes.Buffer
		describe.Page(&page, project.Plan(), describe.Style{Width: 140})
		if !strings.Contains(page.String(), c.want) {
			t.Errorf("the page does not say %q:\n%s", c.want, page.String())
		}
	}
}
