package report

import (
	"fmt"
	"strings"
	"unicode"
)

// Mermaid encodes a graph for Mermaid, which GitHub and GitLab render in Markdown. Source: https://mermaid.js.org/syntax/flowchart.html
func Mermaid(g Graph) string {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	mermaidItems(&b, g.Items, "  ")
	for _, e := range g.Edges {
		arrow := "-->"
		if e.Both {
			arrow = "---"
		}
		if e.Label != "" {
			arrow += `|"` + mermaidText(e.Label) + `"|`
		}
		fmt.Fprintf(&b, "  %s %s %s\n", e.From, arrow, e.To)
	}
	return b.String()
}

// mermaidShapes are the brackets of each shape.
var mermaidShapes = map[Shape][2]string{
	Plain: {"[", "]"}, People: {"([", "])"}, Way: {"{{", "}}"}, Data: {"[(", ")]"}, Gate: {"{", "}"}, Range: {"[/", "/]"},
}

func mermaidItems(b *strings.Builder, items []Item, indent string) {
	for _, i := range items {
		lines := make([]string, len(i.Lines))
		for k, line := range i.Lines {
			lines[k] = mermaidText(line)
		}
		label := strings.Join(lines, "<br/>")
		if i.Items == nil {
			shape := mermaidShapes[i.Shape]
			fmt.Fprintf(b, "%s%s%s\"%s\"%s\n", indent, i.ID, shape[0], label, shape[1])
			continue
		}
		fmt.Fprintf(b, "%ssubgraph %s[\"%s\"]\n", indent, i.ID, label)
		mermaidItems(b, i.Items, indent+"  ")
		fmt.Fprintf(b, "%send\n", indent)
	}
}

// mermaidText escapes characters that could be markup, a directive, or the end of the text as numeric entities. Source:
// https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters
func mermaidText(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case unicode.IsControl(r):
			b.WriteByte(' ')
		case unicode.IsLetter(r), unicode.IsDigit(r), strings.ContainsRune(" -.,:/()…", r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "#%d;", r)
		}
	}
	return b.String()
}

// Dot encodes a graph for Graphviz. Source: https://graphviz.org/doc/info/lang.html
func Dot(g Graph) string {
	var b strings.Builder
	fmt.Fprintf(&b, "digraph {\n  label=%s\n  labelloc=t\n  rankdir=LR\n  compound=true\n", dotText(g.Title))
	b.WriteString("  fontname=\"sans-serif\"\n  node [shape=box fontname=\"sans-serif\" fontsize=11]\n")
	b.WriteString("  edge [fontname=\"sans-serif\" fontsize=9 color=\"#667788\"]\n")
	dotItems(&b, g.Items, "  ")
	for _, e := range g.Edges {
		var attributes []string
		if e.Label != "" {
			attributes = append(attributes, "label="+dotText(e.Label))
		}
		if e.Both {
			attributes = append(attributes, "dir=none")
		}
		suffix := ""
		if len(attributes) > 0 {
			suffix = " [" + strings.Join(attributes, " ") + "]"
		}
		fmt.Fprintf(&b, "  %s -> %s%s\n", e.From, e.To, suffix)
	}
	b.WriteString("}\n")
	return b.String()
}

// dotShapes are Graphviz's shape names. Source: https://graphviz.org/doc/info/shapes.html
var dotShapes = map[Shape]string{Plain: "box", People: "oval", Way: "hexagon", Data: "cylinder", Gate: "diamond", Range: "parallelogram"}

func dotItems(b *strings.Builder, items []Item, indent string) {
	for _, i := range items {
		if i.Items == nil {
			shape := ""
			if i.Shape != Plain {
				shape = " shape=" + dotShapes[i.Shape]
			}
			fmt.Fprintf(b, "%s%s [label=%s%s]\n", indent, i.ID, dotText(i.Lines...), shape)
			continue
		}
		fmt.Fprintf(b, "%ssubgraph cluster_%s {\n%s  label=%s\n", indent, i.ID, indent, dotText(i.Lines...))
		dotItems(b, i.Items, indent+"  ")
		fmt.Fprintf(b, "%s}\n", indent)
	}
}

// dotText quotes lines. Graphviz also expands HTML entities inside quotes.
func dotText(lines ...string) string {
	quote := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "&", "&amp;", "<", "&lt;", ">", "&gt;")
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = quote.Replace(printable(line))
	}
	return `"` + strings.Join(out, `\n`) + `"`
}

// D2 encodes a graph for D2. Source: https://d2lang.com/tour/intro/
func D2(g Graph) string {
	var b strings.Builder
	fmt.Fprintf(&b, "direction: right\ntitle: %s {\n  near: top-center\n  shape: text\n}\n", d2Text(g.Title))
	paths := map[string]string{}
	d2Items(&b, g.Items, "", "", paths)
	for _, e := range g.Edges {
		arrow := "->"
		if e.Both {
			arrow = "--"
		}
		fmt.Fprintf(&b, "%s %s %s", paths[e.From], arrow, paths[e.To])
		if e.Label != "" {
			b.WriteString(": " + d2Text(e.Label))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// d2Shapes are D2's shape names. Source: https://d2lang.com/tour/shapes/
var d2Shapes = map[Shape]string{
	Plain: "rectangle", People: "oval", Way: "hexagon", Data: "cylinder", Gate: "diamond", Range: "parallelogram",
}

func d2Items(b *strings.Builder, items []Item, indent, within string, paths map[string]string) {
	for _, i := range items {
		paths[i.ID] = within + i.ID
		fmt.Fprintf(b, "%s%s: %s", indent, i.ID, d2Text(i.Lines...))
		switch {
		case i.Items != nil:
			b.WriteString(" {\n")
			d2Items(b, i.Items, indent+"  ", within+i.ID+".", paths)
			b.WriteString(indent + "}")
		case i.Shape != Plain:
			fmt.Fprintf(b, " {shape: %s}", d2Shapes[i.Shape])
		}
		b.WriteByte('\n')
	}
}

// d2Text quotes lines. A dollar sign would begin a substitution.
func d2Text(lines ...string) string {
	quote := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`)
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = quote.Replace(printable(line))
	}
	return `"` + strings.Join(out, `\n`) + `"`
}

// printable returns a text on one line, without invisible characters.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return ' '
		}
		return r
	}, s)
}
