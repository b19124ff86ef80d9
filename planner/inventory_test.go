package planner_test

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/change"
	"github.com/k8splan/k8splan/planner/diagtest"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
)

const fromInventory = `locals {
  hosts = csvdecode(file("hosts.csv"))
}

cluster "prod" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.example.com:6443"
}

network {
  pod_subnets = ["10.128.0.0/12"]
}

load_balancer "external" {}

node "machine" {
  for_each       = { for h in local.hosts : h.name => h }
  roles          = [each.value.role]
  address        = each.value.address
  failure_domain = each.value.rack
  labels         = { "example.com/serial" = "s-${each.key}" }
}
`

// inventory is a CSV file of three control planes and many workers, and the folder that it is in.
func inventory(workers int) (text string, folder func(text string) fs.FS) {
	var b strings.Builder
	b.WriteString("name,address,rack,role\n")
	for i := range 3 {
		fmt.Fprintf(&b, "cp-%c,10.0.0.%d,rack-%d,control-plane\n", 'a'+i, 11+i, i)
	}
	for i := range workers {
		fmt.Fprintf(&b, "w%04d,10.0.%d.%d,rack-%d,worker\n", i, 1+i/200, 10+i%200, i%3)
	}
	return b.String(), func(text string) fs.FS { return fstest.MapFS{"hosts.csv": {Data: []byte(text)}} }
}

func openInventory(t *testing.T, folder fs.FS) *planner.Project {
	t.Helper()
	project, diags := planner.OpenBeside("topology.hcl", []byte(fromInventory), nil, time.Time{}, nil, folder)
	if diags.HasErrors() {
		t.Fatal(diags[0])
	}
	return project
}

// TestInventory: 900 machines are a file of an inventory, in no more time than a file of as many blocks, and the record says of what file.
func TestInventory(t *testing.T) {
	text, folder := inventory(897)
	var project *planner.Project
	diagtest.Quick(t, func() { project = openInventory(t, folder(text)) })
	p := project.Plan()
	if len(p.Nodes) != 900 || len(p.ControlPlanes()) != 3 {
		t.Fatal(len(p.Nodes), len(p.ControlPlanes()))
	}
	at := slices.IndexFunc(p.Nodes, func(n *plan.Node) bool { return n.Name == "w0123" })
	if n := p.Nodes[max(at, 0)]; n.Address.String() != "10.0.1.133" || n.FailureDomain != "rack-0" ||
		n.Labels["example.com/serial"] != "s-w0123" ||
		!n.Roles.Has(plan.Worker) {
		t.Fatalf("%+v", *n)
	}
	record := change.Of(p, "test")
	if digest := record.Files["hosts.csv"]; len(record.Files) != 1 || !strings.HasPrefix(digest, "sha256:") || len(digest) != 71 {
		t.Error(record.Files)
	}
	data, err := record.Encode()
	if err != nil {
		t.Fatal(err)
	}
	back, err := change.Decode(data)
	if err != nil || back.Files["hosts.csv"] != record.Files["hosts.csv"] {
		t.Error(err, back.Files)
	}
}

// TestInventoryKeysAreIdentities: a machine whose line moves is the same machine; one whose line goes is gone alone.
func TestInventoryKeysAreIdentities(t *testing.T) {
	text, folder := inventory(4)
	lines := strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")
	head, rest := lines[0], lines[1:]
	rest[len(rest)-1] += "\n"
	moved := head + strings.Join(append(rest[2:], rest[:2]...), "")
	if d := change.Between(change.Of(openInventory(t, folder(text)).Plan(), "test"),
		change.Of(openInventory(t, folder(moved)).Plan(), "test")); len(d.Changes) > 0 {
		t.Error(d.Changes[0])
	}
	gone := strings.Replace(text, "w0001,10.0.1.11,rack-1,worker\n", "", 1)
	d := change.Between(change.Of(openInventory(t, folder(text)).Plan(), "test"), change.Of(openInventory(t, folder(gone)).Plan(), "test"))
	if len(d.Changes) != 1 || d.Changes[0].Subject != "node.w0001" {
		t.Error(d.Changes)
	}
}

// TestInventoryRepeats: a name that two lines have is an error that says which lines, and nothing else is said of the machines.
func TestInventoryRepeats(t *testing.T) {
	text, folder := inventory(40)
	text += "w0007,10.0.9.9,rack-1,worker\n"
	project, diags := planner.OpenBeside("topology.hcl", []byte(fromInventory), nil, time.Time{}, nil, folder(text))
	if project != nil || len(diags) != 1 {
		t.Fatal(diags)
	}
	if d := diags[0]; rule.ID(d) != "invalid-expression" ||
		!strings.Contains(d.Detail, `The key "w0007" appears twice: on line 12 of hosts.csv, and on line 45.`) {
		t.Error(d)
	}
}
