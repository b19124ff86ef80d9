package main

import (
	"bytes"
	"fmt"
	"slices"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/mattn/go-runewidth"
	"github.com/zclconf/go-cty/cty"

	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spelling"
)

// mostLines limits the lines of a block that a snippet shows.
const mostLines = 6

// severity returns the word for a diagnostic: a waived finding is a note.
func severity(d *hcl.Diagnostic) string {
	if _, waived := rule.WaiverReason(d); waived {
		return "note"
	}
	if d.Severity == hcl.DiagError {
		return "error"
	}
	return "warning"
}

// counts returns the number of errors, warnings, and notes.
func counts(diags hcl.Diagnostics) (errors, warnings, notes int) {
	for _, d := range diags {
		switch severity(d) {
		case "error":
			errors++
		case "warning":
			warnings++
		default:
			notes++
		}
	}
	return errors, warnings, notes
}

// tally summarizes diagnostics: "2 errors, 1 warning".
func tally(diags hcl.Diagnostics) string {
	var parts []string
	errors, warnings, notes := counts(diags)
	for _, c := range []struct {
		n    int
		what string
	}{{errors, "error"}, {warnings, "warning"}, {notes, "note"}} {
		switch {
		case c.n == 1:
			parts = append(parts, "1 "+c.what)
		case c.n > 1:
			parts = append(parts, fmt.Sprint(c.n, " ", c.what, "s"))
		}
	}
	return strings.Join(parts, ", ")
}

// source is a text that diagnostics point into, prepared for quick display of parts of it.
type source struct {
	data  []byte
	lines []int           // offset of each line
	body  *hclsyntax.Body // parsed when context is first called
}

// newSource prepares a text. A text that the loader would not parse, because of its size or its depth, is not parsed here either.
func newSource(data []byte, diags hcl.Diagnostics) *source {
	s := &source{data: data, lines: []int{0}}
	for _, d := range diags {
		switch rule.ID(d) {
		case "too-deep", "file-too-large", "not-utf8":
			s.body = &hclsyntax.Body{}
		}
	}
	for i, c := range data {
		if c == '\n' {
			s.lines = append(s.lines, i+1)
		}
	}
	return s
}

// line returns the text of a line, counted from 1, without the newline.
func (s *source) line(n int) string {
	if n < 1 || n > len(s.lines) {
		return ""
	}
	end := len(s.data)
	if n < len(s.lines) {
		end = s.lines[n] - 1
	}
	return strings.TrimSuffix(string(s.data[s.lines[n-1]:end]), "\r")
}

// context names the block around a byte offset: node "cp-1", or "".
func (s *source) context(name string, at int) string {
	if s.body == nil {
		s.body = &hclsyntax.Body{}
		if f, _ := hclsyntax.ParseConfig(s.data, name, hcl.InitialPos); f != nil {
			if body, ok := f.Body.(*hclsyntax.Body); ok {
				s.body = body
			}
		}
	}
	// The blocks of a body are in file order.
	i := sort.Search(len(s.body.Blocks), func(i int) bool { return s.body.Blocks[i].Range().Start.Byte > at }) - 1
	if i < 0 || at > s.body.Blocks[i].Body.EndRange.End.Byte {
		return ""
	}
	b := s.body.Blocks[i]
	text := b.Type
	for _, l := range b.Labels {
		text += fmt.Sprintf(" %q", l)
	}
	return text
}

// printDiagnostics writes diagnostics to stderr, in HCL's format.
func (a *app) printDiagnostics(o *opened) {
	sources := map[string]*source{}
	var out bytes.Buffer
	for _, d := range gravest(o.diags) {
		if d.Subject != nil && sources[d.Subject.Filename] == nil {
			if data, ok := o.sources[d.Subject.Filename]; ok {
				sources[d.Subject.Filename] = newSource(data, o.diags)
			}
		}
		a.formatDiagnostic(&out, d, sources)
	}
	a.stderr.Write(out.Bytes())
}

// gravest sorts notes first and errors last, where they stay visible in a terminal.
func gravest(diags hcl.Diagnostics) hcl.Diagnostics {
	out := slices.Clone(diags)
	slices.SortStableFunc(out, func(a, b *hcl.Diagnostic) int { return gravity(a) - gravity(b) })
	return out
}

// gravity is higher for an error than for a warning, and for a warning than for a note.
func gravity(d *hcl.Diagnostic) int {
	return slices.Index([]string{"note", "warning", "error"}, severity(d))
}

