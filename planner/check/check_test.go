package check_test

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/check"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/topologies"
)

// today is the date of every test whose file sets no other: "# today: 2027-01-15".
var today = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

var dayOf = regexp.MustCompile(`(?m)^# today: (\d{4}-\d\d-\d\d)$`)

// road runs the stages up to the checks, as planner.Open does. The targets' packages test their own arguments.
func road(filename string, src []byte) (*plan.Plan, hcl.Diagnostics) {
	today := today
	if m := dayOf.FindSubmatch(src); m != nil {
		today, _ = time.Parse(time.DateOnly, string(m[1]))
	}
	load := func() (*spec.Spec, hcl.Diagnostics) { return spec.Load(filename, src, nil) }
	s, diags := load()
	if !diags.HasErrors() {
		p, more := planner.Resolve(s)
		if !more.HasErrors() && !check.Lands(p).HasErrors() {
			diags = check.Waive(p, slices.Concat(diags, more, check.Run(p, today)), check.Catalog(), today)
			rule.Sort(diags)
			return p, diags
		}
	}
	if s.Recoverable(diags) {
		again := func() *spec.Spec { s, _ := load(); return s }
		diags = check.Beside(diags, check.Road{Load: again, Resolve: planner.Resolve,
			Judge: func(p *plan.Plan) hcl.Diagnostics { return check.Run(p, today) }, Catalog: planner.Catalog(), Today: today})
	}
	rule.Sort(diags)
	return nil, diags
}

// said formats a diagnostic as a marker: place, severity, and rule.
func said(d *hcl.Diagnostic) string {
	severity := "error"
	if d.Severity == hcl.DiagWarning {
		severity = "warning"
	}
	if _, ok := check.Waived(d); ok {
		severity = "note"
	}
	return fmt.Sprintf("%d: %s: %s", d.Subject.Start.Line, severity, rule.ID(d))
}

var marker = regexp.MustCompile(`(?:#|//) (error|warning|note): ([a-z0-9-]+)(?:: (.*?))?(?: \+ |$)`)

// expected parses the markers of a file: "# error: <id>" on the line of the mistake, optionally with words of the detail after a colon,
// several joined by " + # ".
func expected(src []byte) (marks []string, words map[string]string) {
	words = map[string]string{}
	lines := bufio.NewScanner(bytes.NewReader(src))
	for n := 1; lines.Scan(); n++ {
		for _, m := range marker.FindAllStringSubmatch(lines.Text(), -1) {
			mark := fmt.Sprintf("%d: %s: %s", n, m[1], m[2])
			marks = append(marks, mark)
			words[mark] = m[3]
		}
	}
	slices.Sort(marks)
	return marks, words
}

