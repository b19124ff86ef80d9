package main

import (
	"errors"
	"fmt"
	"path"

	"github.com/spf13/cobra"

	"github.com/k8splan/k8splan/planner/artifact"
)

func (a *app) generateCommand() *cobra.Command {
	var (
		dir                string
		check, diff, force bool
		topology           topologyFlags
	)
	cmd := &cobra.Command{
		Use:   "generate [FILE] --out DIR",
		Short: "Write the tree that builds the cluster",
		Long: `Generate writes what the design needs into DIR: configurations, playbook, runbook. The tree appears whole or not at all, also when the
process is killed. SHA256SUMS in it lists the files that k8splan owns: generating again replaces those, removes the ones no longer
produced, and touches nothing else. A file of them that somebody changed stops it, before anything is written.

With --check or --diff nothing is written; the exit code is 1 if DIR is not what would be written now.`,
		Args: count(0, 1, "FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if dir == "" {
				return usageError{hinted{errors.New("--out DIR is missing"), "usage: " + cmd.UseLine()}}
			}
			if force && (check || diff) {
				return usagef("--force writes, --check and --diff do not: give one or the other")
			}
			if recovered, err := artifact.Recover(dir); err != nil {
				return err
			} else if recovered {
				a.note("finished the write of %s that was interrupted", dir)
			}
			o, err := a.project(args, &topology)
			if err != nil {
				return err
			}
			set, err := o.project.Render()
			if err != nil {
				return err
			}
			if check || diff {
				return a.compare(set, dir, diff)
			}
			return a.write(set, dir, force)
		},
	}
	cmd.Flags().StringVar(&dir, "out", "", "the tree's `DIR`; made where it does not exist")
	cmd.Flags().BoolVar(&check, "check", false, "write nothing, list what differs")
	cmd.Flags().BoolVar(&diff, "diff", false, "write nothing, show what differs as a unified diff")
	cmd.Flags().BoolVar(&force, "force", false, "set files aside that are in the way, as FILE.orig-N, instead of stopping")
	topology.add(cmd)
	return cmd
}

func (a *app) write(set *artifact.Set, dir string, force bool) error {
	report, err := set.Write(dir, artifact.Options{Force: force})
	var conflict *artifact.ConflictError
	if errors.As(err, &conflict) {
		for _, name := range conflict.Edited {
			a.note("%s was changed since it was generated", path.Join(dir, name))
		}
		for _, name := range conflict.Foreign {
			a.note("%s is in the way and was not generated", path.Join(dir, name))
		}
		return hinted{
			fmt.Errorf("%s: %s in the way, nothing was written", dir, files(len(conflict.Edited)+len(conflict.Foreign))),
			"--diff shows the differences; --force sets the files aside as FILE.orig-N and goes on",
		}
	}
	if err != nil {
		return err
	}
	if report.Recovered {
		a.note("finished the write of %s that was interrupted", dir)
	}
	for _, b := range report.Backups {
		a.note("%s was set aside as %s", path.Join(dir, b.Path), path.Join(dir, b.To))
	}
	for _, name := range report.Removed {
		a.note("%s is no longer needed and was removed", path.Join(dir, name))
	}
	a.note("%s: %d written, %d unchanged, %d removed", dir, len(report.Written), report.Unchanged, len(report.Removed))
	return nil
}

// compare lists or shows what differs, and fails where something does.
func (a *app) compare(set *artifact.Set, dir string, diff bool) error {
	changes, err := set.Diff(dir)
	if err != nil {
		return err
	}
	if diff {
		if err := artifact.Unified(a.stdout, changes); err != nil {
			return err
		}
	} else {
		for _, c := range changes {
			fmt.Fprintf(a.stdout, "%-8s %s\n", c.Kind, c.Path)
		}
	}
	if len(changes) > 0 {
		a.note("%s: %s would change", dir, files(len(changes)))
		return errReported
	}
	return nil
}

func files(n int) string {
	if n == 1 {
		return "1 file"
	}
	return fmt.Sprint(n, " files")
}
