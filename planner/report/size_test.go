package report_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/report"
	"github.com/k8splan/k8splan/planner/spec"
)

// TestPageIsBounded renders pages of large designs as they are in a tree: pools of one kind, single machines with long individual names,
// each on one of many hypervisors, many pools, and a failure domain for every machine.
func TestPageIsBounded(t *testing.T) {
	src, err := os.ReadFile("../../testdata/corpus/good/five-thousand-nodes.hcl")
	if err != nil {
		t.Fatal(err)
	}
	base := strings.NewReplacer("10.128.0.0/11", "10.0.0.0/8", `"10.64.0.0/18`, `"100.64.0.0/12`,
		`"10.64.`, `"100.64.`).Replace(string(src))
	head, _, _ := strings.Cut(base, `node_pool "worker"`)
	single := func(count int, domain, host func(i int) string) string {
		b := &strings.Builder{}
		b.WriteString(head)
		for i := range count {
			fmt.Fprintf(b, "node \"w%d-%s\" {\n  roles = [\"worker\"]\n  address = \"100.65.%d.%d\"\n  failure_domain = %q\n", i*7919%count,
				strings.Repeat("x", 48), i/250, i%250+1, domain(i))
			if host != nil {
				fmt.Fprintf(b, "  host = %q\n", host(i))
			}
			b.WriteString("}\n")
		}
		return b.String()
	}
	pools := func() string {
		b := &strings.Builder{}
		b.WriteString(head)
		for i := range 2000 {
			fmt.Fprintf(b, "node_pool \"p%d\" {\n  roles = [\"worker\"]\n  count = 4\n  first_address = \"100.65.%d.%d\"\n"+
				"  failure_domains = [\"hall-1\", \"hall-2\"]\n}\n", i, i/50, i%50*4+1)
		}
		return b.String()
	}
	hall := func(i int) string { return fmt.Sprintf("hall-%d", i%3+1) }
	own := func(i int) string { return fmt.Sprintf("hall-%d/%s-%d", i%3+1, strings.Repeat("r", 40), i) }
	for name, text := range map[string]string{
		"20,000 in a pool": strings.Replace(base, "4995", "19990", 1),
		"50,000 in a pool": strings.Replace(base, "4995", "49990", 1),
		"single machines":  single(6000, hall, func(i int) string { return fmt.Sprintf("kvm-%d-%d", i%3+1, i/3/4) }),
		"own domains":      single(3000, own, nil),
		"pools":            pools(),
	} {
		written, diags := spec.Load("large.hcl", []byte(text), nil)
		if diags.HasErrors() {
			t.Fatal(name, diags)
		}
		p, diags := planner.ResolveWith(written, nil)
		if diags.HasErrors() {
			t.Fatal(name, diags)
		}
		page := report.Page(p, report.Options{InTree: true})
		t.Logf("%s: %d machines, %d bytes", name, len(p.Nodes), len(page))
		if len(page) > 1<<20 {
			t.Errorf("%s: the page has %d bytes", name, len(page))
		}
		if !strings.Contains(string(page), "k8splan report --full") {
			t.Errorf("%s: the page does not name the command for the full one", name)
		}
	}
}

// TestPageIsBoundedWhateverTheDesign renders pages of designs in which everything that users can repeat or make long is repeated and long,
// in random proportions.
func TestPageIsBoundedWhateverTheDesign(t *testing.T) {
	chance := rand.New(rand.NewPCG(17, 5)) //nolint:gosec // the same designs every time
	long := func(most int) string { return strings.Repeat("a<&\"'é ", 1+chance.IntN(most)) }
	for round := range 6 {
		b := &strings.Builder{}
		b.WriteString("cluster \"large\" {\n  type = \"multi-etcd-multi-master\"\n" +
			"  control_plane_endpoint = \"api.example.com:6443\"\n}\n" +
			"network {\n  pod_subnets = [\"10.0.0.0/9\"]\n  node_subnets = [")
		for i := range 1 + chance.IntN(400) {
			fmt.Fprintf(b, "\"10.%d.%d.0/24\", ", 128+i/250, i%250)
		}
		b.WriteString("\"10.200.0.0/14\"]\n  reserved_subnets = [")
		for i := range chance.IntN(2000) {
			fmt.Fprintf(b, "\"11.%d.%d.0/28\", ", i/250, i%250)
		}
		fmt.Fprintf(b, "\"12.0.0.0/8\"]\n}\nload_balancer \"external\" {}\netcd {\n  topology = \"external\"\n}\n")
		domains := 1 + chance.IntN(1500)
		for i := range 100 + chance.IntN(3000) {
			role := "worker"
			switch {
			case i < 5:
				role = "etcd"
			case i < 5+1+chance.IntN(60):
				role = "control-plane"
			}
			name := fmt.Sprintf("n%d-%s", i, strings.Repeat("x", 1+chance.IntN(50)))
			d := chance.IntN(domains)
			fmt.Fprintf(b, "node %q {\n  roles = [%q]\n  address = \"10.%d.%d.%d\"\n", name, role, 200+i/50000, i/200%250, i%200+1)
			fmt.Fprintf(b, "  failure_domain = \"room-%d/%s-%d\"\n  host = \"kvm-%d\"\n  power = \"feed-%d\"\n  cpus = %d\n}\n",
				d%40, strings.Repeat("r", 1+d%48), d, d*3+i%3, i%9, 2+i%60)
		}
		written, diags := spec.Load("large.hcl", []byte(b.String()), nil)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		p, diags := planner.ResolveWith(written, nil)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		for range chance.IntN(300) {
			p.Waivers = append(p.Waivers, plan.Waiver{Rule: "a-rule", Reason: long(4000)})
		}
		for i := range chance.IntN(300) {
			p.Decisions = append(p.Decisions,
				plan.Decision{Path: fmt.Sprint("a.b", i), Value: long(3000), Reason: long(300), Link: long(10)})
		}
		findings := make([]report.Finding, chance.IntN(9000))
		for i := range findings {
			findings[i] = report.Finding{Severity: "warning", Rule: "a-rule", Where: "large.hcl:1", Text: long(60), Reason: long(2)}
		}
		page := string(report.Page(p, report.Options{InTree: true, Findings: findings}))
		t.Logf("%d: %d machines, %d domains, %d findings, %d waivers: %d bytes", round, len(p.Nodes), domains, len(findings),
			len(p.Waivers), len(page))
		if len(page) > 1<<20 {
			t.Errorf("%d: the page has %d bytes", round, len(page))
		}
		if len(findings) > 3000 && !strings.Contains(page, "k8splan report --full` lists all") {
			t.Errorf("%d: the page does not say what is left out", round)
		}
		for _, m := range p.Etcd.Members {
			if !strings.Contains(page, m.Name) {
				t.Errorf("%d: %s is missing", round, m.Name)
			}
		}
	}
}
