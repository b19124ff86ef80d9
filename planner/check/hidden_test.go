package check_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/k8splan/k8splan/planner/rule"
)

// written is a block of a design, and its depth.
type written struct {
	*hclsyntax.Block
	depth int
}

func blocksOf(blocks hclsyntax.Blocks, depth int) []written {
	var all []written
	for _, b := range blocks {
		all = append(append(all, written{b, depth}), blocksOf(b.Body.Blocks, depth+1)...)
	}
	return all
}

// around are mistakes of a block: its name, unknown content, or writing it twice.
var around = []struct {
	rule string
	make func(src string, b written) (string, bool)
}{
	{"unknown-argument", func(src string, b written) (string, bool) {
		return inside(src, b, "zzz = 1"), b.Type != "locals" && b.Type != "target"
	}},
	{"unknown-argument", func(src string, b written) (string, bool) {
		return inside(src, b, "api_server = \"on\""), b.Type != "locals" && b.Type != "target"
	}},
	{"unknown-block", func(src string, b written) (string, bool) {
		return inside(src, b, "zzz {\n}"), b.Type != "locals" && b.Type != "target"
	}},
	{"missing-label", func(src string, b written) (string, bool) {
		if len(b.Labels) == 0 || b.Type == "variable" {
			return "", false
		}
		return src[:b.LabelRanges[0].Start.Byte] + src[b.LabelRanges[0].End.Byte:], true
	}},
	{"missing-label", func(src string, b written) (string, bool) {
		if len(b.Labels) == 0 || b.Type == "variable" {
			return "", false
		}
		return src[:b.LabelRanges[0].Start.Byte] + `""` + src[b.LabelRanges[0].End.Byte:], true
	}},
	{"unknown-block", func(src string, b written) (string, bool) { // a letter is missing
		at := b.TypeRange.Start.Byte
		return src[:at+2] + src[at+3:], len(b.Type) > 4 && b.Type != "locals" && b.Type != "variable"
	}},
	{"duplicate-block", func(src string, b written) (string, bool) {
		switch b.Type {
		case "cluster", "network", "etcd", "ssh", "target", "load_balancer", "container_runtime":
			return src + "\n" + src[b.DefRange().Start.Byte:b.OpenBraceRange.End.Byte] + "\n}\n", b.depth == 0
		}
		return "", false
	}},
}

// inside inserts a line after the opening brace of a block.
func inside(src string, b written, line string) string {
	at := b.OpenBraceRange.End.Byte
	return src[:at] + "\n" + line + "\n" + src[at:]
}

// TestNothingIsHidden makes a mistake of each kind in each block of the good designs, which each have another mistake. It expects the first
// mistake once, and all others except those at the header of a block that cannot be read completely.
func TestNothingIsHidden(t *testing.T) {
	tried, per := 0, map[string]int{}
	for nth, f := range corpus(t, "good", 20) {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(filepath.Base(f), "five-thousand") {
			continue // what is true of ten nodes
		}
		src := string(data)
		for i := range deep {
			if more, ok := deep[(i+nth)%len(deep)].change(src); ok {
				src = more
				break
			}
		}
		_, before := road(f, []byte(src))
		file, diags := hclsyntax.ParseConfig([]byte(src), f, hcl.InitialPos)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		for j, b := range blocksOf(file.Body.(*hclsyntax.Body).Blocks, 0) {
			for k, m := range around {
				both, ok := m.make(src, b)
				if !ok || (nth+j+k)%2 == 1 {
					continue // half of them, a different one per design
				}
				_, after := road(f, []byte(both))
				left := slices.Clone(after)
				for _, d := range before {
					at := slices.IndexFunc(left, func(a *hcl.Diagnostic) bool { return rule.ID(a) == rule.ID(d) })
					switch {
					case at >= 0:
						left = slices.Delete(left, at, at+1)
					case m.rule == "missing-label" && b.Type == "container_runtime": // what fits depends on which it is
					case d.Subject.Start.Line != b.TypeRange.Start.Line:
						t.Errorf("%s: %s (%d) in %s of line %d hides %s: %s", filepath.Base(f), m.rule, k, b.Type, b.TypeRange.Start.Line,
							rule.ID(d), d.Detail)
					}
				}
				if len(left) != 1 || rule.ID(left[0]) != m.rule {
					t.Errorf("%s: %s (%d) in %s of line %d is told by %d messages", filepath.Base(f), m.rule, k, b.Type,
						b.TypeRange.Start.Line, len(left))
					for _, d := range left {
						t.Logf("  %s: %s", rule.ID(d), d.Detail)
					}
				}
				tried++
				per[m.rule]++
			}
		}
	}
	if tried < 300 || len(per) < 4 {
		t.Errorf("only %d mistakes were tried, of %d kinds", tried, len(per))
	}
	t.Logf("%d mistakes", tried)
}
