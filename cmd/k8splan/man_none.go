//go:build !man

package main

import "github.com/spf13/cobra"

// releaseCommands are those of man.go, which the program that ships has not.
func (a *app) releaseCommands() []*cobra.Command { return nil }
