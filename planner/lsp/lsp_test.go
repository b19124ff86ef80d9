package lsp_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"go.lsp.dev/jsonrpc2"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/lsp"
)

type position struct {
	Line      int `json:"line"`
	Character int `json:"character"`
}

type span struct {
	Start position `json:"start"`
	End   position `json:"end"`
}

type edit struct {
	Range   span   `json:"range"`
	NewText string `json:"newText"`
}

type location struct {
	URI   string `json:"uri"`
	Range span   `json:"range"`
}

type finding struct {
	Range           span   `json:"range"`
	Severity        int    `json:"severity"`
	Code            string `json:"code"`
	Message         string `json:"message"`
	Tags            []int  `json:"tags"`
	CodeDescription struct {
		Href string `json:"href"`
	} `json:"codeDescription"`
	RelatedInformation []struct {
		Location location `json:"location"`
	} `json:"relatedInformation"`
}

type published struct {
	URI         string    `json:"uri"`
	Version     int       `json:"version"`
	Diagnostics []finding `json:"diagnostics"`
}

type item struct {
	Label            string `json:"label"`
	Detail           string `json:"detail"`
	InsertTextFormat int    `json:"insertTextFormat"`
	TextEdit         edit   `json:"textEdit"`
}

// editor is a client of the server, in this process.
type editor struct {
	t       *testing.T
	conn    jsonrpc2.Conn
	done    chan error
	version int

	mu   sync.Mutex
	cond *sync.Cond
	last map[string]published
	sent int
	logs []string
}

// stuck is the time after which a server that does not answer has failed, on the slowest machine.
const stuck = 5 * time.Minute

const uri = "file:///site/topology.hcl"

func start(t *testing.T, snippets bool) *editor {
	t.Helper()
	here, there := net.Pipe()
	e := &editor{t: t, done: make(chan error, 1), last: map[string]published{}}
	e.cond = sync.NewCond(&e.mu)
	go func() {
		e.done <- lsp.Serve(context.Background(), there, lsp.Options{
			Version: "v1.2.3", Rules: planner.Catalog(), RulePage: func(id string) string { return "https://example.com/rules#" + id },
			Today: func() time.Time { return time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC) }, Delay: 20 * time.Millisecond,
		})
	}()
	e.conn = jsonrpc2.NewConn(jsonrpc2.NewStream(here))
	e.conn.Go(context.Background(), func(_ context.Context, req *jsonrpc2.Request) (any, error) {
		e.mu.Lock()
		defer e.mu.Unlock()
		switch req.Method() {
		case "textDocument/publishDiagnostics":
			var p published
			if err := json.Unmarshal(req.Params(), &p); err != nil {
				t.Error(err)
			}
			e.last[p.URI] = p
			e.sent++
		default:
			e.logs = append(e.logs, string(req.Params()))
		}
		e.cond.Broadcast()
		return nil, nil
	})
	var hello struct {
		Capabilities map[string]any `json:"capabilities"`
		ServerInfo   struct{ Name, Version string }
	}
	e.call("initialize", map[string]any{"processId": nil, "rootUri": nil, "capabilities": map[string]any{
		"textDocument": map[string]any{"completion": map[string]any{"completionItem": map[string]any{"snippetSupport": snippets}}},
	}}, &hello)
	if hello.ServerInfo.Name != "k8splan" || hello.Capabilities["hoverProvider"] != true {
		t.Errorf("initialize: %+v", hello)
	}
	e.notify("initialized", map[string]any{})
	t.Cleanup(func() {
		e.mu.Lock()
		logs := e.logs
		e.mu.Unlock()
		if len(logs) > 0 {
			t.Errorf("the server logged %.2000s", strings.Join(logs, "\n"))
		}
		e.conn.Close()
	})
	return e
}

func (e *editor) call(method string, params, result any) {
	e.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), stuck)
	defer cancel()
	var answer json.RawMessage
	if _, err := e.conn.Call(ctx, method, raw(e.t, params), &answer); err != nil {
		e.t.Fatalf("%s: %v", method, err)
	}
	if err := json.Unmarshal(answer, result); err != nil {
		e.t.Fatalf("%s: %v", method, err)
	}
}

