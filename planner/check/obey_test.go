package check_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/k8splan/k8splan/planner/check"
	"github.com/k8splan/k8splan/planner/rule"
)

// proposal matches what a detail says to write: an argument with its value, in the named block or around the finding, or a value for the
// place of the finding.
var proposal = regexp.MustCompile(
	`(?:(?:Write|or|such as) (?:([a-z_]+) = )?("[^"…]+"|[0-9]+|[0-9a-f.:]+/[0-9]+|\["[^…\]]+\])(?: in ([a-z_]+))?(?:[.,]|$| ` +
		`or)|([0-9a-f]+[.:][0-9a-f.:/]+) is free\.)(?: |$)`)

// obeyed applies a proposal to a design in each possible way: to the argument, or inside a block. at is where it was written.
func obeyed(t *testing.T, src string, m []string, d *hcl.Diagnostic, try func(design string, at int) bool) (possible, worked bool) {
	name, value, in := m[1], m[2]+m[4], m[3]
	put := func(from, to int, text string) bool { return try(src[:from]+text+src[to:], from) }
	if name == "" {
		if m[4] != "" || value[0] != '"' && strings.Contains(value, "/") {
			value = strconv.Quote(value)
		}
		if text := value[0] == '"'; text != (src[d.Subject.Start.Byte] == '"') ||
			!text && !strings.Contains("0123456789", src[d.Subject.Start.Byte:][:1]) {
			return false, false // it is about something else: a block, a list
		}
		return true, put(d.Subject.Start.Byte, d.Subject.End.Byte, value)
	}
	file, diags := hclsyntax.ParseConfig([]byte(src), "", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	var walk func(blocks hclsyntax.Blocks, over bool) bool
	walk = func(blocks hclsyntax.Blocks, over bool) bool {
		for _, block := range blocks {
			attr, at := block.Body.Attributes[name], block.OpenBraceRange.End.Byte
			switch {
			case walk(block.Body.Blocks, over):
				return true
			case in == "" && !block.Range().ContainsOffset(d.Subject.Start.Byte) || in != "" && block.Type != in:
			case over && attr != nil && put(attr.Expr.Range().Start.Byte, attr.Expr.Range().End.Byte, value), !over &&
				put(at, at, "\n"+name+" = "+value+"\n"):
				return true
			}
		}
		return false
	}
	blocks := file.Body.(*hclsyntax.Body).Blocks
	return true, walk(blocks, true) || walk(blocks, false) || in != "" && put(len(src), len(src), "\n"+in+" {\n"+name+" = "+value+"\n}\n")
}

// TestAdviceIsObeyed follows the advice of findings: the finding must be gone, and there must be no new finding about what was written.
func TestAdviceIsObeyed(t *testing.T) {
	files, err := filepath.Glob(rulesDir + "*.hcl")
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, f := range append(files, corpus(t, "bad", 20)...) {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		_, before := road(f, src)
		for _, d := range before {
			if _, waived := check.Waived(d); waived {
				continue
			}
			of := func(r string) func(*hcl.Diagnostic) bool {
				return func(d *hcl.Diagnostic) bool { return rule.ID(d) == r }
			}
			for _, m := range proposal.FindAllStringSubmatch(d.Detail, -1) {
				var left []string
				possible, worked := obeyed(t, string(src), m, d, func(design string, at int) bool {
					_, after := road(f, []byte(design))
					line := 1 + strings.Count(design[:at+1], "\n")
					left = nil
					for _, a := range after {
						if a.Detail == d.Detail || a.Subject.Start.Line == line && !slices.ContainsFunc(before, of(rule.ID(a))) {
							left = append(left, rule.ID(a)+": "+a.Detail)
						}
					}
					return len(left) == 0
				})
				if possible {
					tried++
				}
				if possible && !worked {
					t.Errorf("%s: %s: %s\n  obeyed: %q", filepath.Base(f), rule.ID(d), d.Detail, left)
				}
			}
		}
	}
	if tried < 100 {
		t.Errorf("only %d findings propose something", tried)
	}
}
