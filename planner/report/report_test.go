package report_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/report"
	"github.com/k8splan/k8splan/planner/spec"
)

// designs are the valid topologies of other tests, by file name.
func designs(t *testing.T) map[string]*plan.Plan {
	t.Helper()
	var files []string
	for _, pattern := range []string{"../../testdata/corpus/good/*.hcl", "../../testdata/targets/*.hcl", "../../examples/*/topology.hcl"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		files = append(files, found...)
	}
	plans := map[string]*plan.Plan{}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		written, diags := spec.Load(file, src, nil)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		p, diags := planner.ResolveWith(written, nil)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		plans[file] = p
	}
	return plans
}

// hostile is a design whose texts are markup, directives, and string terminators in every diagram language. The language permits none of
// them as a failure domain or a hypervisor, so they are put directly into the plan.
func hostile(t *testing.T) *plan.Plan {
	t.Helper()
	src, err := os.ReadFile("../../testdata/corpus/good/hypervisors.hcl")
	if err != nil {
		t.Fatal(err)
	}
	project, diags := planner.Open("hostile.hcl", src, nil, time.Time{})
	if project == nil {
		t.Fatal(diags)
	}
	p := project.Plan()
	texts := []string{`<img src=x onerror=alert(1)>`, `"] --> x["end`, `${x} 'q' &lt; #quot; |p| </script>`, `</title>%%{init: {}}%%`,
		"a\\\"; b\n\u202e"}
	for i, n := range p.Nodes {
		n.FailureDomain, n.Host = texts[i%3], texts[i%len(texts)]
	}
	return p
}

func TestPicturesAreWellFormed(t *testing.T) {
	plans := designs(t)
	plans["hostile"] = hostile(t)
	for file, p := range plans {
		for _, v := range report.Views {
			svg := report.SVG(p, v)
			if svg != report.SVG(p, v) {
				t.Errorf("%s: two pictures of %s differ", file, v)
			}
			for decoder := xml.NewDecoder(strings.NewReader(svg)); ; {
				token, err := decoder.Token()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatalf("%s: %s: %v", file, v, err)
				}
				if e, ok := token.(xml.StartElement); ok && (e.Name.Local == "img" || e.Name.Local == "script") {
					t.Errorf("%s: %s: a value became the element %s", file, v, e.Name.Local)
				}
			}
		}
	}
}

// TestPicturesShowEveryMachine looks for every name and address.
func TestPicturesShowEveryMachine(t *testing.T) {
	for file, p := range designs(t) {
		svg := report.SVG(p, report.Machines)
		for _, n := range p.Nodes {
			if !strings.Contains(svg, `data-unit="node/`+n.Name+`"`) {
				t.Errorf("%s: %s is missing", file, n.Name)
			}
		}
	}
}

// TestGraphviz makes Graphviz itself read every picture.
func TestGraphviz(t *testing.T) {
	plans := designs(t)
	plans["hostile"] = hostile(t)
	for file, p := range plans {
		for _, v := range report.Views { // one graph per run: Graphviz 2.43 crashes on several
			cmd := exec.Command("dot", "-Tcanon")
			cmd.Stdin = strings.NewReader(report.Dot(report.Draw(p, v)))
			out, err := cmd.CombinedOutput()
			if err != nil || !bytes.HasPrefix(out, []byte("digraph")) {
				t.Fatalf("%s: %s: %v (make setup installs what the tests need)\n%s", file, v, err, out)
			}
		}
	}
}

// TestMermaidText checks the encoding of texts for Mermaid; checks/browser makes Mermaid read it.
func TestMermaidText(t *testing.T) {
	g := report.Graph{Items: []report.Item{{ID: "n1", Lines: []string{`<img src=x onerror=alert(1)>`, `"] end %%{init: {}}%%`}}}}
	const want = "flowchart LR\n" +
		`  n1["#60;img src#61;x onerror#61;alert(1)#62;<br/>#34;#93; end #37;#37;#123;init: #123;#125;#125;#37;#37;"]` + "\n"
	if got := report.Mermaid(g); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