// raw encodes with the standard library, which repairs invalid UTF-8 and does not refuse it.
func raw(t *testing.T, v any) json.RawMessage {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func (e *editor) notify(method string, params any) {
	e.t.Helper()
	if err := e.conn.Notify(context.Background(), method, raw(e.t, params)); err != nil {
		e.t.Fatalf("%s: %v", method, err)
	}
}

func (e *editor) open(text string) {
	e.version++
	e.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": uri, "languageId": "hcl", "version": e.version,
		"text": text}})
}

func (e *editor) change(text string) {
	e.version++
	e.notify("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": uri, "version": e.version},
		"contentChanges": []any{map[string]any{"text": text}}})
}

// findings waits for the findings of the last version sent.
func (e *editor) findings() []finding {
	e.t.Helper()
	late := false
	guard := time.AfterFunc(stuck, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		late = true
		e.cond.Broadcast()
	})
	defer guard.Stop()
	e.mu.Lock()
	defer e.mu.Unlock()
	for e.last[uri].Version != e.version {
		if late {
			e.t.Fatal("no findings came")
		}
		e.cond.Wait()
	}
	return e.last[uri].Diagnostics
}

// at splits a text at the mark |, and returns the mark's position.
func at(text string) (string, position) {
	before, after, found := strings.Cut(text, "|")
	if !found {
		panic("no mark in " + text)
	}
	line := before[strings.LastIndexByte(before, '\n')+1:]
	return before + after, position{strings.Count(before, "\n"), len(utf16.Encode([]rune(line)))}
}

func where(p position) map[string]any {
	return map[string]any{"textDocument": map[string]any{"uri": uri}, "position": p}
}

func (e *editor) complete(p position) []item {
	e.t.Helper()
	var list struct{ Items []item }
	e.call("textDocument/completion", where(p), &list)
	return list.Items
}

func (e *editor) hover(p position) string {
	e.t.Helper()
	var h *struct{ Contents struct{ Kind, Value string } }
	e.call("textDocument/hover", where(p), &h)
	if h == nil {
		return ""
	}
	return h.Contents.Value
}

// apply applies edits as an editor does: from the last to the first.
func apply(text string, edits []edit) string {
	offset := func(p position) int {
		begin := 0
		for range p.Line {
			i := strings.IndexByte(text[begin:], '\n')
			if i < 0 {
				return len(text)
			}
			begin += i + 1
		}
		units := 0
		for i, r := range text[begin:] {
			if units >= p.Character {
				return begin + i
			}
			units += len(utf16.Encode([]rune{r}))
		}
		return len(text)
	}
	for _, one := range slices.Backward(edits) {
		text = text[:offset(one.Range.Start)] + one.NewText + text[offset(one.Range.End):]
	}
	return text
}

const design = `variable "domain" {
  default = "example.com"
}
locals {
  racks = ["rack-a", "rack-b"]
}
cluster "dev" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.${var.domain}:6443"
}
load_balancer "kube-vip" {
  virtual_ip = "10.0.0.10"
}
node_pool "cp" {
  roles           = ["control-plane"]
  count           = 3
  first_address   = "10.0.0.11"
  failure_domains = ["rack-a", "rack-b", "rack-c"]
}
node "worker-1" {
  roles          = ["worker"]
  address        = "10.0.0.21"
  failure_domain = local.racks[0]
}
node "worker-2" {
  roles          = ["worker"]
  address        = "10.0.0.22"
  failure_domain = local.racks[1]
}
`

