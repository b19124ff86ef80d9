package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

func (a *app) completionCommand() *cobra.Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print a completion script for bash, zsh, fish, or powershell",
		Long: `Print a completion script for your shell. To install it for new shells:

  bash        k8splan completion bash > ~/.local/share/bash-completion/completions/k8splan
  zsh         k8splan completion zsh > "${fpath[1]}/_k8splan"
  fish        k8splan completion fish > ~/.config/fish/completions/k8splan.fish
  powershell  k8splan completion powershell | Out-String | Invoke-Expression`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{hinted{errors.New("SHELL is missing"), "there are " + strings.Join(shells, ", ")}}
			}
			return count(1, 1, "SHELL")(cmd, args)
		},
		ValidArgs: shells,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch root := cmd.Root(); args[0] {
			case "bash":
				return root.GenBashCompletionV2(a.stdout, true)
			case "zsh":
				return root.GenZshCompletion(a.stdout)
			case "fish":
				return root.GenFishCompletion(a.stdout, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(a.stdout)
			}
			return usageError{hinted{fmt.Errorf("no completion for %q", args[0]),
				near(args[0], shells, "there are "+strings.Join(shells, ", "))}}
		},
	}
}