// judge checks a file against its markers.
func judge(t *testing.T, filename string) hcl.Diagnostics {
	t.Helper()
	src, err := os.ReadFile(filename)
	if err != nil {
		t.Fatal(err)
	}
	want, words := expected(src)
	_, diags := road(filename, src)
	var got []string
	for _, d := range diags {
		mark := said(d)
		got = append(got, mark)
		if w := words[mark]; w != "" && !strings.Contains(d.Detail, w) {
			t.Errorf("%s:%s\n  wanted the words %q\n  in %q", filename, mark, w, d.Detail)
		}
		if d.Subject.Filename != filename || d.Subject.End.Byte > len(src) || d.Subject.Start.Byte > d.Subject.End.Byte {
			t.Errorf("%s: range %v lies outside of the file", filename, d.Subject)
		}
		if d.Detail == "" || !strings.ContainsAny(strings.TrimSpace(d.Detail)[len(strings.TrimSpace(d.Detail))-1:], ".?!}\"") ||
			strings.Contains(d.Detail, "%!") {
			t.Errorf("%s: %s: not sentences: %q", filename, mark, d.Detail)
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("%s\n  got  %q\n  want %q", filename, got, want)
		for _, d := range diags {
			t.Logf("  %s: %s", said(d), d.Detail)
		}
	}
	return diags
}

const rulesDir = "../../testdata/rules/"

// fileless lists the rules that no single file can break, with the test that does.
var fileless = map[string]string{
	"not-utf8":             "planner/spec: a file that editors and git would fix",
	"file-too-large":       "planner/spec: four megabytes",
	"too-complex":          "planner/spec: thousands of lines",
	"too-deep":             "planner/spec: testdata/syntax",
	"undeclared-variable":  "planner/spec: comes from the command line",
	"unreadable-file":      "TestAuditPolicy: a file beside the topology",
	"audit-policy-invalid": "the same",
	"addon-chart-values":   "TestChartValues: a file beside the topology",
	"site-address":         "cmd/k8splan: several files, testdata/script/validate_site.txtar",
	"site-router-id":       "the same",
	"site-peer-ranges":     "the same",
	"site-peer-unknown":    "the same",
	"site-hypervisor":      "the same",
	"require-survive":      "cmd/k8splan: stands on the command line",
	"renamed-argument":     "planner/spec: TestFormerNames, with its own language: no argument has another name today",
	"target-type":          "TestTargets",
	"target-version":       "TestTargets",
	"target-hosted-roles":  "TestTargets",
	"target-etcd":          "TestTargets",
	"target-unused":        "TestTargets",
	"target-hosted-block":  "TestTargets",
}

// TestRules checks every rule's file against its markers: the file breaks only this rule, and its near miss breaks none.
func TestRules(t *testing.T) {
	for _, r := range check.Catalog() {
		if fileless[r.ID] != "" {
			continue
		}
		t.Run(r.ID, func(t *testing.T) {
			diags := judge(t, rulesDir+r.ID+".hcl")
			if len(diags) == 0 {
				t.Error("the file breaks no rule")
			}
			for _, d := range diags {
				if _, note := check.Waived(d); !note && rule.ID(d) != r.ID {
					t.Errorf("the file breaks %s too: %s", rule.ID(d), d.Detail)
				}
			}
			for _, d := range judge(t, rulesDir+r.ID+".ok.hcl") {
				if _, note := check.Waived(d); !note {
					t.Errorf("the near miss is not clean: %s", d.Detail)
				}
			}
		})
	}
}

// TestRulesHaveNoStrays finds files that belong to no rule.
func TestRulesHaveNoStrays(t *testing.T) {
	files, err := filepath.Glob(rulesDir + "*")
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, r := range check.Catalog() {
		ids[r.ID] = true
	}
	for _, f := range files {
		if id := strings.TrimSuffix(strings.TrimSuffix(filepath.Base(f), ".hcl"), ".ok"); !ids[id] {
			t.Errorf("%s belongs to no rule", f)
		}
	}
}

// TestCatalog checks the texts of each rule.
func TestCatalog(t *testing.T) {
	id := regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)+$`)
	seen := map[string]bool{}
	previous := ""
	for _, r := range check.Catalog() {
		if !id.MatchString(r.ID) {
			t.Errorf("%s: an ID is words joined by hyphens", r.ID)
		}
		if seen[r.ID] || r.ID < previous {
			t.Errorf("%s: IDs are unique and sorted", r.ID)
		}
		seen[r.ID], previous = true, r.ID
		if r.Title == "" || strings.ToUpper(r.Title[:1]) != r.Title[:1] && !slices.ContainsFunc([]string{"etcd", "haproxy", "kube-vip",
			"kube-proxy", "cgroup", "containerd", "nftables", "sshd", "cgroupfs", "max_nodes"},
			func(w string) bool { return strings.HasPrefix(r.Title, w) }) || strings.ContainsAny(r.Title[len(r.Title)-1:], ".!?") {
			t.Errorf("%s: a title is a noun phrase with a capital and no stop: %q", r.ID, r.Title)
		}
		for what, text := range map[string]string{"Doc": r.Doc, "Fix": r.Fix} {
			if len(text) < 9 || !strings.ContainsAny(text[len(text)-1:], ".?!`}") {
				t.Errorf("%s: %s is not made of sentences: %q", r.ID, what, text)
			}
		}
		if len(r.Sources) == 0 && strings.Contains("artifact availability capacity certificate component control-plane endpoint etcd host "+
			"load-balancer machine network node registry secret ssh target topology version waiver", r.Area()) {
			t.Errorf("%s: no source", r.ID)
		}
		for _, s := range r.Sources {
			if !strings.HasPrefix(s, "https://") || strings.ContainsAny(s, " \t\n") {
				t.Errorf("%s: source %q is no address", r.ID, s)
			}
		}
	}
	for id := range fileless {
		if !seen[id] {
			t.Errorf("fileless names %s, which is not a rule", id)
		}
	}
}

