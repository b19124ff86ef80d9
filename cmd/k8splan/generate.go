package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/change"
	"github.com/k8splan/k8splan/planner/describe"
	"github.com/k8splan/k8splan/planner/render"
)

func (a *app) generateCommand() *cobra.Command {
	var (
		dir                string
		check, diff, force bool
		rebuild            bool
		removed            []string
		topology           topologyFlags
	)
	cmd := &cobra.Command{
		Use:   "generate [FILE] --out DIR",
		Short: "Write the tree that builds the cluster",
		Long: `Write the tree that builds the cluster into DIR: configurations, playbook, and runbook. Either the whole tree is written
or nothing, even if the process is killed. SHA256SUMS lists the files that k8splan wrote. The next run replaces these, removes those
that are no longer needed, and touches nothing else. If one of them was edited, generate stops before writing anything.

If DIR already has a tree, generate first shows what the edit does to the running cluster, like ` + "`k8splan diff DIR`" + `. If that is
refused, nothing is written, unless --rebuild says that the cluster will be rebuilt. A tree of another cluster is never overwritten, and a
directory with other files only with --force.

Hosts that are no longer in the design stay in the inventory, in the group "leaving", because the cluster may still have them.
remove-host.yml takes a host out of the cluster, and generate --removed HOST then takes it out of the tree.

With --check or --diff nothing is written, and the exit code is 1 if DIR differs from what would be written.`,
		Args: count(0, 1, "FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if dir == "" {
				return usageError{hinted{errors.New("--out DIR is missing"), "usage: " + cmd.UseLine()}}
			}
			if force && (check || diff) {
				return usagef("--force cannot be used with --check or --diff, which write nothing")
			}
			if recovered, err := artifact.Recover(dir); err != nil {
				return err
			} else if recovered {
				a.note("%s: completed an interrupted write", dir)
			}
			if old, err := treeRecord(dir); err == nil { // problems with it are reported later
				topology.keep(old)
			}
			o, err := a.project(args, &topology)
			if err != nil {
				return err
			}
			if why, way := o.project.Refuses(); why != "" {
				return hinted{fmt.Errorf("%s: %s", named(o.name), why), way}
			}
			a.newerPatch(o)
			if err := mayHold(dir, force || check || diff); err != nil {
				return err
			}
			edit, err := a.edit(o, dir)
			if err != nil {
				return err
			}
			leaving, err := leavingHosts(edit, removed, rebuild)
			if err != nil {
				return err
			}
			if !check && !diff {
				if err := a.announce(edit, dir, rebuild); err != nil {
					return err
				}
			}
			set, err := render.Tree(o.project, release(), leaving...)
			if err != nil {
				return err
			}
			if diff && edit != nil {
				a.comment(edit)
			}
			if check || diff {
				return a.compare(set, dir, diff, o.project.Redact)
			}
			if err := a.write(set, dir, force); err != nil {
				return err
			}
			a.toBuild(o, edit, dir, rebuild)
			a.remind(edit, leaving)
			return nil
		},
	}
	cmd.Flags().StringVar(&dir, "out", "", "write the tree to `DIR`, which is created if necessary")
	cmd.Flags().BoolVar(&check, "check", false, "write nothing, list files that differ")
	cmd.Flags().BoolVar(&diff, "diff", false, "write nothing, show differences as a unified diff")
	cmd.Flags().BoolVar(&force, "force", false, "rename files that are in the way to FILE.orig-N instead of stopping")
	cmd.Flags().BoolVar(&rebuild, "rebuild", false, "accept a change that a running cluster cannot take, because it will be rebuilt")
	cmd.Flags().StringSliceVar(&removed, "removed", nil, "a `HOST` that remove-host.yml took out of the cluster; "+
		"may be repeated; --removed=* for all")
	topology.add(cmd)
	return cmd
}

