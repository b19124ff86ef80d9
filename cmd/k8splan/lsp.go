package main

import (
	"context"
	"io"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/zclconf/go-cty/cty"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/lsp"
)

// editDelay is how long the user must stop typing before the file is checked: a pause between words, not between letters.
const editDelay = 150 * time.Millisecond

func (a *app) lspCommand() *cobra.Command {
	var topology topologyFlags
	var stdio bool
	cmd := &cobra.Command{
		Use:   "lsp",
		Short: "Run the language server: findings, fixes, completion, documentation, formatting",
		Long: `Serve the Language Server Protocol over stdin and stdout. An editor starts this command. docs/editors.md has the
settings for VS Code, Neovim, and Helix.`,
		Args: count(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			values, err := a.given(&topology, "the command line")
			if err != nil {
				return err
			}
			err = lsp.Serve(context.Background(), stream{a.stdin, a.stdout}, lsp.Options{
				Version: release(), Rules: planner.Catalog(), RulePage: rulePage, Values: func() map[string]cty.Value { return values },
				Facts: a.facts, Delay: editDelay,
				Folder: func(topology string) fs.FS { return folder(filepath.FromSlash(topology)) },
				Today: func() time.Time {
					day, _ := topology.date() // validated above
					return day
				},
			})
			if err != nil {
				return hinted{err, "an editor starts this command; docs/editors.md says how"}
			}
			return nil
		},
	}
	topology.add(cmd)
	cmd.Flags().BoolVar(&stdio, "stdio", true, "accepted and ignored, for editors that pass it")
	if err := cmd.Flags().MarkHidden("stdio"); err != nil {
		panic(err)
	}
	return cmd
}

// stream combines stdin and stdout. There is nothing to close: the process ends.
type stream struct {
	io.Reader
	io.Writer
}

func (stream) Close() error { return nil }