func TestDiagnostics(t *testing.T) {
	e := start(t, true)
	e.open("cluster \"d\u00e9v\U0001F600\" {\n  type = \"nonsense\"\n}\n")
	for _, f := range e.findings() {
		if f.Code == "" || !strings.HasSuffix(f.CodeDescription.Href, "#"+f.Code) || f.Severity != 1 {
			t.Errorf("%+v", f)
		}
	}
	if got := e.findings()[1]; got.Code != "unknown-value" || e.findings()[0].Code != "invalid-name" ||
		got.Range != (span{position{1, 9}, position{1, 19}}) {
		t.Errorf("%+v", got)
	}

	// Characters count in UTF-16 code units, not in bytes or graphemes.
	e.change("# \U0001F600\ncluster \"dev\" { /* e\u0301\U0001F600 */ tipe = 1 }\n")
	if got := e.findings(); !slices.ContainsFunc(got, func(f finding) bool {
		return f.Code == "unknown-argument" && f.Range == span{position{1, 27}, position{1, 31}}
	}) {
		t.Errorf("%+v", got)
	}

	e.change(design)
	if got := e.findings(); slices.ContainsFunc(got, func(f finding) bool { return f.Severity == 1 }) {
		t.Errorf("a good design: %+v", got)
	}

	// The other place of a conflict is included, and go to definition jumps there.
	clash := strings.Replace(design, "10.0.0.22", "10.0.0.21", 1)
	e.change(clash)
	got := e.findings()
	if len(got) == 0 || len(got[0].RelatedInformation) != 1 {
		t.Fatalf("%+v", got)
	}
	other := got[0].RelatedInformation[0].Location
	var leads []location
	e.call("textDocument/definition", where(got[0].Range.Start), &leads)
	if len(leads) != 1 || leads[0] != other || other.Range.Start.Line == got[0].Range.Start.Line {
		t.Errorf("%+v leads to %+v", got[0], leads)
	}
	if line := strings.Split(clash, "\n")[other.Range.Start.Line]; !strings.Contains(line, "10.0.0.21") &&
		!strings.Contains(line, "worker") {
		t.Errorf("the other place is %q", line)
	}

	// Unused code is faded; waived findings are information.
	e.change("locals {\n  unused = 1\n}\ncluster \"dev\" {\n  type = \"all-in-one\"\n}\nnode \"123\" {\n  address = \"192.168.56.10\"\n" +
		"}\nwaive \"host-name-digits\" {\n  reason = \"a test\"\n}\n")
	var codes []string
	for _, f := range e.findings() {
		codes = append(codes, fmt.Sprint(f.Code, f.Severity, f.Tags))
	}
	if want := []string{"unused-local2 [1]", "host-name-digits3 []"}; !slices.Equal(codes, want) {
		t.Errorf("%v", codes)
	}

	e.mu.Lock()
	delete(e.last, uri)
	e.mu.Unlock()
	e.notify("textDocument/didClose", map[string]any{"textDocument": map[string]any{"uri": uri}})
	if got := e.findings(); len(got) != 0 {
		t.Errorf("closed: %+v", got)
	}
}

// TestDebounce: findings are published when the user stops typing, not for each key.
func TestDebounce(t *testing.T) {
	e := start(t, true)
	e.open(design)
	e.findings()
	for i := range 200 {
		e.change(design + strings.Repeat("#", i) + "\n")
	}
	e.findings()
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.sent > 100 {
		t.Errorf("findings were sent %d times", e.sent)
	}
}