// TestTargets breaks the rules that need facts of a target that no starter has.
func TestTargets(t *testing.T) {
	src, err := os.ReadFile(rulesDir + "topology-few-etcd.ok.hcl") // correct: external etcd, two balancers
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		id    string
		facts plan.Facts
	}{
		{"target-type", plan.Facts{Hosting: plan.Hosts, Resolving: plan.Resolving{L2: true},
			Limits: plan.Limits{Types: []topologies.Type{topologies.AllInOne}}}},
		{"target-version", plan.Facts{Hosting: plan.Hosts, Limits: plan.Limits{Newest: plan.Version{Major: 1, Minor: 34}}}},
		{"target-version", plan.Facts{Hosting: plan.Hosts, Limits: plan.Limits{Oldest: plan.Version{Major: 1, Minor: 38}}}},
		{"target-hosted-roles", plan.Facts{Hosting: plan.Hosted}},
		{"target-etcd",
			plan.Facts{Hosting: plan.Installer, Limits: plan.Limits{Placement: topologies.Stacked, EtcdWhy: "It knows no other."}}},
		{"target-unused", plan.Facts{Hosting: plan.Installer,
			Resolving: plan.Resolving{Uses: []string{"cluster", "network", "etcd", "node", "node_pool"}}}},
		{"target-hosted-block", plan.Facts{Hosting: plan.Hosted}},
	} {
		p, diags := road("prod.hcl", src)
		if len(diags) > 0 {
			t.Fatal(diags)
		}
		p.Target.Name, p.Target.Facts = "elsewhere", test.facts
		var ids []string
		for _, d := range check.Run(p, today) {
			ids = append(ids, rule.ID(d))
		}
		if !slices.Contains(ids, test.id) {
			t.Errorf("%s: got %q", test.id, ids)
		}
	}
}

// The default range of pods is nobody's where the target decides it: 300 nodes, in a network that the default overlaps, are fine there.
func TestRangesOfTheTarget(t *testing.T) {
	p, diags := road("prod.hcl", []byte("cluster \"prod\" {\n  type = \"single-etcd-single-master\"\n}\n\nnode \"cp\" {\n"+
		"  roles   = [\"control-plane\"]\n  address = \"10.244.0.11\"\n}\n\nnode_pool \"worker\" {\n  roles         = [\"worker\"]\n"+
		"  count         = 300\n  first_address = \"10.244.1.1\"\n}\n"))
	if p == nil {
		t.Fatal(diags)
	}
	for _, test := range []struct {
		uses []string
		want bool
	}{{[]string{"cluster", "node", "node_pool", "network"}, true}, {[]string{"cluster", "node", "node_pool"}, false}} {
		p.Target.Name, p.Target.Facts = "elsewhere", plan.Facts{Hosting: plan.Hosted, Resolving: plan.Resolving{Uses: test.uses}}
		found := false
		for _, d := range check.Run(p, today) {
			found = found || rule.ID(d) == "capacity-pod-range" || rule.ID(d) == "network-pods-overlap-nodes"
		}
		if found != test.want {
			t.Errorf("a target that uses %q: found: %t", test.uses, found)
		}
	}
}

