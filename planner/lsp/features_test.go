package lsp_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.lsp.dev/jsonrpc2"
)

type action struct {
	Title       string    `json:"title"`
	Kind        string    `json:"kind"`
	Diagnostics []finding `json:"diagnostics"`
	IsPreferred bool      `json:"isPreferred"`
	Edit        struct {
		Changes map[string][]edit `json:"changes"`
	} `json:"edit"`
}

// actions requests the fixes for a finding.
func (e *editor) actions(at span) []action {
	e.t.Helper()
	var got []action
	e.call("textDocument/codeAction", map[string]any{"textDocument": map[string]any{"uri": uri}, "range": at,
		"context": map[string]any{"diagnostics": []any{}}}, &got)
	return got
}

func titles(all []action) []string {
	var out []string
	for _, a := range all {
		out = append(out, a.Title)
	}
	return out
}

const prod = `cluster "prod" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.example.com:6443"
}

load_balancer "kube-vip" {
  virtual_ip = "10.0.0.9"
}

node_pool "cp" {
  roles         = ["control-plane"]
  count         = 3
  first_address = "10.0.0.11"
}

node_pool "worker" {
  roles           = ["worker"]
  count           = 4
  first_address   = "10.0.0.31"
  failure_domains = ["rack-a", "rack-b", "rack-c"]
}
`

// TestCodeActions checks what is offered for a finding, and the file afterwards.
func TestCodeActions(t *testing.T) {
	e := start(t, true)
	e.open("")
	for _, test := range []struct {
		name, from, to, rule, title, want string
	}{
		{"an argument that exists", "roles         = [\"control-plane\"]", "roles         = [\"control-plane\"]\n  cpus          = 1",
			"control-plane-cpus", "Write cpus = 2", "  roles         = [\"control-plane\"]\n  cpus          = 2\n"},
		{"a misspelt argument", "count         = 3", "cuont         = 3", "unknown-argument", "Write count", "  count         = 3\n"},
		{"a misspelt value", `"multi-etcd-multi-master"`, `"multi-etcd-multi-mastre"`, "unknown-value", `Write "multi-etcd-multi-master"`,
			"type                   = \"multi-etcd-multi-master\"\n"},
		{"an argument of a block that does not exist yet", "load_balancer \"kube-vip\"",
			"network {\n  http_proxy {\n    http = \"http://10.244.1.1:3128\"\n  }\n}\n\nload_balancer \"kube-vip\"",
			"network-mirror-overlap", `Write network { pod_subnets = ["10.245.0.0/16"] }`,
			"  pod_subnets = [\"10.245.0.0/16\"]\n}\n"},
		{"an address", `"10.0.0.9"`, `"10.0.0.32"`, "host-address-is-virtual-ip", `Write "10.0.0.`, "virtual_ip = \"10.0.0.35\""},
		{"an unused local", "cluster \"prod\"", "locals {\n  a = 1\n}\n\ncluster \"prod\"", "unused-local", "Remove a",
			"locals {\n}\n\ncluster"},
		{"a missing argument", "  type                   = \"multi-etcd-multi-master\"\n", "", "missing-argument", "Write type = ",
			"type                   = \"multi-etcd-multi-master\"\n"},
		{"a pool on one line", "node_pool \"cp\" {", "node \"x\" { address = \"10.0.0.60\" }\n\nnode_pool \"cp\" {", "missing-roles",
			`Write roles = ["worker"]`, "node \"x\" {\n  address = \"10.0.0.60\"\n  roles   = [\"worker\"]\n}\n"},
	} {
		text := strings.Replace(prod, test.from, test.to, 1)
		e.change(text)
		found := e.findings()
		i := slices.IndexFunc(found, func(f finding) bool { return f.Code == test.rule })
		if i < 0 {
			t.Errorf("%s: no finding %s: %+v", test.name, test.rule, found)
			continue
		}
		all := e.actions(found[i].Range)
		j := slices.IndexFunc(all, func(a action) bool { return strings.HasPrefix(a.Title, test.title) })
		if j < 0 {
			t.Errorf("%s: %q, and no %q", test.name, titles(all), test.title)
			continue
		}
		if all[j].Kind != "quickfix" || len(all[j].Diagnostics) != 1 || all[j].Diagnostics[0].Code != test.rule || !all[j].IsPreferred {
			t.Errorf("%s: %+v", test.name, all[j])
		}
		after := apply(text, all[j].Edit.Changes[uri])
		if !strings.Contains(after, test.want) {
			t.Errorf("%s: %s", test.name, after)
		}
	}
}

