package lsp

import (
	"cmp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/spec"
)

// replacement replaces some bytes of the file.
type replacement struct {
	begin, end int
	text       string
}

// replaced applies all replacements to the text. They must not overlap.
func replaced(text string, all []replacement) string {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b replacement) int { return cmp.Compare(b.begin, a.begin) })
	for _, r := range all { // last first: earlier offsets stay valid
		text = text[:r.begin] + r.text + text[r.end:]
	}
	return text
}

// edits returns the change to another text, as a single edit of whole lines.
func (d *document) edits(to string) []textEdit {
	before, after := strings.SplitAfter(d.text, "\n"), strings.SplitAfter(to, "\n")
	begin := 0
	for len(before) > 0 && len(after) > 0 && before[0] == after[0] {
		begin += len(before[0])
		before, after = before[1:], after[1:]
	}
	for n, m := len(before), len(after); n > 0 && m > 0 && before[n-1] == after[m-1]; n, m = n-1, m-1 {
		before, after = before[:n-1], after[:m-1]
	}
	old := strings.Join(before, "")
	return []textEdit{{d.span(begin, begin+len(old)), strings.Join(after, "")}}
}

// tree returns the parsed file, nil if nothing of it could be parsed.
func (d *document) tree() *hclsyntax.Body {
	d.parse.Do(func() { d.body = spec.Tree(d.filename(), []byte(d.text)) })
	return d.body
}

// around returns the blocks around an offset, the outermost first.
func around(body *hclsyntax.Body, offset int) []*hclsyntax.Block {
	var path []*hclsyntax.Block
	for body != nil {
		var inner *hclsyntax.Block
		for _, b := range body.Blocks {
			if b.TypeRange.Start.Byte <= offset && offset <= b.CloseBraceRange.End.Byte {
				inner = b
			}
		}
		if inner == nil {
			break
		}
		path = append(path, inner)
		body = inner.Body
	}
	return path
}

// rowOf returns the schema at the end of a path of blocks; nil if the language has no such block.
func rowOf(path []*hclsyntax.Block) *spec.Block {
	found := &spec.Block{Blocks: spec.Schema}
	for i, b := range path {
		if found = row(found.Blocks, b.Type); found == nil {
			return nil
		}
		if i == 0 && b.Type == "target" && len(b.Labels) == 1 {
			found = planner.TargetSchema(b.Labels[0])
			if found == nil {
				return nil
			}
		}
	}
	return found
}

// indent returns the leading white space of an offset's line.
func indent(text string, offset int) string {
	line := text[strings.LastIndexByte(text[:offset], '\n')+1:]
	return line[:len(line)-len(strings.TrimLeft(line, " \t"))]
}

// inBlock appends a line to a block.
func inBlock(text string, b *hclsyntax.Block, line string) replacement {
	open, end := b.OpenBraceRange.End.Byte, b.CloseBraceRange.Start.Byte
	outer := indent(text, b.TypeRange.Start.Byte)
	inside := text[open:end]
	line = strings.ReplaceAll(line, "\n", "\n"+outer+"  ")
	switch kept := strings.TrimRight(inside, " \t\r\n"); {
	case strings.TrimSpace(inside) == "":
		return replacement{open, end, "\n" + outer + "  " + line + "\n" + outer}
	case !strings.Contains(inside, "\n"): // name { a = 1 }
		return replacement{open, end, "\n" + outer + "  " + strings.TrimSpace(inside) + "\n" + outer + "  " + line + "\n" + outer}
	default:
		return replacement{open + len(kept), open + len(kept), "\n" + outer + "  " + line}
	}
}

// atEnd appends a block to the file.
func atEnd(text, block string) replacement {
	kept := len(strings.TrimRight(text, " \t\r\n"))
	if kept == 0 {
		return replacement{0, len(text), block + "\n"}
	}
	return replacement{kept, len(text), "\n\n" + block + "\n"}
}

// withoutLines removes the text between two offsets, and lines that become empty.
func withoutLines(text string, begin, end int) replacement {
	first := strings.LastIndexByte(text[:begin], '\n') + 1
	last := len(text)
	if i := strings.IndexByte(text[end:], '\n'); i >= 0 {
		last = end + i + 1
	}
	after := strings.TrimSpace(text[end:last])
	if strings.TrimSpace(text[first:begin]) != "" || after != "" && after[0] != '#' && !strings.HasPrefix(after, "//") {
		return replacement{begin, end, ""}
	}
	if strings.HasSuffix(text[:first], "\n\n") && (last == len(text) || text[last] == '\n') { // one empty line is enough
		first--
	}
	return replacement{first, last, ""}
}

// laidOut formats the edited text with `fmt` style if the file was formatted before.
func (d *document) laidOut(text string) string {
	if before := string(spec.Format([]byte(d.text))); before == d.text {
		return string(spec.Format([]byte(text)))
	}
	return text
}
