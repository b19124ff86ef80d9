package main

import (
	"io"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
)

// help prints what a command is for and how it is used, as wide as the terminal.
func (a *app) help(cmd *cobra.Command, _ []string) {
	io.WriteString(a.stdout, fill(cmd.Long+"\n\n"+cmd.UsageString(), a.columns()))
}

// row is a line of a table: a label, and behind a gap what it means.
var row = regexp.MustCompile(`^( +\S.*?  +)(\S.*)$`)

// fill wraps the text of a help: lines without indentation are a paragraph, rows of a table hang. A command is to be copied, and stays
// as it is.
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