func TestCompletion(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string // are among the labels, in this order
		not        []string
		becomes    string // the line after accepting the first of want
	}{
		{"blocks at the top", "cluster \"dev\" {}\n|", []string{"variable", "network", "node"},
			[]string{"cluster", "taint", "address"}, ""},
		{"blocks by their beginning", "netw|\n", []string{"network"}, nil, "network {"},
		{"arguments", "cluster \"dev\" {\n  |\n  kubernetes_version = \"1.37.2\"\n}\n", []string{"type", "max_nodes", "kubelet"},
			[]string{"kubernetes_version", "network"}, "  type = "},
		{"of a nested block", "cluster \"dev\" {\n  kubelet {\n    max|\n", []string{"max_pods", "cgroup_driver"}, []string{"type"},
			"    max_pods = "},
		{"behind a forgotten brace", "network {\n  mtu = 1500\nnode \"x\" {\n  |\n}\n", []string{"address", "taint"}, []string{"mtu"},
			"  address = "},
		{"behind a forgotten bracket", "node \"x\" {\n  roles = [\"worker\"\n  arch = \"amd64\"\n  |\n", []string{"address"},
			[]string{"roles", "arch"}, ""},
		{"behind a forgotten quote", "node \"x\" {\n  arch = \"amd64\n  |\n}\n", []string{"address"}, []string{"arch"}, ""},
		{"a value", "cluster \"dev\" {\n  type = |\n}\n", []string{"all-in-one", "multi-etcd-multi-master"}, nil, `  type = "all-in-one"`},
		{"in quotes", "cluster \"dev\" {\n  type = \"all|\"\n}\n", []string{"all-in-one"}, nil, `  type = "all-in-one"`},
		{"in an open quote", "cluster \"dev\" {\n  type = \"|\n}\n", []string{"all-in-one"}, nil, `  type = "all-in-one`},
		{"an element", "node \"x\" {\n  roles = [\"etcd\", \"|\"]\n}\n", []string{"control-plane", "worker"}, []string{"etcd"},
			`  roles = ["etcd", "control-plane"]`},
		{"a list", "node \"x\" {\n  roles = |\n}\n", []string{"control-plane"}, nil, `  roles = ["control-plane"]`},
		{"yes or no", "node \"x\" {\n  bootstrap = |\n}\n", []string{"true", "false"}, nil, "  bootstrap = true"},
		{"versions", "cluster \"dev\" {\n  kubernetes_version = \"1.3|\"\n}\n", []string{"1.37.2", "1.36.", "1.31."}, nil, ""},
		{"closed labels", "network {\n  cni \"|\n", []string{"flannel", "calico", "cilium"}, nil, `  cni "flannel`},
		{"targets", "target \"|\"\n", []string{"bare-metal", "vagrant"}, nil, `target "bare-metal"`},
		{"of a target", "target \"aws\" {\n  region = \"eu-central-1\"\n  |\n}\n", []string{"vpc_cidr", "subnets", "admin_cidrs"},
			[]string{"region", "location", "address"}, "  vpc_cidr = "},
		{"of another target", "target \"kind\" {\n  |\n", []string{"port_mapping"}, []string{"vpc_cidr"}, ""},
		{"of no target", "target \"nowhere\" {\n  |\n}\n", nil, []string{"vpc_cidr", "address"}, ""},
		{"a target's closed set", "target \"vagrant\" {\n  provider = |\n}\n", []string{"virtualbox", "libvirt"}, nil,
			`  provider = "virtualbox"`},
		{"a target's yes or no", "target \"openshift-dedicated\" {\n  private = |\n}\n", []string{"true", "false"}, nil,
			"  private = true"},
		{"a target's example", "target \"gcp\" {\n  region = |\n}\n", []string{"\"europe-west4\""}, nil, `  region = "europe-west4"`},
		{"in a target's block", "target \"openstack\" {\n  flavor \"x\" {\n    |\n  }\n}\n", []string{"cpus", "memory_gib"},
			[]string{"region", "subnet"}, "    cpus = "},
		{"behind a target's forgotten brace", "target \"aws\" {\n  region = \"x\"\n\nnode \"x\" {\n  |\n}\n", []string{"address"},
			[]string{"vpc_cidr"}, ""},
		{"rules of targets", design + "waive \"|\"\n", []string{"minikube-taint", "require-survive"}, []string{"minikube-addon"}, ""},
		{"rules", design + "waive \"|\"\n", []string{"etcd-even-members"}, []string{"syntax-error", "unknown-argument"}, ""},
		{"the next node", design + "node \"|\"\n", []string{"worker-3", "cp-1"}, nil, `node "worker-3"`},
		{"variables", strings.Replace(design, "var.domain", "var.|", 1), []string{"domain"}, []string{"racks"},
			"  control_plane_endpoint = \"api.${var.domain}:6443\""},
		{"locals", strings.Replace(design, "local.racks[0]", "lo|", 1), []string{"local.racks"}, nil, "  failure_domain = local.racks"},
		{"no variable in a variable", "variable \"a\" {\n  type = |\n}\n", []string{"string"}, []string{"var.a"}, ""},
		{"no local in itself", "locals {\n  a = 1\n  b = [for x in |]\n}\n", []string{"local.a"}, []string{"local.b"}, ""},
		{"each", "node \"x\" {\n  for_each = { a = 1 }\n  address = |\n}\n", []string{"each.key", "each.value"}, nil, "  address = " +
			"each.key"},
		{"of each", "node \"x\" {\n  for_each = { a = 1 }\n  address = each.|\n}\n", []string{"key", "value"}, []string{"each.key"},
			"  address = each.key"},
		{"no each without for_each", "node \"x\" {\n  address = |\n}\n", nil, []string{"each.key"}, ""},
		{"nothing in a comment", "cluster \"dev\" {\n  # ty|\n}\n", nil, []string{"type"}, ""},
		{"nothing in a map", "node \"x\" {\n  labels = { \"|\" = \"x\" }\n}\n", nil, []string{"worker"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := start(t, false)
			text, p := at(c.text)
			e.open(text)
			items := e.complete(p)
			var labels []string
			for _, i := range items {
				labels = append(labels, i.Label)
			}
			from := 0
			for _, want := range c.want {
				i := slices.IndexFunc(labels[from:], func(l string) bool {
					return l == want || strings.HasSuffix(want, ".") && strings.HasPrefix(l, want)
				})
				if i < 0 {
					t.Fatalf("no %q behind %d in %v", want, from, labels)
				}
				from += i
			}
			for _, no := range c.not {
				if slices.Contains(labels, no) {
					t.Errorf("%q in %v", no, labels)
				}
			}
			if c.becomes != "" {
				one := items[slices.IndexFunc(items, func(i item) bool { return i.Label == c.want[0] })]
				if got := strings.Split(apply(text, []edit{one.TextEdit}), "\n")[p.Line]; got != c.becomes {
					t.Errorf("becomes %q", got)
				}
			}
		})
	}
}