// TestWaiveAction: a waiver is offered for rules that can be waived, without a reason; permanent rules have no such offer.
func TestWaiveAction(t *testing.T) {
	e := start(t, true)
	text := strings.Replace(prod, "count         = 3\n", "count         = 4\n", 1)
	e.open(text)
	found := e.findings()
	i := slices.IndexFunc(found, func(f finding) bool { return f.Code == "etcd-even-members" })
	if i < 0 {
		t.Fatalf("%+v", found)
	}
	all := e.actions(found[i].Range)
	j := slices.IndexFunc(all, func(a action) bool { return strings.HasPrefix(a.Title, "Waive etcd-even-members") })
	if j < 0 {
		t.Fatalf("%q", titles(all))
	}
	after := apply(text, all[j].Edit.Changes[uri])
	if want := text + "\nwaive \"etcd-even-members\" {\n  reason = \"\"\n}\n"; after != want {
		t.Errorf("%s", after)
	}
	e.change(strings.Replace(after, `reason = ""`, `reason = "the fifth host comes in May"`, 1))
	for _, f := range e.findings() {
		if f.Code == "etcd-even-members" && f.Severity != 3 {
			t.Errorf("%+v", f)
		}
		for _, a := range e.actions(f.Range) {
			if strings.HasPrefix(a.Title, "Waive etcd-even-members") {
				t.Error("what is waived is offered again")
			}
		}
	}
	e.change("cluster \"dev\" {\n  typ = \"all-in-one\"\n}\n")
	for _, f := range e.findings() {
		for _, a := range e.actions(f.Range) {
			if strings.HasPrefix(a.Title, "Waive") {
				t.Errorf("%s: %s", f.Code, a.Title)
			}
		}
	}
	var none []action
	e.call("textDocument/codeAction", map[string]any{"textDocument": map[string]any{"uri": uri}, "range": span{},
		"context": map[string]any{"only": []string{"refactor"}}}, &none)
	if len(none) != 0 {
		t.Errorf("%+v", none)
	}
}

// TestActionsOfRules requests fixes for every rule's own example: each offered fix removes the finding.
func TestActionsOfRules(t *testing.T) {
	files, err := filepath.Glob("../../testdata/rules/*.hcl")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	e := start(t, true)
	e.open("")
	rules, fixes := 0, 0
	for _, f := range files {
		if strings.HasSuffix(f, ".ok.hcl") {
			continue
		}
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		e.change(string(src))
		found := e.findings()
		offered := false
		for _, one := range found {
			for _, a := range e.actions(one.Range) {
				if strings.HasPrefix(a.Title, "Waive") || a.Diagnostics[0].Message != one.Message {
					continue
				}
				fixes++
				offered = true
				e.change(apply(string(src), a.Edit.Changes[uri]))
				count := func(all []finding) (n int) {
					for _, f := range all {
						if f.Code == one.Code {
							n++
						}
					}
					return n
				}
				if after := e.findings(); count(after) >= count(found) {
					t.Errorf("%s: %s: %s leaves %+v", filepath.Base(f), one.Message, a.Title, after)
				}
				e.change(string(src))
				e.findings()
			}
		}
		if offered {
			rules++
		}
	}
	if rules < 150 {
		t.Errorf("only %d rules' examples are offered a correction (%d in all)", rules, fixes)
	}
	t.Logf("%d corrections for the examples of %d rules", fixes, rules)
}