// leavingHosts returns the hosts that stay in the inventory although the design no longer has them. A rebuilt cluster has none.
func leavingHosts(edit *change.Report, removed []string, rebuild bool) ([]*change.Node, error) {
	if edit == nil || rebuild && edit.Verdict == change.Refused {
		return nil, nil
	}
	all := change.Leaving(edit.Old, edit.New, nil)
	if slices.Contains(removed, "*") {
		return nil, nil
	}
	for _, name := range removed {
		if !slices.ContainsFunc(all, func(n *change.Node) bool { return n.Name == name }) {
			return nil, hinted{fmt.Errorf("--removed %s: the tree has no such host in the group \"leaving\"", name),
				"a host is leaving once the topology no longer has it; inventory.yaml lists these hosts"}
		}
	}
	return change.Leaving(edit.Old, edit.New, removed), nil
}

// remind prints what is left to do with leaving hosts.
func (a *app) remind(edit *change.Report, leaving []*change.Node) {
	if edit == nil {
		return
	}
	for i, command := range edit.Removals(leaving) {
		a.note("%[1]s is leaving: `%[2]s` takes it out of the cluster; then generate with --removed %[1]s", leaving[i].Name, command)
	}
}

// mayHold refuses a directory that is surely a mistake.
func mayHold(dir string, force bool) error {
	if force {
		return nil
	}
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if filepath.Dir(absolute) == absolute {
		return hinted{fmt.Errorf("%s is the root of the file system", dir),
			"name another directory for the tree, or write there with --force"}
	}
	holds, err := artifact.Holds(dir)
	if err != nil {
		return err
	}
	if holds == artifact.Others {
		return hinted{
			fmt.Errorf("%s has files but no tree of k8splan; nothing was written", dir),
			"name an empty or new directory; --force writes there, and renames files that are in the way",
		}
	}
	return nil
}

// edit compares a design with the one that the tree in dir was generated from; nil if there is none, or it was written by a release without
// plan.json.
func (a *app) edit(o *opened, dir string) (*change.Report, error) {
	old, err := treeRecord(dir)
	if errors.Is(err, errEdited) {
		a.note("%s: the design that it was generated from is unknown", err)
		return nil, nil
	}
	if err != nil || old == nil {
		return nil, err
	}
	p := o.project.Plan()
	if old.Cluster != p.Cluster.Name {
		return nil, hinted{
			fmt.Errorf("%s is the tree of cluster %q, but %s defines %q", dir, old.Cluster, o.name, p.Cluster.Name),
			"name another directory; a cluster cannot be renamed",
		}
	}
	return change.BetweenWith(old, change.Of(p, release()), a.facts), nil
}

// announce prints what an edit does to the cluster built from the tree, and refuses edits that are impossible, or need another tree first.
func (a *app) announce(edit *change.Report, dir string, rebuild bool) error {
	if edit == nil || len(edit.Changes) == 0 {
		return nil
	}
	style := describe.Style{Width: width(a.stderr), Color: a.color(a.stderr)}
	switch {
	case edit.Verdict == change.Refused && !rebuild:
		if err := describe.ChangePage(a.stderr, edit, style); err != nil {
			return err
		}
		return hinted{
			fmt.Errorf("the cluster built from %s cannot be changed like this; nothing was written", dir),
			"follow what the text above says; --rebuild writes the tree for a cluster that will be rebuilt",
		}
	case edit.Stop() != "" && !rebuild:
		if err := describe.ChangePage(a.stderr, edit, style); err != nil {
			return err
		}
		return hinted{
			fmt.Errorf("upgrade.yml takes a cluster up one minor at a time, and the tree in %s would be that of a later one; nothing was "+
				"written", dir),
			fmt.Sprintf("write kubernetes_version = %q, generate, and run upgrade.yml; then do the same for the next minor", edit.Stop()),
		}
	case edit.Verdict == change.Refused:
		a.note("%s now needs a rebuilt cluster: %s", dir, edit.Sentence())
	case len(edit.Steps) > 0: // the tree that recorded the cluster is about to be overwritten
		return describe.ChangePage(a.stderr, edit, style)
	default:
		describe.ChangeSummary(a.stderr, edit, style)
	}
	return nil
}

