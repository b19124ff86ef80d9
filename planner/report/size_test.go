package report_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/report"
	"github.com/k8splan/k8splan/planner/spec"
)

// TestPageIsBounded makes the pages of large designs as a tree holds them. Pools of one kind, single machines with long names of their own,
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
	for name, text := range map[string]string{
		"20,000 in a pool": strings.Replace(base, "4995", "19990", 1),
		"50,000 in a pool": strings.Replace(base, "4995", "49990", 1),
		"single machines":  single(6000, hall, func(i int) string { return fmt.Sprintf("kvm-%d-%d", i%3+1, i/3/4) }),
		"own " +
			"domains": single(3000, func(i int) string { return fmt.Sprintf("hall-%d/%s-%d", i%3+1, strings.Repeat("r", 40), i) }, nil),
		"pools": pools(),
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