// TestDesignCompletes: completions from the rest of the design, from its last valid version while it is broken.
func TestDesignCompletes(t *testing.T) {
	e := start(t, false)
	e.open(design)
	e.findings()
	for _, c := range []struct{ line, want, not string }{
		{`node "worker-3" { failure_domain = "|" }`, "rack-c", ""},
		{`node "worker-3" { address = "|" }`, "10.0.0.23", ""},
		{`ssh { jump_host = "|" }`, "root@10.0.0.21", ""},
		{`cluster "x" { cert_sans = ["|"] }`, "cp-1", "cp-1:6443"},
		{`cluster "x" { control_plane_endpoint = "|" }`, "10.0.0.10:6443", ""},
	} {
		text, p := at(design + c.line + "\n")
		e.change(text)
		items := e.complete(p)
		has := func(label string) bool {
			return slices.ContainsFunc(items, func(i item) bool { return i.Label == label })
		}
		if !has(c.want) || c.not != "" && has(c.not) {
			t.Errorf("%s: %+v", c.line, items)
		}
	}
}

// TestAddressInSubnet: no host may have the address after the last one of a subnet, and the first one is mostly the router's.
func TestAddressInSubnet(t *testing.T) {
	e := start(t, false)
	full := strings.Replace(design, "10.0.0.22", "10.0.0.254", 1)
	e.open(full)
	e.findings()
	text, p := at(full + "node \"worker-3\" { address = \"|\" }\n")
	e.change(text)
	if items := e.complete(p); len(items) != 1 || items[0].Label != "10.0.0.2" {
		t.Errorf("%+v", items)
	}
}