func (a *app) formatDiagnostic(out *bytes.Buffer, d *hcl.Diagnostic, sources map[string]*source) {
	label, code := "Error", red
	switch severity(d) {
	case "warning":
		label, code = "Warning", yellow
	case "note":
		label, code = "Note", blue
	}
	fmt.Fprintf(out, "%s: %s\n\n", a.paint(a.stderr, code, label), a.paint(a.stderr, bold, visible(d.Summary)))
	if at := d.Subject; at != nil {
		in, src := "", sources[at.Filename]
		if src != nil {
			if context := src.context(at.Filename, at.Start.Byte); context != "" {
				in = ", in " + visible(context)
			}
		}
		fmt.Fprintf(out, "  on %s line %d, column %d%s:\n", named(at.Filename), at.Start.Line, at.Start.Column, in)
		if src != nil {
			a.snippet(out, at, src)
		}
		for _, v := range values(d) {
			fmt.Fprintf(out, "    %s %s %s\n", a.paint(a.stderr, dim, "├"), visible(v.Traversal), visible(v.Statement))
		}
		out.WriteByte('\n')
	}
	columns := width(a.stderr)
	if columns == 0 {
		columns = 100
	}
	for _, paragraph := range strings.Split(strings.TrimRight(d.Detail, "\n"), "\n") {
		if strings.HasPrefix(paragraph, " ") {
			out.WriteString(visible(paragraph) + "\n") // an example, ready to copy
			continue
		}
		for _, l := range wrap(visible(paragraph), min(columns, 140)) {
			out.WriteString(l + "\n")
		}
	}
	if reason, ok := rule.WaiverReason(d); ok {
		fmt.Fprintf(out, "\nWaived: %s\n", visible(reason))
	}
	if id := rule.ID(d); id != "" {
		line := fmt.Sprintf("Rule %s: `k8splan explain %s`", id, id)
		if utf8.RuneCountInString(line) > columns {
			line = strings.Replace(line, ": ", ":\n", 1) // the command stays on one line
		}
		line = a.paint(a.stderr, dim, line)
		fmt.Fprintf(out, "\n%s\n", strings.Replace(line, id, a.hyperlink(a.stderr, id, rulePage(id)), 1))
	}
	out.WriteByte('\n')
}

// snippet writes the lines of a range, and marks the range: underlined if there is color.
func (a *app) snippet(out *bytes.Buffer, at *hcl.Range, src *source) {
	last := min(at.End.Line, len(src.lines))
	for n := at.Start.Line; n <= last; n++ {
		if n-at.Start.Line == mostLines {
			fmt.Fprintf(out, "        … %s\n", spelling.Quantity(last-n+1, "more line", "more lines"))
			return
		}
		text, begin := src.line(n), 0
		end := len(text)
		if n == at.Start.Line {
			begin = min(at.Start.Byte-src.lines[n-1], end)
		}
		if n == at.End.Line {
			end = min(at.End.Byte-src.lines[n-1], end)
		}
		if begin < 0 || begin > end {
			begin, end = 0, 0
		}
		before, middle, after := shorten(text, begin, end)
		fmt.Fprintf(out, "%4d: %s%s%s\n", n, visible(before), a.paint(a.stderr, marked, visible(middle)), visible(after))
		if at.Start.Line == at.End.Line && !a.color(a.stderr) {
			carets(out, visible(before), visible(middle))
		}
	}
}

// carets marks the columns of a range on the following line. Tabs stay tabs, so that the marks align.
func carets(out *bytes.Buffer, before, middle string) {
	fmt.Fprintf(out, "      %s%s\n", widened(before), strings.Repeat("^", max(1, runewidth.StringWidth(middle))))
}

// widened returns a blank for each column of a text, and its tabs.
func widened(s string) string {
	var out strings.Builder
	for _, r := range s {
		if r == '\t' {
			out.WriteByte('\t')
			continue
		}
		out.WriteString(strings.Repeat(" ", runewidth.RuneWidth(r)))
	}
	return out.String()
}

// shorten truncates a line that no terminal shows whole to the part around the mark.
func shorten(text string, begin, end int) (before, middle, after string) {
	const most = 160
	before, middle, after = text[:begin], text[begin:end], text[end:]
	if len(text) <= most {
		return before, middle, after
	}
	if len(middle) > most/2 {
		middle = cutRunes(middle, most/2) + "…"
	}
	if len(before) > most/4 {
		from := len(before) - most/4
		for from < len(before) && !utf8.RuneStart(before[from]) {
			from++
		}
		before = "…" + before[from:]
	}
	if len(after) > most/4 {
		after = cutRunes(after, most/4) + "…"
	}
	return before, middle, after
}

