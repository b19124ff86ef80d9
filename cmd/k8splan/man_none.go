//go:build !man

package main

import "github.com/spf13/cobra"

// releaseCommands are those of man.go, which the shipped program lacks.
func (a *app) releaseCommands() []*cobra.Command { return nil }
