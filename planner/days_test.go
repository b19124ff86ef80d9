package planner_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/render"
	"github.com/k8splan/k8splan/planner/rule"
)

// ownFacts is what this program knows of Kubernetes.
var ownFacts *plan.Table

const waiverThatExpires = `cluster "dev" {
  type = "all-in-one"
}

etcd {
  quota = "1Gi"
}

node "dev-1" {
  address = "192.168.56.10"
}

waive "etcd-quota-small" {
  reason  = "a laptop"
  expires = "2027-03-01"
}
`

// A day changes findings, and never a byte of a tree.
func TestDayChangesNoTree(t *testing.T) {
	files, err := filepath.Glob("../testdata/corpus/good/s*.hcl")
	if err != nil || len(files) < 3 {
		t.Fatalf("%d designs (%v)", len(files), err)
	}
	waiver := filepath.Join(t.TempDir(), "waiver.hcl")
	if err := os.WriteFile(waiver, []byte(waiverThatExpires), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, f := range append(files, "../testdata/corpus/good/crio-rhel.hcl", waiver) {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var first []byte
		said := map[string]bool{}
		for _, day := range []string{"2026-11-29", "2027-10-01", "2040-01-01"} {
			today, _ := time.Parse(time.DateOnly, day)
			p, diags := planner.Open("topology.hcl", src, nil, today)
			if p == nil {
				t.Fatalf("%s on %s: %v", f, day, diags)
			}
			set, err := render.Tree(p, "v0.0.0")
			if err != nil {
				t.Fatal(err)
			}
			var all bytes.Buffer
			for _, file := range set.Files() {
				fmt.Fprintf(&all, "%s %s\n%s", file.Path, file.Mode, file.Data)
			}
			if first == nil {
				first = all.Bytes()
			} else if !bytes.Equal(first, all.Bytes()) {
				t.Errorf("%s: the tree of %s is another one", f, day)
			}
			for _, d := range diags {
				said[rule.ID(d)] = true
			}
		}
		if !said["version-end-of-life"] {
			t.Errorf("%s: in 2040 nothing has ended: %v", f, said)
		}
	}
}

// One table of releases for all: no target knows a newer patch than the facts do.
func TestTargetsKnowNoNewerPatch(t *testing.T) {
	for _, of := range planner.Targets() {
		for _, v := range append(slices.Concat(of.Facts.Releases, of.Facts.Patches), of.Facts.Newest, of.Facts.Oldest,
			of.Facts.Default) {
			if newest, ok := ownFacts.At(v).NewestPatch(); ok && newest.Before(v) {
				t.Errorf("%s knows %s, and the facts end with %s", of.Facts.Name, v, newest)
			}
		}
		for _, e := range of.Facts.Ends {
			if _, err := time.Parse(time.DateOnly, e.On); err != nil || of.Facts.EndsFrom == "" {
				t.Errorf("%s: 1.%d ends on %q, from %q", of.Facts.Name, e.Minor, e.On, of.Facts.EndsFrom)
			}
		}
	}
}

// Whatever release is written, no message says to write an older one.
func TestNothingLeadsBack(t *testing.T) {
	advised := regexp.MustCompile(`"(1\.[0-9]+\.[0-9]+)"`)
	oldest, newest := ownFacts.Minors()
	for _, of := range planner.Targets() {
		for minor := oldest.Minor; minor <= newest.Minor+1; minor++ {
			known, _ := ownFacts.At(plan.Version{Major: 1, Minor: minor}).NewestPatch()
			for _, patch := range []int{0, known.Patch, known.Patch + 1, known.Patch + 40} {
				v := plan.Version{Major: 1, Minor: minor, Patch: patch}
				src := fmt.Sprintf("cluster \"x\" {\n  type = \"multi-etcd-multi-master\"\n  kubernetes_version = %q\n}\n"+
					"node_pool \"w\" {\n  roles = [\"worker\"]\n  count = 3\n  first_address = \"10.0.0.31\"\n}\ntarget %q {}\n", v,
					of.Facts.Name)
				_, diags := planner.Open("topology.hcl", []byte(src), nil, time.Time{})
				for _, d := range diags {
					for _, m := range advised.FindAllStringSubmatch(d.Detail, -1) {
						other, _ := plan.ParseVersion(m[1])
						if other.Before(v) {
							t.Errorf("%s on %s: %s: %s", v, of.Facts.Name, rule.ID(d), d.Detail)
						}
						if minor > newest.Minor && strings.HasPrefix(rule.ID(d), "version-") {
							t.Errorf("%s on %s: %s: %s", v, of.Facts.Name, rule.ID(d), d.Detail)
						}
					}
				}
			}
		}
	}
}