func cutRunes(s string, n int) string {
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// visible replaces characters that would move the cursor or change the color of a terminal: a topology file may be untrusted.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || unicode.IsGraphic(r) {
			return r
		}
		return unicode.ReplacementChar
	}, s)
}

// named returns a file's name on one line, whatever it contains: a program that reads a log may take the beginning of a line for a command.
func named(file string) string {
	return visible(strings.NewReplacer("\n", `\n`, "\r", `\r`).Replace(file))
}

// wrap breaks a text at spaces. A command in backquotes stays on one line if it fits there.
func wrap(text string, columns int) []string {
	var lines []string
	line := ""
	for _, word := range unbroken(strings.Split(text, " "), columns) {
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) <= columns:
			line += " " + word
		default:
			lines, line = append(lines, line), word
		}
	}
	return append(lines, line)
}

// unbroken joins the words of each command in backquotes that fits into the columns.
func unbroken(words []string, columns int) []string {
	var out []string
	for i := 0; i < len(words); i++ {
		if strings.Count(words[i], "`") == 1 {
			if n := slices.IndexFunc(words[i+1:], func(w string) bool { return strings.Contains(w, "`") }) + 2; n > 1 {
				if command := strings.Join(words[i:i+n], " "); utf8.RuneCountInString(command) <= columns {
					out, i = append(out, command), i+n-1
					continue
				}
			}
		}
		out = append(out, words[i])
	}
	return out
}

// hang wraps text after a label. If the label leaves no room, the text starts on the next line.
func hang(label, text string, columns int) string {
	const least, indent = 24, 6 // columns
	taken := utf8.RuneCountInString(label)
	if columns-taken < least && taken > indent && strings.TrimSpace(label) != "" {
		return strings.TrimRight(label, " ") + "\n" + hang(strings.Repeat(" ", indent), text, columns)
	}
	var out strings.Builder
	for _, line := range wrap(text, max(least, columns-taken)) {
		out.WriteString(label + line + "\n")
		label = strings.Repeat(" ", taken)
	}
	return out.String()
}

// value is a value that an expression read, in Terraform's format.
type value struct {
	Traversal string `json:"traversal"`
	Statement string `json:"statement"`
}

// values lists what a diagnostic's expression read. It is never nil.
func values(d *hcl.Diagnostic) []value {
	out := []value{}
	if d.Expression == nil || d.EvalContext == nil {
		return out
	}
	seen := map[string]bool{}
	for _, t := range d.Expression.Variables() {
		v, diags := t.TraverseAbs(d.EvalContext)
		name := traversal(t)
		if diags.HasErrors() || seen[name] {
			continue
		}
		seen[name] = true
		out = append(out, value{name, statement(v)})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Traversal < out[j].Traversal })
	return out
}

func traversal(t hcl.Traversal) string {
	var b strings.Builder
	for _, step := range t {
		switch s := step.(type) {
		case hcl.TraverseRoot:
			b.WriteString(s.Name)
		case hcl.TraverseAttr:
			b.WriteString("." + s.Name)
		case hcl.TraverseIndex:
			b.WriteString("[…]")
			if s.Key.IsKnown() && !s.Key.IsNull() {
				switch s.Key.Type() {
				case cty.String:
					return strings.TrimSuffix(b.String(), "[…]") + fmt.Sprintf("[%q]", s.Key.AsString())
				case cty.Number:
					return strings.TrimSuffix(b.String(), "[…]") + "[" + s.Key.AsBigFloat().Text('f', -1) + "]"
				}
			}
		}
	}
	return b.String()
}

func statement(v cty.Value) string {
	v, marks := v.Unmark()
	switch t := v.Type(); {
	case len(marks) > 0:
		return "has a sensitive value"
	case !v.IsKnown():
		return "is not known"
	case v.IsNull():
		return "is null"
	case t == cty.String:
		return fmt.Sprintf("is %q", v.AsString())
	case t == cty.Number:
		return "is " + v.AsBigFloat().Text('f', -1)
	case t == cty.Bool:
		return fmt.Sprintf("is %t", v.True())
	case t.IsObjectType() || t.IsMapType():
		return "is " + t.FriendlyName() + " with " + spelling.Quantity(v.LengthInt(), "attribute", "attributes")
	case v.CanIterateElements():
		return "is " + t.FriendlyName() + " with " + spelling.Quantity(v.LengthInt(), "element", "elements")
	default:
		return "is " + t.FriendlyName()
	}
}