// TestWaivers follows a finding through all states of a waiver.
func TestWaivers(t *testing.T) {
	const base = "cluster \"dev\" {\n  type = \"all-in-one\"\n}\n\nnode \"dev-1\" {\n  address = \"192.168.56.10\"\n}\n" +
		"\nnetwork {\n  mtu = 1200\n}\n"
	for _, test := range []struct{ name, waiver, want string }{
		{"none", "", "10: warning: network-mtu-small"},
		{"holds", "waive \"network-mtu-small\" {\n  reason = \"tunnel\"\n}\n", "10: note: network-mtu-small"},
		{"last day", "waive \"network-mtu-small\" {\n  reason  = \"tunnel\"\n  expires = \"2026-11-24\"\n}\n",
			"10: note: network-mtu-small"},
		{"expired", "waive \"network-mtu-small\" {\n  reason  = \"tunnel\"\n  expires = \"2026-11-23\"\n}\n",
			"10: warning: network-mtu-small, 15: warning: waiver-expired"},
		{"without reason", "waive \"network-mtu-small\" {\n  reason = \"\"\n}\n",
			"10: warning: network-mtu-small, 13: error: waiver-without-reason"},
	} {
		_, diags := road("dev.hcl", []byte(base+"\n"+test.waiver))
		var got []string
		for _, d := range diags {
			got = append(got, said(d))
		}
		if strings.Join(got, ", ") != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}

	_, diags := road("dev.hcl", []byte(base+"\nwaive \"network-mtu-small\" {\n  reason = \"tunnel\"\n}\n"))
	if reason, ok := check.Waived(diags[0]); !ok || reason != "tunnel" {
		t.Errorf("Waived: got %q, %t", reason, ok)
	}
	p, _ := road("dev.hcl", []byte(base+"\nwaive \"network-mtu-small\" {\n  reason  = \"tunnel\"\n  expires = \"2000-01-01\"\n}\n"))
	if diags := check.Waive(p, check.Run(p, today), check.Catalog(), time.Time{}); len(diags) != 1 {
		t.Errorf("without a day no waiver expires: %v", diags)
	}
}

const corpusDir = "../../testdata/corpus/"

// corpus returns the designs of a folder.
func corpus(t *testing.T, folder string, least int) []string {
	t.Helper()
	files, err := filepath.Glob(corpusDir + folder + "/*.hcl")
	if err != nil || len(files) < least {
		t.Fatalf("%s: %d designs, %d wanted (%v)", folder, len(files), least, err)
	}
	return files
}

// TestGoodDesigns checks that realistic designs break only the rules in their markers, none of them an error.
func TestGoodDesigns(t *testing.T) {
	for _, f := range corpus(t, "good", 20) {
		t.Run(filepath.Base(f), func(t *testing.T) {
			for _, d := range judge(t, f) {
				if _, waived := check.Waived(d); !waived {
					t.Errorf("a good design breaks %s: %s", rule.ID(d), d.Detail)
				}
			}
		})
	}
}

// TestBadDesigns checks that mistakes that users really make are found, each once, at their place.
func TestBadDesigns(t *testing.T) {
	for _, f := range corpus(t, "bad", 60) {
		t.Run(filepath.Base(f), func(t *testing.T) {
			if len(judge(t, f)) == 0 {
				t.Error("the design breaks no rule")
			}
		})
	}
}

// TestStarters checks that the files of `k8splan init`, and the examples, break no rule.
func TestStarters(t *testing.T) {
	examples, err := filepath.Glob("../../examples/*/topology.hcl")
	if err != nil || len(examples) < 4 {
		t.Fatalf("%d examples (%v)", len(examples), err)
	}
	for _, f := range append(examples, corpusDir+"minimal.hcl") {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		_, diags := road(f, src)
		for _, d := range diags {
			if _, waived := check.Waived(d); !waived {
				t.Errorf("%s: %s", f, d)
			}
		}
	}
	starters := 0
	for _, target := range topologies.StarterTargets() {
		for _, name := range planner.StarterTypes(target) {
			starters++
			src, err := topologies.Starter(name, target)
			if err != nil {
				t.Errorf("%s on %s: %v", name, target, err)
			}
			_, diags := road(string(name)+".hcl", src)
			for _, d := range diags {
				// On clouds, the type with one etcd is spread over zones, and the rule explains the benefit.
				if rule.ID(d) != "etcd-lone-member-spread" {
					t.Errorf("%s on %s: %s", name, target, d)
				}
			}
		}
	}
	if least := 2 * len(topologies.StarterTargets()); starters < least {
		t.Errorf("%d starters were read, and %d targets have at least %d", starters, least/2, least)
	}
}