func TestSnippets(t *testing.T) {
	e := start(t, true)
	e.open("node_p\n")
	items := e.complete(position{0, 6})
	at := slices.IndexFunc(items, func(i item) bool { return i.Label == "node_pool" })
	const want = "node_pool \"${1:name}\" {\n  roles = ${2:[\"worker\"]}\n  count = ${3:3}\n  $0\n}"
	if at < 0 || items[at].InsertTextFormat != 2 || items[at].TextEdit.NewText != want {
		t.Errorf("%+v", items)
	}
}

func TestHover(t *testing.T) {
	e := start(t, true)
	e.open(design)
	for _, c := range []struct{ old, marked, want string }{
		{"type         ", "ty|pe         ", "Installation type."},
		{"load_balancer \"", "load|_balancer \"", "Decided for you"},
		{"\"worker-1\"", "\"work|er-1\"", "| worker-1 | worker | 10.0.0.21 | amd64 | rack-a |"},
		{"node_pool \"cp\"", "node_pool \"|cp\"", "| cp-3 | control-plane, etcd | 10.0.0.13 |"},
		{"cluster \"dev\"", "clus|ter \"dev\"", "Kubernetes 1.37.2 · endpoint `api.example.com:6443`"},
		{"var.domain", "var.do|main", "**var.domain** = `\"example.com\"`"},
		{"  racks", "  ra|cks", "**local.racks** = `[\"rack-a\", \"rack-b\"]`"},
		{"local.racks[1]", "local.rac|ks[1]", "`[\"rack-a\", \"rack-b\"]`"},
		{"local.racks[1]", "lo|cal.racks[1]", "**local.racks** = `[\"rack-a\", \"rack-b\"]`"},
		{"var.domain", "var|.domain", "**var.domain** = `\"example.com\"`"},
		{"control_plane_endpoint", "control_plane_|endpoint", "Here: `\"api.example.com:6443\"`"},
		{"\"control-plane\"", "\"control-|plane\"", "What the machine is for."},
		{"}\nlocals {", "}\n# a |comment\nlocals {", ""},
	} {
		text, p := at(strings.Replace(design, c.old, c.marked, 1))
		e.change(text)
		if got := e.hover(p); !strings.Contains(got, c.want) || (c.want == "") != (got == "") {
			t.Errorf("%s: %q", c.marked, got)
		}
	}
	// With an error, the values of the last valid version.
	text, p := at(strings.Replace(design, "node \"worker-1\" {", "node \"work|er-1\" {\n  adress = 1", 1))
	e.change(text)
	if got := e.hover(p); !strings.Contains(got, "10.0.0.21") || !strings.Contains(got, "last state of the file without an error") {
		t.Errorf("%q", got)
	}
	text, p = at(design + "waive \"etcd-even-|members\" {}\n")
	e.change(text)
	if got := e.hover(p); !strings.Contains(got, "https://example.com/rules#etcd-even-members") {
		t.Errorf("%q", got)
	}
	for marked, want := range map[string]string{
		"target \"openst|ack\" {}":                                        "- `flavor` (block):",
		"target \"aws\" {\n  vpc_|cidr = \"10.20.0.0/16\"\n}":             "**vpc_cidr** (string, required)",
		"target \"aws\" {\n  vpc_cidr = \"10.20|.0.0/16\"\n}":             "Range of the network.",
		"target \"openstack\" {\n  fla|vor \"x\" {\n    cpus = 2\n  }\n}": "A flavor of the cloud.",
		"target \"openstack\" {\n  flavor \"x\" {\n    cp|us = 2\n  }\n}": "**cpus** (integer, required)",
	} {
		text, p = at(marked + "\n" + design)
		e.change(text)
		if got := e.hover(p); !strings.Contains(got, want) {
			t.Errorf("%s: %q", marked, got)
		}
	}
	text, p = at(strings.Replace(design, "cluster \"dev\" {", "network {\n  |mtu = 1500\n}\ncluster \"dev\" {", 1))
	e.change(text)
	if got := e.hover(p); !strings.Contains(got, "MTU of the hosts") || strings.Contains(got, "Decided for you") {
		t.Errorf("%q", got)
	}
}

