package describe_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/k8splan/k8splan/planner/change"
	"github.com/k8splan/k8splan/planner/describe"
)

// A record may have been modified by others: its content reaches a terminal or a page only as text.
func TestHostileRecord(t *testing.T) {
	const hostile = "a\x1b[31m|<script>alert(1)</script>`x` [l](http://example.com) **b** @all\n# heading\r\u202e\u0085"
	quoted, err := json.Marshal(hostile)
	if err != nil {
		t.Fatal(err)
	}
	record := func(mtu string) *change.Record {
		r, err := change.Decode(
			[]byte(fmt.Sprintf(`{"format_version": "1.0", "k8splan": %[1]s, "cluster": %[1]s, "target": %[1]s, "hosting": "hosts",
			"settings": {"network.mtu": %[1]s, "etcd.version": %[2]q, %[1]s: %[2]q}, "machines": [{"roles": [%[1]s], "labels": %[1]s}],
			"nodes": [{"name": %[1]s}]}`,
				quoted, mtu)))
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := change.Between(record("1"), record("2"))
	r.Hints = append(r.Hints, hostile)
	if len(r.Changes) < 2 {
		t.Fatalf("%+v", r.Changes)
	}
	var page, markdown strings.Builder
	if err := describe.ChangePage(&page, r, describe.Style{}); err != nil {
		t.Fatal(err)
	}
	if err := describe.ChangeMarkdown(&markdown, r); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"\x1b", "\r", "\u202e", "\u0085", "\n# heading"} {
		if strings.Contains(page.String(), bad) || strings.Contains(markdown.String(), bad) {
			t.Errorf("%q reaches the page", bad)
		}
	}
	for _, bad := range []string{"<script", "](http", "**b**", "@all", "`x`"} {
		if strings.Contains(markdown.String(), bad) {
			t.Errorf("%q reaches the Markdown:\n%s", bad, markdown.String())
		}
	}
	for line := range strings.Lines(markdown.String()) {
		if strings.HasPrefix(line, "|") && strings.Count(line, "|") != 6 {
			t.Errorf("a row of another width: %s", line)
		}
	}
	if _, err := json.Marshal(describe.Changes(r)); err != nil {
		t.Error(err)
	}
}

// The page of a change fits into its width, and uses color only if asked to.
func TestChangePageFits(t *testing.T) {
	old, err := change.Decode(
		[]byte(`{"format_version": "1.0", "cluster": "a", "target": "bare-metal", "hosting": "hosts",
			"settings": {"etcd.quota": "2Gi", "etcd.topology": "external"},
		"machines": [{"roles": ["control-plane"]}, {"roles": ["etcd"]}], "nodes": [{"name": "cp-1"}, {"name": "e-1", "machine": 1}]}`))
	if err != nil {
		t.Fatal(err)
	}
	next, err := change.Decode(
		[]byte(`{"format_version": "1.0", "cluster": "a", "target": "bare-metal", "hosting": "hosts",
			"settings": {"etcd.quota": "8Gi", "etcd.topology": "external"},
		"machines": [{"roles": ["control-plane"]}, {"roles": ["etcd"]}], "nodes": [{"name": "cp-1"}, {"name": "e-1", "machine": 1}]}`))
	if err != nil {
		t.Fatal(err)
	}
	r := change.Between(old, next)
	for _, width := range []int{60, 80, 140} {
		for _, color := range []bool{false, true} {
			var page strings.Builder
			if err := describe.ChangePage(&page, r, describe.Style{Width: width, Color: color}); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(page.String(), "\x1b") != color {
				t.Errorf("color %v: %q", color, page.String())
			}
			for line := range strings.Lines(strip(page.String())) {
				if len([]rune(line)) > width+1 {
					t.Errorf("wider than %d: %q", width, line)
				}
			}
			if text := strip(page.String()); !strings.Contains(text, "In step 1 writes and the API are unavailable.") {
				t.Errorf("nothing is said of the one member:\n%s", text)
			}
		}
	}
}

// Many machines that leave: each has its command in the document, and the page stays short.
func TestChangesOfManyMachines(t *testing.T) {
	record := func(pool string, workers int) *change.Record {
		nodes := []string{`{"name": "cp-1"}`}
		for i := range workers {
			nodes = append(nodes, fmt.Sprintf(`{"name": "%s-%d", "machine": 1, "own": {"address": "10.0.0.%d"}}`, pool, i+1, i+20))
		}
		r, err := change.Decode([]byte(`{"format_version": "1.0", "cluster": "a", "target": "bare-metal", "hosting": "hosts",
			"settings": {"etcd.topology": "stacked", "cluster.kubernetes_version": "1.37.2"}, "machines": [
			{"roles": ["control-plane", "etcd"]}, {"roles": ["worker"]}], "nodes": [` + strings.Join(nodes, ",") + `]}`))
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	for _, c := range []struct {
		name    string
		r       *change.Report
		command string // of the first step
		count   int    // of all commands
		says    string
	}{
		{"two leave", change.Between(record("w", 4), record("w", 2)), "ansible-playbook remove-host.yml -e host=w-3", 2,
			"remove-host.yml -e host=w-3, then the same for each of the others, one at a time"},
		{"forty have other names", change.Between(record("w", 40), record("app", 40)),
			"ansible-playbook remove-host.yml -e host=w-1 --limit 'all:localhost:!~^app-(?!1$)[0-9]+$'", 40, "… 74 more steps like these"},
	} {
		d := describe.Changes(c.r)
		var commands []string
		for _, s := range d.Steps {
			commands = append(commands, s.Commands...)
		}
		if len(commands) != c.count || commands[0] != c.command {
			t.Errorf("%s: %d commands: %.300q", c.name, len(commands), commands)
		}
		var page, markdown strings.Builder
		if err := describe.ChangePage(&page, c.r, describe.Style{Width: 120}); err != nil {
			t.Fatal(err)
		}
		if err := describe.ChangeMarkdown(&markdown, c.r); err != nil {
			t.Fatal(err)
		}
		if text := page.String(); strings.Count(text, "\n") > 60 || !strings.Contains(text, c.says) {
			t.Errorf("%s: the page does not say %q, or is too long:\n%s", c.name, c.says, text)
		}
		if strings.Count(markdown.String(), "\n") > 25 {
			t.Errorf("%s: the Markdown is too long:\n%s", c.name, markdown.String())
		}
	}
}