// TestVersionAdvice checks that no advice names a version that the target does not support.
func TestVersionAdvice(t *testing.T) {
	quoted := regexp.MustCompile(`"(1\.[0-9]+\.[0-9]+)"`)
	for _, of := range planner.Targets() {
		facts := of.Facts
		for _, version := range []string{"1.28.0", "1.31.0", "1.33.1", "1.34.2", "1.35.0", "1.37.2", "1.38.0", "1.99.0"} {
			src := fmt.Sprintf("cluster \"dev\" {\n  type               = \"multi-etcd-multi-master\"\n  kubernetes_version = %q\n}\n"+
				"node_pool \"w\" {\n  roles         = [\"worker\"]\n  count         = 3\n  first_address = \"10.0.0.1\"\n}\ntarget %q {}\n",
				version, facts.Name)
			_, diags := road("dev.hcl", []byte(src))
			for _, d := range diags {
				if !strings.HasSuffix(rule.ID(d), "-version") && !strings.HasPrefix(rule.ID(d), "version-") {
					continue
				}
				for _, m := range quoted.FindAllStringSubmatch(d.Detail, -1) {
					if v, _ := plan.ParseVersion(m[1]); !facts.Takes(v) {
						t.Errorf("%s with %s: %s advises %s", facts.Name, version, rule.ID(d), v)
					}
				}
			}
		}
	}
}

// Advice about the spread of etcd can be followed with the existing members and domains, and helps.
func TestSpreadAdvice(t *testing.T) {
	for _, c := range []struct {
		members int
		domains string
		workers string
		rule    string
		advice  string
	}{
		{3, "a", "a b c", "availability-etcd-one-domain", "Spread them over 3 or more domains, at most 1 in each."},
		{3, "a b", "a b", "availability-two-domains", "Spread them over 3 or more domains, at most 1 in each."},
		{5, "a b", "a b", "availability-two-domains", "Spread them over 3 or more domains, at most 2 in each."},
		{4, "a b", "a b", "availability-two-domains",
			"With 4 members, survival needs 4 domains. With 3 or 5 members, 3 domains are enough."},
		{4, "a b c", "a b c", "availability-domain-majority",
			"With 4 members, survival needs 4 domains. With 3 or 5 members, 3 domains are enough."},
		{4, "a b c", "a b c d", "availability-domain-majority", "Spread them over 4 or more domains, at most 1 in each."},
		{7, "a a a b c", "a b c", "availability-domain-majority", "Spread them over 3 or more domains, at most 3 in each."},
	} {
		list := func(words string) string { return `"` + strings.Join(strings.Fields(words), `", "`) + `"` }
		_, diags := road("x.hcl", fmt.Appendf(nil, `
cluster "x" {
  type = "multi-etcd-multi-master"
}
load_balancer "kube-vip" {
  virtual_ip = "10.0.0.10"
}
node_pool "etcd" {
  roles           = ["etcd"]
  count           = %d
  first_address   = "10.0.0.31"
  failure_domains = [%s]
}
node_pool "cp" {
  roles           = ["control-plane"]
  count           = 3
  first_address   = "10.0.0.41"
  failure_domains = [%s]
}
node_pool "worker" {
  roles           = ["worker"]
  count           = 4
  first_address   = "10.0.0.51"
  failure_domains = [%s]
}
`, c.members, list(c.domains), list(c.workers), list(c.workers)))
		found := false
		for _, d := range diags {
			if rule.ID(d) == c.rule {
				if found = true; !strings.HasSuffix(d.Detail, c.advice) {
					t.Errorf("%d members in %s: %s", c.members, c.domains, d.Detail)
				}
			}
		}
		if !found {
			t.Errorf("%d members in %s: %s says nothing of %v", c.members, c.domains, c.rule, diags)
		}
	}
}

// Each prefix in notOfPast matches a rule.
func TestNotOfPast(t *testing.T) {
	for _, begin := range check.NotOfPast {
		if !slices.ContainsFunc(check.Rules(), func(r check.Rule) bool { return strings.HasPrefix(r.ID, begin) }) {
			t.Errorf("no rule begins with %s", begin)
		}
	}
}