// TestSecrets: the value of a sensitive variable is not shown, nor anything that may derive from it.
func TestSecrets(t *testing.T) {
	e := start(t, true)
	secret := strings.Replace(design, `default = "example.com"`, "default   = \"hunter2.example\"\n  sensitive = true", 1)
	for _, mark := range [][2]string{{"var.domain", "var.do|main"}, {"control_plane_endpoint", "control_plane_|endpoint"}} {
		text, p := at(strings.Replace(secret, mark[0], mark[1], 1))
		e.open(text)
		if got := e.hover(p); strings.Contains(got, "hunter2") {
			t.Errorf("%s: %q", mark[1], got)
		}
		if text := fmt.Sprint(e.complete(p)); strings.Contains(text, "hunter2") {
			t.Errorf("%s: %q", mark[1], text)
		}
	}
}

// TestSecretDesign: if a variable is sensitive, neither documentation nor completion reveals the design's values.
func TestSecretDesign(t *testing.T) {
	e := start(t, true)
	const design = "variable \"ip\" {\n  default   = \"192.168.56.10\"\n  sensitive = true\n}\n" +
		"cluster \"dev\" {\n  type = \"all-in-one\"\n}\nnode \"dev-1\" {\n  address = var.ip\n}\n"
	for _, mark := range [][2]string{
		{"cluster \"dev\"", "clu|ster \"dev\""}, {"node \"dev-1\"", "node \"de|v-1\""},
		{"type = ", "control_plane_endpoint = \"|\"\n  type = "},
		{"node \"dev-1\"", "ssh {\n  jump_host = \"|\"\n}\nnode \"dev-1\""},
		{"node \"dev-1\"", "node \"dev-2\" {\n  address = |\n}\nnode \"dev-1\""},
	} {
		e.open(design) // a version without an error
		text, p := at(strings.Replace(design, mark[0], mark[1], 1))
		e.change(text)
		if got := e.hover(p); strings.Contains(got, "192.168.56.") {
			t.Errorf("%s: %q", mark[1], got)
		}
		if text := fmt.Sprint(e.complete(p)); strings.Contains(text, "192.168.56.") {
			t.Errorf("%s: %q", mark[1], text)
		}
	}
}

func TestDefinitionOfNames(t *testing.T) {
	e := start(t, true)
	for marked, line := range map[string]int{"var.do|main": 0, "v|ar.domain": 0, "local.|racks[0]": 4, "|local.racks[0]": 4} {
		text, p := at(strings.Replace(design, strings.Replace(marked, "|", "", 1), marked, 1))
		e.open(text)
		var got []location
		e.call("textDocument/definition", where(p), &got)
		if len(got) != 1 || got[0].Range.Start.Line != line {
			t.Errorf("%s: %+v", marked, got)
		}
	}
}

// TestDefinitionBlank: HCL names the file before the line of a duplicate argument, and a file's name may contain blanks.
func TestDefinitionBlank(t *testing.T) {
	e := start(t, true)
	document := map[string]any{"uri": "file:///my%20site/my%20lab.hcl", "languageId": "hcl", "version": 1,
		"text": "cluster \"dev\" {\n  max_nodes = 3\n  max_nodes = 4\n}\n"}
	e.notify("textDocument/didOpen", map[string]any{"textDocument": document})
	var got []location
	e.call("textDocument/definition", map[string]any{"textDocument": document, "position": position{2, 4}}, &got)
	if len(got) != 1 || got[0].Range.Start.Line != 1 {
		t.Errorf("%+v", got)
	}
}

func TestFormatting(t *testing.T) {
	e := start(t, true)
	for text, want := range map[string]string{
		"cluster \"dev\" {\r\n type = \"all-in-one\"\r\n  max_nodes=1 # \U0001F600\r\n}": "cluster \"dev\" {\n" +
			"  type      = \"all-in-one\"\n  max_nodes = 1 # \U0001F600\n}\n",
		design:                "", // already formatted
		"cluster \"dev\" {\n": "", // does not parse
	} {
		e.open(text)
		var edits []edit
		e.call("textDocument/formatting", map[string]any{"textDocument": map[string]any{"uri": uri},
			"options": map[string]any{"tabSize": 2, "insertSpaces": true}}, &edits)
		if want == "" {
			if len(edits) != 0 {
				t.Errorf("%q: %+v", text, edits)
			}
			continue
		}
		if got := apply(text, edits); got != want {
			t.Errorf("%q", got)
		}
	}
}

