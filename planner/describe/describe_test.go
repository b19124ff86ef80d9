package describe_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/mattn/go-runewidth"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/describe"
	"github.com/k8splan/k8splan/planner/plan"
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

// A page stays within its width, wherever words allow, has no blank at the end of a line, and no colour unless it is asked for.
func TestPageFits(t *testing.T) {
	for _, row := range topologies.Table {
		p := starter(t, row.Type, "bare-metal")
		for _, width := range []int{0, 60, 80, 120, 400} {
			var page bytes.Buffer
			if err := describe.Page(&page, p, describe.Style{Width: width}); err != nil {
				t.Fatal(err)
			}
			room := min(max(width, 60), 140)
			if width == 0 {
				room = 100
			}
			for _, line := range strings.Split(page.String(), "\n") {
				// A table whose other columns are as wide as the page goes over it.
				if n := runewidth.StringWidth(line); n > room && width != 60 {
					t.Errorf("%s at width %d: %d columns: %s", row.Type, width, n, line)
				}
				if strings.HasSuffix(line, " ") {
					t.Errorf("%s: blank at the end of %q", row.Type, line)
				}
			}
			if bytes.ContainsRune(page.Bytes(), '\x1b') {
				t.Errorf("%s: colour that nobody asked for", row.Type)
			}
			for _, heading := range []string{"\nEndpoint", "\nHosts", "\netcd", "\nNetwork", "\nVersions", "\nAPI server certificate", "\nDecided for you"} {
				if !strings.Contains(page.String(), heading) {
					t.Errorf("%s: no section %q", row.Type, heading[1:])
				}
			}
		}
		var plain, painted bytes.Buffer
		_ = describe.Page(&plain, p, describe.Style{})
		_ = describe.Page(&painted, p, describe.Style{Colour: true})
		if strip(painted.String()) != plain.String() {
			t.Errorf("%s: colour changes more than colour", row.Type)
		}
	}
}

// strip removes ANSI colours.
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

// The document for programs has every list, empty or not, and every node.
func TestDescribeHasNoNull(t *testing.T) {
	for _, row := range topologies.Table {
		for _, target := range topologies.StarterTargets() {
			p := starter(t, row.Type, target)
			d := describe.Describe(p)
			data, err := json.Marshal(d)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(data, []byte("null")) {
				t.Errorf("%s on %s: a null in %s", row.Type, target, data)
			}
			if len(d.Nodes) != len(p.Nodes) || len(d.Decisions) != len(p.Decisions) {
				t.Errorf("%s on %s: something is missing", row.Type, target)
			}
		}
	}
}
