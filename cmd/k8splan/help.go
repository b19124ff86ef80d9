package main

import (
	"io"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
)

// help prints a command's purpose and usage, wrapped to the terminal.
func (a *app) help(cmd *cobra.Command, _ []string) {
	io.WriteString(a.stdout, fill(cmd.Long+"\n\n"+cmd.UsageString(), a.columns()))
}

// row matches a table row: a label, a gap, and its description.
var row = regexp.MustCompile(`^( +\S.*?  +)(\S.*)$`)

// fill wraps a help text: lines without indentation are a paragraph, table rows get a hanging indent. Commands stay unchanged, so that they
// can be copied.
func fill(text string, columns int) string {
	var out strings.Builder
	var paragraph []string
	end := func() {
		if len(paragraph) > 0 {
			out.WriteString(hang("", strings.Join(paragraph, " "), columns))
		}
		paragraph = nil
	}
	for _, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		if line != "" && line[0] != ' ' {
			paragraph = append(paragraph, line)
			continue
		}
		end()
		if cells := row.FindStringSubmatch(line); cells != nil && !strings.HasPrefix(cells[2], "k8splan ") {
			out.WriteString(hang(cells[1], cells[2], columns))
		} else {
			out.WriteString(line + "\n")
		}
	}
	end()
	return out.String()
}

func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Show help for a command",
		Args:  count(0, 1, "COMMAND"),
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			if len(args) == 0 {
				return root.Help()
			}
			for _, c := range root.Commands() {
				if c.Name() == args[0] {
					c.InitDefaultHelpFlag()
					return c.Help()
				}
			}
			return unknownCommand(root, args[0])
		},
	}
}
