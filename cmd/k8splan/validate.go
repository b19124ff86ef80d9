package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/rule"
)

func (a *app) validateCommand() *cobra.Command {
	out := format{"text", []string{"text", "json", "sarif", "junit", "github", "markdown"}}
	var strict bool
	var require requirements
	var topology topologyFlags
	cmd := &cobra.Command{
		Use:   "validate [FILE | DIR ...]",
		Short: "Check a topology: what is wrong, where, why, and how to fix it",
		Long: `Check topology files against every rule. Without an argument, check ./topology.hcl. FILE - is standard input. DIR stands
for every topology in it and below. No network is needed, and no host is contacted.

  k8splan validate --strict clusters/
  k8splan validate prod.hcl test.hcl     also compares clusters of the same site
  k8splan validate --require survive=1-node,survive=1-zone
  k8splan validate -o sarif > k8splan.sarif

docs/validate.md describes formats, exit codes, waivers, and requirements.

The exit code is 0 without errors, and 1 with an error, or with --strict a warning.`,
		Args: count(0, -1, "FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{defaultFile}
			}
			files, skipped, err := topologyFiles(args)
			if err != nil {
				return err
			}
			a.noteSkipped(skipped)
			report := validation{FormatVersion: "1.0", Valid: true, Files: []fileJSON{}, Diagnostics: []diagnostic{}}
			var all []*opened
			var read []*opened // nil for a file that cannot be read
			for _, name := range files {
				o, err := a.open([]string{name}, &topology)
				var usage usageError
				if err != nil && (out.value != "text" || errors.As(err, &usage)) {
					return err
				}
				if err != nil {
					a.complain(err) // the other files are still checked
					report.Valid = false
				}
				read = append(read, o)
			}
			together(read)
			for _, o := range read {
				if o == nil {
					continue
				}
				kept := require.judge(o)
				report.Requirements = append(report.Requirements, kept...)
				good := report.add(o, strict)
				switch out.value {
				case "text":
					a.printDiagnostics(o)
					if err := a.verdict(o, good); err != nil {
						return err
					}
					if err := a.kept(kept); err != nil {
						return err
					}
				case "json":
				default:
					all = append(all, o)
				}
			}
			var text []byte
			switch out.value {
			case "json":
				text, err = artifact.JSON(report)
			case "sarif":
				text, err = artifact.JSON(a.sarif(all))
			case "junit":
				text, err = a.junit(all, strict)
			case "markdown":
				text = []byte(a.markdown(read, strict, report.Requirements))
			case "github":
				text = []byte(a.annotations(all))
			}
			if err != nil {
				return err
			}
			if _, err := a.stdout.Write(text); err != nil {
				return err
			}
			if !report.Valid {
				return errReported
			}
			if out.value == "text" && len(read) == 1 && read[0].name != stdinName {
				a.next("`%s` shows the resolved design", a.command(read[0], "plan", &topology))
			}
			return nil
		},
	}
	cmd.Flags().VarP(&out, "output", "o", "output format")
	cmd.Flags().BoolVar(&strict, "strict", false, "treat warnings as errors")
	cmd.Flags().Var(&require, "require", "what the design must survive: survive=N-node, survive=N-zone, survive=N-power, or "+
		"survive=N-host; may be repeated")
	topology.add(cmd)
	return cmd
}

// together adds to each design the conflicts with others of the same call.
func together(read []*opened) {
	var sound []*opened
	var projects []*planner.Project
	for _, o := range read {
		if o != nil && o.project != nil {
			sound, projects = append(sound, o), append(projects, o.project)
		}
	}
	for i, found := range planner.Together(projects) {
		if len(found) > 0 {
			sound[i].diags = append(sound[i].diags, found...)
			rule.Sort(sound[i].diags)
		}
	}
}

// verdict prints the last line on a file.
func (a *app) verdict(o *opened, good bool) error {
	said := tally(o.diags)
	if !good {
		a.complain(errors.New(named(o.name) + ": " + said))
		return nil
	}
	if said != "" {
		said = ", with " + said
	}
	_, err := fmt.Fprintf(a.stdout, "%s: valid%s\n", named(o.name), said)
	return err
}
