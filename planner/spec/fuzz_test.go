package spec

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/k8splan/k8splan/planner/diagtest"
)

// FuzzLoad checks for any input that Load does not panic, that its diagnostics are valid and sorted, that a Spec without errors is
// complete, and that Format does not change the meaning of the file.
func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"../../testdata/syntax/*.hcl", "../../testdata/corpus/*.hcl"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatal("no seeds in", pattern)
		}
		for _, file := range files {
			if strings.Contains(file, "too-complex") {
				continue // each uses the whole budget, and so do its descendants: they would halve the speed
			}
			src, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(src)
		}
	}
	for _, seed := range []string{
		"", "\xef\xbb\xbf", "\xff\xfe", "a = <<-E\n  x ${1 + 2} %{ if true }y%{ endif }\n  E\n",
		"locals {\n  a = { for k, v in { x = 1 } : k => v... if v != 2 }\n  b = [1, 2][*]\n  c = try(local.a.z, can(1), \"d\")\n}\n",
		"cluster \"c\" { type = \"all-in-one\" }\r\nlocals {\r\n  a = jsondecode(jsonencode({ b = [1.5, null, true] }))\r\n" +
			"  d = formatlist(\"%s-%02d\", [\"a\"], [1])\r\n}\r\n",
		"variable \"v\" {\n  type = object({ a = optional(string, \"x\"), b = list(number) })\n  default = { b = [1] }\n}\n",
		"/* a\n\n*/ a = 1 // b\n# c",
		"a {} # b\r\r\r\n", "a {} # b\r",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		var s *Spec
		var diags hcl.Diagnostics
		diagtest.Quick(t, func() { s, diags = Load("fuzz.hcl", src, nil) })
		diagtest.Sound(t, "fuzz.hcl", src, diags, Rules)
		if s == nil || s.Files["fuzz.hcl"] == nil {
			t.Fatal("no spec beside the diagnostics")
		}
		if err := hcl.NewDiagnosticTextWriter(discard{}, s.Files, 80, false).WriteDiagnostics(diags); err != nil {
			t.Fatal(err)
		}
		formatted := Format(src)
		if twice := Format(formatted); !bytes.Equal(twice, formatted) {
			t.Fatalf("formatting twice changes more:\n%s", cmp.Diff(string(formatted), string(twice)))
		}
		if diags.HasErrors() {
			return
		}
		if s.Cluster == nil || s.Cluster.Type == nil {
			t.Fatal("no cluster, and no diagnostic")
		}
		again, diags := Load("fuzz.hcl", formatted, nil)
		if diags.HasErrors() {
			t.Fatalf("formatting breaks the file: %v\n%s", diags, formatted)
		}
		if diff := cmp.Diff(*s.Cluster.Type, *again.Cluster.Type); diff != "" || len(s.Nodes) != len(again.Nodes) {
			t.Fatal("formatting changes the meaning", diff)
		}
	})
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// FuzzParts checks that parsing in parts finds the same as parsing in one piece, wherever the cuts are.
func FuzzParts(f *testing.F) {
	f.Add([]byte("a {\n  b = <<E\n}\nE\n}\n\nc = 1\n/*\n*/\nd {}\n"))
	f.Add([]byte("a = \"x\n\ny\"\n}\nb = 2\n"))
	f.Fuzz(func(t *testing.T, src []byte) {
		padding := "#" + strings.Repeat("x", chunk) + "\n\n" // so that there are cuts
		src = []byte(padding + string(src) + "\n" + padding)
		how, refusal := guard("t.hcl", src)
		if refusal != nil {
			return
		}
		parts, partDiags := parse("t.hcl", src[:how.end], how.cuts)
		whole, diags := hclsyntax.ParseConfig(src, "t.hcl", hcl.InitialPos)
		if diags.HasErrors() != partDiags.HasErrors() {
			t.Fatalf("in parts: %v; whole: %v", partDiags, diags)
		}
		if body := whole.Body.(*hclsyntax.Body); !diags.HasErrors() && (len(body.Blocks) != len(parts.Blocks) ||
			len(body.Attributes) != len(parts.Attributes)) {
			t.Fatal("parts are lost")
		}
	})
}