// comment writes the summary of an edit in lines that patch(1) ignores.
func (a *app) comment(edit *change.Report) {
	var text bytes.Buffer
	describe.ChangeSummary(&text, edit, a.style())
	for line := range strings.Lines(text.String()) {
		io.WriteString(a.stdout, "# "+line)
	}
}

func (a *app) write(set *artifact.Set, dir string, force bool) error {
	report, err := set.Write(dir, artifact.Options{Force: force})
	var conflict *artifact.ConflictError
	if errors.As(err, &conflict) {
		for _, name := range conflict.Edited {
			a.note("%s was edited after it was generated", path.Join(dir, name))
		}
		for _, name := range conflict.Foreign {
			a.note("%s is in the way: generate did not write it", path.Join(dir, name))
		}
		return hinted{
			fmt.Errorf("%s: %s in the way; nothing was written", dir, files(len(conflict.Edited)+len(conflict.Foreign))),
			"--diff shows the differences; --force renames the files to FILE.orig-N and continues",
		}
	}
	if err != nil {
		return err
	}
	if report.Recovered {
		a.note("%s: completed an interrupted write", dir)
	}
	for _, b := range report.Backups {
		a.note("%s was renamed to %s", path.Join(dir, b.Path), path.Join(dir, b.To))
	}
	if removed := report.Removed; len(removed) > 8 {
		a.note("%s are no longer needed and were removed, among them %s", files(len(removed)), path.Join(dir, removed[0]))
	} else {
		for _, name := range removed {
			a.note("%s is no longer needed and was removed", path.Join(dir, name))
		}
	}
	a.note("%s: %d written, %d unchanged, %d removed", dir, len(report.Written), report.Unchanged, len(report.Removed))
	return nil
}

// toBuild says how to build the tree, or how to do the first step of an edit.
func (a *app) toBuild(o *opened, edit *change.Report, dir string, rebuild bool) {
	if edit != nil && len(edit.Steps) > 0 && !rebuild {
		a.toStep(edit.Steps, filepath.ToSlash(dir))
		return
	}
	command, page := builds(o.project.Plan(), dir)
	if command == "" {
		a.next("%s has the steps that build it", page)
		return
	}
	a.nextCommand(command, page+" has the steps")
}

// toStep says how to do the first step.
func (a *app) toStep(steps []change.Step, dir string) {
	command, same := steps[0].Command(), 1
	for same < len(steps) && steps[same].Command() == command {
		same++
	}
	about := "all steps"
	switch {
	case command == "":
		a.next("step 1 is done by hand: %s, %q", path.Join(dir, "RUNBOOK.md"), steps[0].ByHand)
		return
	case same == 1 && len(steps) > 1:
		about = fmt.Sprintf("step 1 of %d", len(steps))
	case same < len(steps):
		about = fmt.Sprintf("steps 1 to %d of %d", same, len(steps))
	}
	if strings.HasPrefix(command, "ansible-playbook ") {
		command = "cd " + shellWord(path.Join(dir, "ansible")) + " && " + command
	}
	a.nextCommand(command, about)
}

// compare lists or shows differences, and fails if there are any. hide redacts secrets.
func (a *app) compare(set *artifact.Set, dir string, diff bool, hide func([]byte) []byte) error {
	changes, err := set.Diff(dir)
	if err != nil {
		return err
	}
	if diff {
		var text bytes.Buffer
		if err := artifact.Unified(&text, changes); err != nil {
			return err
		}
		for line := range strings.Lines(string(hide(text.Bytes()))) {
			io.WriteString(a.stdout, a.paint(a.stdout, diffColor(line), strings.TrimSuffix(line, "\n"))+"\n")
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

// diffColor returns git's color for a line of a unified diff.
func diffColor(line string) string {
	switch {
	case strings.HasPrefix(line, "--- "), strings.HasPrefix(line, "+++ "):
		return bold
	case strings.HasPrefix(line, "@@"):
		return cyan
	case strings.HasPrefix(line, "+"):
		return green
	case strings.HasPrefix(line, "-"):
		return plainRed
	}
	return ""
}

func files(n int) string {
	if n == 1 {
		return "1 file"
	}
	return fmt.Sprint(n, " files")
}
