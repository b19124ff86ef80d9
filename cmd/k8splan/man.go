//go:build man

package main

import (
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// releaseCommands are only in the build that writes the manual pages: what renders them is not a part of the program that ships.
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
			root.DisableAutoGenTag = true // it has the date of the build
			for _, c := range append(root.Commands(), root) {
				c.Long = manText(c.Long)
			}
			return doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "k8splan " + release(), Manual: "k8splan"}, args[0])
		},
	}}
}

// manText makes Markdown of a help: what is indented is to be shown as it is.
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