func TestSymbols(t *testing.T) {
	type symbol struct {
		Name           string   `json:"name"`
		Detail         string   `json:"detail"`
		Kind           int      `json:"kind"`
		Range          span     `json:"range"`
		SelectionRange span     `json:"selectionRange"`
		Children       []symbol `json:"children"`
	}
	e := start(t, true)
	e.open("locals {\n  a = \"10.0.0.11\"\n}\n" + strings.Replace(prod, "\n}\n", "\n  kubelet {}\n}\n", 1))
	var got []symbol
	e.call("textDocument/documentSymbol", where(position{}), &got)
	var names []string
	for _, s := range got {
		names = append(names, strings.TrimSpace(s.Name+" "+s.Detail))
		for _, c := range s.Children {
			names = append(names, "> "+c.Name)
		}
	}
	want := []string{"locals", "> a", `cluster "prod"`, "> kubelet", `load_balancer "kube-vip"`, `node_pool "cp" 3 × control-plane, etcd`,
		`node_pool "worker" 4 × worker`}
	if !slices.Equal(names, want) {
		t.Errorf("%q", names)
	}
	if got[1].Range.Start.Line != 3 || got[1].SelectionRange.End.Character != len(`cluster "prod" `) {
		t.Errorf("%+v", got[1])
	}
}

func TestFolding(t *testing.T) {
	e := start(t, true)
	e.open("# one\n# two\ncluster \"dev\" {\n  type = \"all-in-one\" # here\n  kubelet {\n    max_pods = 1\n  }\n}\n" +
		"locals { a = 1 }\nlocals {\n  racks = [\n    1,\n    2,\n  ]\n")
	var got []struct {
		StartLine int    `json:"startLine"`
		EndLine   int    `json:"endLine"`
		Kind      string `json:"kind"`
	}
	e.call("textDocument/foldingRange", where(position{}), &got)
	var lines [][2]int
	for _, f := range got {
		lines = append(lines, [2]int{f.StartLine, f.EndLine})
	}
	if want := [][2]int{{0, 1}, {2, 6}, {4, 5}, {10, 12}}; !slices.Equal(lines, want) || got[0].Kind != "comment" {
		t.Errorf("%v, not %v", lines, want)
	}
}

func TestHints(t *testing.T) {
	e := start(t, true)
	e.open(prod)
	hints := func() (labels []string) {
		var got []struct {
			Position position `json:"position"`
			Label    string   `json:"label"`
			Tooltip  string   `json:"tooltip"`
		}
		e.call("textDocument/inlayHint", map[string]any{"textDocument": map[string]any{"uri": uri},
			"range": span{position{0, 0}, position{99, 0}}}, &got)
		for _, h := range got {
			labels = append(labels, h.Label)
		}
		return labels
	}
	want := []string{"cp-1 to cp-3", "to 10.0.0.13", "worker-1 to worker-4", "to 10.0.0.34", "rack-a: 2, rack-b: 1, rack-c: 1"}
	if got := hints(); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	e.change(strings.Replace(prod, "count", "cuont", 1))
	if got := hints(); len(got) != 0 {
		t.Errorf("of a file with an error: %q", got)
	}
}

