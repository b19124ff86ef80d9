package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/k8splan/k8splan/planner/spec"
)

// findBlock returns the block named by a path such as "network.cni", and the argument if the last element is one.
func findBlock(path string) (*spec.Block, *spec.Argument, bool) {
	words := strings.Split(path, ".")
	block, ok := (&spec.Block{Blocks: spec.Schema}).Block(words[0])
	for i := 1; ok && i < len(words); i++ {
		if argument, found := block.Argument(words[i]); found && i == len(words)-1 {
			return block, argument, true
		}
		block, ok = block.Block(words[i])
	}
	return block, nil, ok
}

// paths lists all paths that findBlock accepts, in the language's order.
func paths(blocks []spec.Block, prefix string) []string {
	var out []string
	for i := range blocks {
		b := &blocks[i]
		out = append(out, prefix+b.Name)
		for _, a := range b.Arguments {
			out = append(out, prefix+b.Name+"."+a.Name)
		}
		out = append(out, paths(b.Blocks, prefix+b.Name+".")...)
	}
	return out
}

// explainBlock describes a block and lists its arguments and blocks.
func (a *app) explainBlock(path string, b *spec.Block) error {
	var out strings.Builder
	out.WriteString(a.paint(a.stdout, bold, path) + "\n" + a.folded("", blockLine(b)))
	if b.Example != "" {
		out.WriteString("\n" + indent(b.Example) + "\n")
	}
	if b.Each != "" {
		out.WriteString("\n" + indent(b.Each) + "\n")
	}
	longest := 0
	for _, n := range b.Arguments {
		longest = max(longest, len(n.Name))
	}
	for _, n := range b.Blocks {
		longest = max(longest, len(n.Name))
	}
	if longest > 0 {
		out.WriteString("\n" + a.paint(a.stdout, bold, "Takes") + "\n")
	}
	for _, n := range b.Arguments {
		out.WriteString(a.folded(fmt.Sprintf("  %-*s  ", longest, n.Name), documentArgument(n).sentence()))
	}
	for _, n := range b.Blocks {
		out.WriteString(a.folded(fmt.Sprintf("  %-*s  ", longest, n.Name), n.Doc+" (a block)"))
	}
	if b.Name == "target" {
		out.WriteString("\n`k8splan targets NAME` lists what the block of a target takes.\n")
	}
	_, err := io.WriteString(a.stdout, out.String())
	return err
}

// explainArgument describes an argument and how to write it.
func (a *app) explainArgument(path string, n *spec.Argument) error {
	text := a.paint(a.stdout, bold, path) + "\n" + a.folded("", documentArgument(*n).sentence())
	if n.Example != "" {
		text += "\n  " + n.Name + " = " + n.Example + "\n"
	}
	_, err := io.WriteString(a.stdout, text)
	return err
}

func documentArgument(n spec.Argument) argumentDocument {
	return argumentDocument{n.Name, string(n.Type), n.Required, n.Enum, n.Example, n.Doc}
}

// blockLine describes a block: its purpose, how often it may occur, and its label.
func blockLine(b *spec.Block) string {
	line := b.Doc
	switch {
	case b.Required:
		line += " Every topology has one."
	case b.Many:
		line += " There may be several."
	}
	if len(b.Labels) > 0 {
		line += " Its label is one of " + strings.Join(b.Labels, ", ") + "."
	} else if b.Label != "" {
		line += " Its label is the " + b.Label + "."
	}
	return line
}

func indent(text string) string { return "  " + strings.ReplaceAll(text, "\n", "\n  ") }

// languagePage returns docs/language.md.
func languagePage() []byte {
	var b bytes.Buffer
	b.WriteString("# The language of topology.hcl\n\n")
	b.WriteString("This page lists every block and argument. `k8splan explain network.pod_subnets` explains one, and " +
		"[editors](editors.md) complete them.\n")
	b.WriteString("If you leave an argument out, the planner chooses its value: `k8splan plan --why` shows it with the reason. " +
		"Values are HCL expressions:\n")
	b.WriteString("`var.NAME`, `local.NAME`, `\"${…}\"`, and the usual functions work everywhere except in `variable`. " +
		"[targets.md](targets.md) has the\narguments of each target.\n\n")
	b.WriteString("The page is generated from the loader's table: `UPDATE=1 go test ./cmd/k8splan -run TestLanguagePage`.\n")
	for i := range spec.Schema {
		writeBlock(&b, "", &spec.Schema[i])
	}
	return b.Bytes()
}

func writeBlock(b *bytes.Buffer, prefix string, block *spec.Block) {
	level := "##"
	if prefix != "" {
		level = "###"
	}
	fmt.Fprintf(b, "\n%s %s%s\n\n%s\n", level, prefix, block.Name, blockLine(block))
	if block.Example != "" {
		fmt.Fprintf(b, "\n```hcl\n%s\n```\n", block.Example)
	}
	if block.Each != "" {
		fmt.Fprintf(b, "\nWith `for_each`, one machine or pool for each key; the label stays, and names "+
			"nothing:\n\n```hcl\n%s\n```\n", block.Each)
	}
	if len(block.Arguments) > 0 {
		b.WriteString("\n| Argument | For instance | |\n|---|---|---|\n")
	}
	for _, n := range block.Arguments {
		fmt.Fprintf(b, "| `%s` | `%s` | %s |\n", n.Name, strings.ReplaceAll(n.Example, "|", `\|`),
			strings.ReplaceAll(documentArgument(n).sentence(), "|", `\|`))
	}
	for i := range block.Blocks {
		writeBlock(b, prefix+block.Name+".", &block.Blocks[i])
	}
}