// TestHalfWritten types in good and bad designs and sends every request at every position: the server answers, keeps running, and logs no
// failure.
func TestHalfWritten(t *testing.T) {
	files, err := filepath.Glob("../../testdata/corpus/*.hcl")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	e := start(t, true)
	hostile := []string{
		"\x00", "\xff\xfe", "\"", "\"${", "${", "<<EOT\n", "a = <<-EOT\n  ${", "}}}}", "]]", "))", "{{{", "[[[[", "a = [[{(", "/*", "*/",
		"a \"b\" \"c\" {", "= =", ".", "a.b.c.", "var.", "= var.",
		"node \"${var.x}\" {\n", "locals {\n a = { b = \"", "%{ if", "\"%{ for x in y }", "\u2028", "\r\r\r", "x = \"\n\n\n\"",
		strings.Repeat("[", 300), strings.Repeat("a {\n", 300), strings.Repeat("\"\n", 200),
	}
	ask := func(text string, p position) {
		e.complete(p)
		e.hover(p)
		var leads []location
		e.call("textDocument/definition", where(p), &leads)
	}
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		text := string(src)
		step := max(1, len(text)/120)
		for i := 0; i <= len(text); i += step {
			e.change(text[:i]) // not open yet: ignored
			if i == 0 {
				e.open("")
			}
			e.change(text[:i])
			ask(text[:i], position{strings.Count(text[:i], "\n"), i - strings.LastIndexByte(text[:i], '\n') - 1})
			if i%7 == 0 {
				bad := text[:i] + hostile[i/7%len(hostile)] + text[i:]
				e.change(bad)
				ask(bad, position{strings.Count(text[:i], "\n"), i - strings.LastIndexByte(text[:i], '\n')})
			}
		}
	}
	for _, text := range hostile {
		e.change(text)
		for _, p := range []position{{0, 0}, {0, 1}, {1, 3}, {99, 99}, {-1, -1}} {
			ask(text, p)
		}
	}
	e.findings()
}

// TestSession: a session ends as LSP requires, and unknown requests are answered.
func TestSession(t *testing.T) {
	e := start(t, true)
	var none any
	_, err := e.conn.Call(context.Background(), "textDocument/moniker", map[string]any{}, &none)
	var answer *jsonrpc2.Error
	if !errors.As(err, &answer) || answer.Code != jsonrpc2.MethodNotFound {
		t.Errorf("an unknown method: %v", err)
	}
	e.notify("$/setTrace", map[string]any{"value": "off"})
	e.notify("workspace/didChangeConfiguration", map[string]any{"settings": nil})
	if _, err := e.conn.Call(context.Background(), "textDocument/hover", []int{1}, &none); !errors.As(err, &answer) ||
		answer.Code != jsonrpc2.InvalidParams {
		t.Errorf("wrong parameters: %v", err)
	}
	e.call("textDocument/hover", where(position{}), &none) // of a file that is not open
	e.call("shutdown", nil, &none)
	if _, err := e.conn.Call(context.Background(), "textDocument/hover", where(position{}), &none); !errors.As(err, &answer) ||
		answer.Code != jsonrpc2.InvalidRequest {
		t.Errorf("after shutdown: %v", err)
	}
	e.notify("exit", nil)
	if err := <-e.done; err != nil {
		t.Errorf("exit: %v", err)
	}

	e = start(t, true)
	e.notify("exit", nil)
	if err := <-e.done; err == nil {
		t.Error("exit without shutdown is exit code 0")
	}

	e = start(t, true)
	e.conn.Close()
	if err := <-e.done; err == nil {
		t.Error("an editor that is gone is exit code 0")
	}
}
