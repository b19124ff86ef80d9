package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/k8splan/k8splan/planner/artifact"
)

func (a *app) validateCommand() *cobra.Command {
	out := format{"text", []string{"text", "json"}}
	var strict bool
	var topology topologyFlags
	cmd := &cobra.Command{
		Use:   "validate [FILE ...]",
		Short: "Say what is wrong with a topology, where, why, and what to write instead",
		Long: `Validate reads topology files (./topology.hcl; - is standard input) and holds every rule against them. It reads nothing else
and asks nobody: it works on a laptop without a network.

Exit code 0: no error. 1: an error, or with --strict a warning.`,
		Args: count(0, -1, "FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{defaultFile}
			}
			report := report{FormatVersion: "1.0", Valid: true, Diagnostics: []diagnostic{}}
			for _, name := range args {
				o, err := a.open([]string{name}, &topology)
				if err != nil {
					return err
				}
				before := report.Valid
				report.Valid = true
				report.add(o, strict)
				good := report.Valid
				report.Valid = report.Valid && before
				if out.value == "json" {
					continue
				}
				a.printDiagnostics(o)
				a.verdict(o, good)
			}
			if out.value == "json" {
				data, err := artifact.JSON(report)
				if err != nil {
					return err
				}
				if _, err := a.stdout.Write(data); err != nil {
					return err
				}
			}
			if !report.Valid {
				return errReported
			}
			return nil
		},
	}
	cmd.Flags().VarP(&out, "output", "o", "format of the answer")
	cmd.Flags().BoolVar(&strict, "strict", false, "let warnings fail, as errors do")
	topology.add(cmd)
	return cmd
}

// verdict closes the text on one file.
func (a *app) verdict(o *opened, good bool) {
	said := tally(o.diags)
	switch {
	case !good:
		a.complain(errors.New(o.name + ": " + said))
	case said != "":
		fmt.Fprintf(a.stdout, "%s: valid, with %s\n", o.name, said)
	default:
		fmt.Fprintf(a.stdout, "%s: valid\n", o.name)
	}
}