// TestRename renames and counts the places of each kind of name.
func TestRename(t *testing.T) {
	src := "variable \"racks\" {\n  default = [\"rack-a\", \"rack-b\", \"rack-c\"]\n}\nlocals {\n  racks = var.racks\n" +
		"  all   = [for local in local.racks : local]\n}\n" +
		strings.Replace(prod, `["rack-a", "rack-b", "rack-c"]`,
			"local[\"all\"]\n  failure_domain_of = {\n    \"worker-1\" = \"rack-b\"\n  }", 1) +
		"moved {\n  from = \"edge-1\"\n  to   = \"worker-2\"\n}\n"
	e := start(t, true)
	e.open(src)
	for _, f := range e.findings() {
		if f.Severity == 1 {
			t.Fatalf("%+v", f)
		}
	}
	for _, test := range []struct {
		marked, to string
		want       []string
		places     int
	}{
		{"var.ra|cks", "domains", []string{"variable \"domains\"", "= var.domains\n", "racks = var"}, 2},
		{"  racks| = var", "domains", []string{"  domains = var.racks", "local in local.domains : local"}, 2},
		{"local[\"a|ll\"]", "every", []string{"  every   = [", "local[\"every\"]"}, 2},
		{"node_pool \"wor|ker\"", "app", []string{"node_pool \"app\"", "\"app-1\" = \"rack-b\"",
			"to   = \"app-2\"", "roles           = [\"worker\"]"}, 3},
	} {
		text, p := at(strings.Replace(src, strings.Replace(test.marked, "|", "", 1), test.marked, 1))
		if text != src {
			t.Fatal(test.marked)
		}
		var places []location
		params := where(p)
		params["context"] = map[string]any{"includeDeclaration": true}
		e.call("textDocument/references", params, &places)
		if len(places) != test.places {
			t.Errorf("%s: %+v", test.marked, places)
		}
		params["context"] = map[string]any{"includeDeclaration": false}
		e.call("textDocument/references", params, &places)
		if len(places) != test.places-1 {
			t.Errorf("%s: %+v", test.marked, places)
		}
		var here *span
		e.call("textDocument/prepareRename", where(p), &here)
		if here == nil || before(p, here.Start) || before(here.End, p) {
			t.Errorf("%s: %+v", test.marked, here)
		}
		params["newName"] = test.to
		var changed struct {
			Changes map[string][]edit `json:"changes"`
		}
		e.call("textDocument/rename", params, &changed)
		after := apply(src, changed.Changes[uri])
		for _, want := range test.want {
			if !strings.Contains(after, want) {
				t.Errorf("%s: no %q in %s", test.marked, want, after)
			}
		}
		e.change(after)
		for _, f := range e.findings() {
			if f.Severity == 1 {
				t.Errorf("%s: %+v", test.marked, f)
			}
		}
		e.change(src)
	}
	for marked, to := range map[string]string{"var.ra|cks": "not a name", "  racks| = var": "all",
		"node_pool \"wor|ker\"": "App", "clu|ster": "x", "racks = v|ar.racks": "other"} {
		_, p := at(strings.Replace(src, strings.Replace(marked, "|", "", 1), marked, 1))
		params := where(p)
		params["newName"] = to
		var answer *jsonrpc2.Error
		var none json.RawMessage
		if _, err := e.conn.Call(context.Background(), "textDocument/rename", raw(t, params), &none); !errors.As(err, &answer) {
			t.Errorf("%s to %s: %s %v", marked, to, none, err)
		}
	}
	// The keyword of var.racks stands for the variable, but it cannot be renamed.
	_, keyword := at(strings.Replace(src, "var.racks", "va|r.racks", 1))
	var places []location
	params := where(keyword)
	params["context"] = map[string]any{"includeDeclaration": true}
	if e.call("textDocument/references", params, &places); len(places) != 2 {
		t.Errorf("var: %+v", places)
	}
	var here *span
	if e.call("textDocument/prepareRename", where(keyword), &here); here != nil {
		t.Errorf("var: %+v", here)
	}
	e.change(src + "node {{{\n")
	_, p := at(strings.Replace(src, "var.racks", "var.ra|cks", 1))
	params = where(p)
	params["newName"] = "other"
	var none json.RawMessage
	if _, err := e.conn.Call(context.Background(), "textDocument/rename", raw(t, params), &none); err == nil {
		t.Errorf("a broken file: %s", none)
	}
}

func before(a, b position) bool {
	return a.Line < b.Line || a.Line == b.Line && a.Character < b.Character
}

// TestFirstLine: a list of findings has room for one line, so it is short.
func TestFirstLine(t *testing.T) {
	e := start(t, true)
	e.open(strings.Replace(prod, "count         = 3\n", "count         = 4\n", 1))
	for _, f := range e.findings() {
		first, more, ok := strings.Cut(f.Message, "\n")
		if !ok || len(first) > 80 || more == "" {
			t.Errorf("%q", f.Message)
		}
	}
}
