package planner_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"golang.org/x/tools/txtar"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/diagtest"
	"github.com/k8splan/k8splan/planner/render"
	"github.com/k8splan/k8splan/planner/rule"
)

// pieces are what designs are put together from.
type pieces struct {
	values []string // of arguments, as they are written
	names  []string // of arguments
	blocks []string // at the top of a file, whole
	labels []string
}

// take adds what a design consists of.
func (p *pieces) take(src string) {
	for _, b := range outline(src).Blocks {
		p.blocks = append(p.blocks, src[b.TypeRange.Start.Byte:b.CloseBraceRange.End.Byte])
	}
	walk(outline(src), func(b *hclsyntax.Block) {
		for _, at := range b.LabelRanges {
			p.labels = append(p.labels, src[at.Start.Byte:at.End.Byte])
		}
		for _, a := range b.Body.Attributes {
			p.names = append(p.names, a.Name)
			p.values = append(p.values, written(src, a))
		}
	})
}

// written is an argument's value as it is in the text, "null" where a broken file has none.
func written(src string, a *hclsyntax.Attribute) string {
	if begin, end := a.EqualsRange.End.Byte, a.SrcRange.End.Byte; begin <= end {
		return strings.TrimSpace(src[begin:end])
	}
	return "null"
}

func (p *pieces) tidy() {
	for _, list := range []*[]string{&p.values, &p.names, &p.blocks, &p.labels} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
}

func outline(src string) *hclsyntax.Body {
	file, _ := hclsyntax.ParseConfig([]byte(src), "", hcl.InitialPos)
	return file.Body.(*hclsyntax.Body)
}

func walk(body *hclsyntax.Body, visit func(*hclsyntax.Block)) {
	for _, b := range body.Blocks {
		visit(b)
		walk(b.Body, visit)
	}
}

// edit changes one thing of a design, chosen by three numbers: what, where, and what for.
func (p *pieces) edit(src string, what byte, where, with int) string {
	var blocks []*hclsyntax.Block
	var attributes []*hclsyntax.Attribute
	body := outline(src)
	walk(body, func(b *hclsyntax.Block) {
		blocks = append(blocks, b)
		for _, a := range b.Body.Attributes {
			attributes = append(attributes, a)
		}
	})
	slices.SortFunc(attributes, func(a, b *hclsyntax.Attribute) int { return a.SrcRange.Start.Byte - b.SrcRange.Start.Byte })
	replace := func(begin, end int, text string) string {
		if begin < 0 || end > len(src) || begin > end {
			return src
		}
		return src[:begin] + text + src[end:]
	}
	if len(blocks) == 0 {
		return src + pick(p.blocks, with) + "\n"
	}
	block := pick(blocks, where)
	switch what % 8 {
	case 0, 1: // another value; the commonest edit, since it is the one that reaches rules
		if len(attributes) > 0 {
			a := pick(attributes, where)
			return replace(a.EqualsRange.End.Byte, a.SrcRange.End.Byte, " "+pick(p.values, with))
		}
	case 2: // the value of another argument of this design: two hosts share something
		if len(attributes) > 0 {
			a, b := pick(attributes, where), pick(attributes, with)
			return replace(a.EqualsRange.End.Byte, a.SrcRange.End.Byte, " "+written(src, b))
		}
	case 3: // one argument less
		if len(attributes) > 0 {
			a := pick(attributes, where)
			return replace(a.SrcRange.Start.Byte, a.SrcRange.End.Byte, "")
		}
	case 4: // one argument more
		return replace(block.OpenBraceRange.End.Byte, block.OpenBraceRange.End.Byte,
			"\n"+pick(p.names, with)+" = "+pick(p.values, with/len(p.names)))
	case 5: // a block less
		return replace(block.TypeRange.Start.Byte, block.CloseBraceRange.End.Byte, "")
	case 6: // a block more
		return src + "\n" + pick(p.blocks, with) + "\n"
	case 7: // another label
		if len(block.LabelRanges) > 0 {
			at := block.LabelRanges[0]
			return replace(at.Start.Byte, at.End.Byte, pick(p.labels, with))
		}
	}
	return src
}

func pick[T any](list []T, n int) T { return list[n%len(list)] }

// FuzzDesigns puts designs together from the pieces of all designs in testdata, so that they parse, and most of them reach the rules and
// the targets: no panic, no hang, sound diagnostics, and what Open lets pass can be rendered.
func FuzzDesigns(f *testing.F) {
	var designs []string
	for _, pattern := range []string{"corpus/*.hcl", "corpus/*/*.hcl", "rules/*.hcl", "targets/*.hcl", "targets/*.txtar"} {
		files, err := filepath.Glob("../testdata/" + pattern)
		if err != nil || len(files) == 0 {
			f.Fatal(pattern, err)
		}
		for _, name := range files {
			src, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			if strings.HasSuffix(name, ".hcl") {
				designs = append(designs, string(src))
				continue
			}
			for _, file := range txtar.Parse(src).Files {
				designs = append(designs, string(file.Data))
			}
		}
	}
	all := &pieces{}
	for i, src := range designs {
		all.take(src)
		f.Add(uint16(i), []byte{0, 0, 0, 0, 0})
	}
	all.tidy()
	rules := planner.Catalog()
	f.Fuzz(func(t *testing.T, design uint16, edits []byte) {
		text := pick(designs, int(design))
		for n := 0; len(edits) >= 5 && n < 8; edits, n = edits[5:], n+1 {
			text = all.edit(text, edits[0], int(edits[1])<<8|int(edits[2]), int(edits[3])<<8|int(edits[4]))
		}
		var project *planner.Project
		var diags hcl.Diagnostics
		diagtest.Quick(t, func() { project, diags = planner.Open("fuzz.hcl", []byte(text), nil, time.Time{}) })
		diagtest.Sound(t, "fuzz.hcl", []byte(text), diags, rules)
		for _, d := range diags {
			if d.Subject == nil {
				t.Errorf("no place: %s: %s", rule.ID(d), d)
			}
		}
		if project != nil && len(project.Plan().Nodes) <= 20 {
			why, _ := project.Refuses()
			if _, err := render.Tree(project, "v0.0.0"); (err != nil) != (why != "") {
				t.Error(err, why)
			}
		}
		if t.Failed() {
			t.Log(text)
		}
	})
}
