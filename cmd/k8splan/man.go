//go:build man

package main

import (
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// releaseCommands are only in the build that writes the manual pages: their renderer is not part of the shipped program.
func (a *app) releaseCommands() []*cobra.Command {
	return []*cobra.Command{{
		Use:    "man DIR",
		Hidden: true,
		Args:   count(1, 1, "DIR"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return err
			}
			root := cmd.Root()
			root.DisableAutoGenTag = true // it contains the build date
			for _, c := range append(root.Commands(), root) {
				c.Long = manText(c.Long)
			}
			return doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "k8splan " + release(), Manual: "k8splan"}, args[0])
		},
	}}
}

// manText converts a help text to Markdown: indented text is shown verbatim.
func manText(help string) string {
	var out strings.Builder
	inside := false
	for line := range strings.Lines(help) {
		indented := strings.HasPrefix(line, "  ")
		if indented {
			if !inside {
				out.WriteByte('\n')
			}
			out.WriteString("  ")
		} else if inside {
			out.WriteByte('\n')
		}
		inside = indented
		out.WriteString(line)
	}
	return out.String()
}
