package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"
	"github.com/zclconf/go-cty/cty"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/change"
	"github.com/k8splan/k8splan/planner/describe"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/spec"
)

// exitChanges is the exit code for changes with --exit-code.
const exitChanges = 3

// errChanges ends the run with exit code 3.
var errChanges = errors.New("changes")

func (a *app) diffCommand() *cobra.Command {
	out := format{"text", []string{"text", "json", "markdown"}}
	var topology topologyFlags
	var revision string
	var exitCode bool
	cmd := &cobra.Command{
		Use:   "diff OLD [NEW]",
		Short: "Show what an edit does to a running cluster: in place, in steps, or not at all",
		Long: `Show what an edit does to a running cluster. OLD is the topology or the generated tree that the cluster was built from.
NEW is a topology, by default topology.hcl. With --git, OLD is NEW at a revision.

  k8splan diff out
  k8splan diff old.hcl topology.hcl
  k8splan diff --git origin/main

Each change has one of four classes. The verdict is the worst of them:

  none      nothing changes on any host
  in-place  applied while everything runs
  ordered   done in steps, with a check between them
  refused   not possible on a running cluster, or would lose data; the text says what to do instead

Each step names the playbook of the tree that carries it out, or the page of RUNBOOK.md for a step by hand. docs/change.md lists every
argument.

The exit code is 1 if something is refused or a topology is wrong. With --exit-code it is 3 if anything else changes.`,
		Args: count(0, 2, "OLD"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 && revision == "" {
				return usageError{hinted{errors.New("OLD is missing"),
					"name the tree of the cluster, as in `k8splan diff out`; also k8splan diff old.hcl, or k8splan diff --git REVISION"}}
			}
			if revision != "" && len(args) > 1 {
				return usageError{hinted{errors.New("with --git, name only NEW: OLD is the same file at the revision"),
					"k8splan diff --git REVISION [NEW]"}}
			}
			r, o, err := a.difference(args, revision, &topology)
			if err != nil {
				return err
			}
			switch out.value {
			case "json":
				err = a.document(describe.Changes(r))
			case "markdown":
				err = describe.ChangeMarkdown(a.stdout, r)
			default:
				if err = describe.ChangePage(a.stdout, r, a.style()); err == nil && revision == "" {
					a.toWrite(r, o, args[0], &topology)
				}
			}
			switch {
			case err != nil:
				return err
			case r.Verdict == change.Refused:
				return errReported
			case exitCode && len(r.Changes) > 0:
				return errChanges
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&revision, "git", "", "compare with NEW at a `REVISION`")
	cmd.Flags().BoolVar(&exitCode, "exit-code", false, "exit with 3 if anything changes")
	cmd.Flags().VarP(&out, "output", "o", "output format")
	topology.add(cmd)
	return cmd
}

// toWrite names the command that writes the tree for an edit, if OLD is a tree.
func (a *app) toWrite(r *change.Report, o *opened, old string, flags *topologyFlags) {
	info, err := os.Stat(old)
	if err != nil || !info.IsDir() || len(r.Changes) == 0 || r.Verdict == change.Refused {
		return
	}
	about := "writes the tree for this design"
	if len(r.Steps) > 0 {
		about = "it writes the tree that carries out the steps"
	}
	a.nextCommand(a.command(o, "generate --out "+shellWord(filepath.ToSlash(old)), flags), about)
}

// difference reads and compares both designs; it also returns the new one.
func (a *app) difference(args []string, revision string, flags *topologyFlags) (*change.Report, *opened, error) {
	var old *change.Record
	var err error
	if revision == "" {
		if old, err = a.recordOf(args[0], flags); err != nil {
			return nil, nil, err
		}
		flags.keep(old)
		a.otherRelease(old, args[0])
		args = args[1:]
	}
	if len(args) > 0 && args[0] == "-" && revision != "" {
		return nil, nil, usagef("--git compares files: standard input has no revision")
	}
	o, err := a.project(args, flags)
	if err != nil {
		return nil, nil, err
	}
	a.newerPatch(o)
	if revision != "" {
		if old, err = a.recordAt(revision, o.name, flags); err != nil {
			return nil, nil, err
		}
	}
	return change.BetweenWith(old, change.Of(o.project.Plan(), release()), a.facts), o, nil
}

// otherRelease reports that another release wrote a tree: defaults of its target block were not recorded.
func (a *app) otherRelease(old *change.Record, tree string) {
	if old.Release != release() {
		a.note("%s was written by k8splan %s, this is %s. Defaults of its target may differ: `k8splan generate --diff` shows each line",
			tree, old.Release, release())
	}
}

// keep pins a topology that only names a minor to the patch of an existing design. A nil record changes nothing.
func (t *topologyFlags) keep(built *change.Record) {
	if built != nil {
		t.kept, _ = plan.ParseVersion(built.Settings["cluster.kubernetes_version"].Text)
	}
}

// newerPatch reports if the minor has a newer patch than the one that the cluster was built with.
func (a *app) newerPatch(o *opened) {
	p := o.project.Plan()
	written := p.Spec.Cluster.KubernetesVersion
	if newest, ok := p.NewerPatch(); ok && written != nil && *written == p.Cluster.Version.MinorString() {
		a.note("Kubernetes stays at %s, the version of the cluster. Version %s is available: write kubernetes_version = \"%s\" to upgrade",
			p.Cluster.Version, newest, newest)
	}
}

// recordOf reads OLD: a topology, or a tree with plan.json.
func (a *app) recordOf(name string, flags *topologyFlags) (*change.Record, error) {
	info, err := os.Stat(name)
	if err == nil && info.IsDir() {
		r, err := treeRecord(name)
		if err == nil && r == nil {
			err = hinted{
				fmt.Errorf("%s has no %s, so the design behind it is unknown", name, change.FileName),
				"name the topology that it was generated from, or generate the tree again from that topology",
			}
		}
		return r, err
	}
	if errors.Is(err, fs.ErrNotExist) && name != "-" && filepath.Ext(name) != ".hcl" {
		return nil, hinted{
			fmt.Errorf("%s: no such directory", name),
			"OLD is a topology, or a tree that `k8splan generate --out DIR` wrote",
		}
	}
	src, err := a.read(name)
	if err != nil {
		return nil, err
	}
	if name == "-" {
		name = stdinName
	}
	return a.resolve(name, src, flags, readFile, folder(name))
}

// errEdited means that a record was edited.
var errEdited = errors.New("was edited after it was generated")

// treeRecord returns the record of a tree, nil if it has none.
func treeRecord(dir string) (*change.Record, error) {
	data, intact, err := artifact.Owned(dir, change.FileName)
	if err != nil || data == nil {
		return nil, err
	}
	name := filepath.Join(dir, change.FileName)
	if !intact {
		return nil, hinted{fmt.Errorf("%s was edited after it was generated", name),
			"restore it from version control: it records the design of the cluster"}
	}
	r, err := change.Decode(data)
	switch {
	case errors.Is(err, change.ErrNewer):
		return nil, hinted{fmt.Errorf("%s: %w", name, err), "update k8splan"}
	case err != nil:
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return r, nil
}

// resolve returns the record of a topology to compare with. It only uses command-line variables that the topology declares, because an edit
// may add some. read returns files of values.
func (a *app) resolve(name string, src []byte, flags *topologyFlags, read func(string) ([]byte, error),
	beside fs.FS) (*change.Record, error) {
	today, err := flags.date()
	if err != nil {
		return nil, err
	}
	o := &opened{name: name, sources: map[string][]byte{name: src}, today: today}
	values, err := flags.valuesFrom(o, read)
	if err != nil {
		return nil, err
	}
	if !o.diags.HasErrors() {
		declared, _ := spec.LoadBeside(name, src, nil, beside)
		var diags hcl.Diagnostics
		o.project, diags = planner.OpenBeside(name, src, onlyDeclared(values, declared), today, nil, beside)
		if o.project == nil { // warnings of the old design are not news
			o.diags = append(o.diags, diags...)
		}
	}
	if o.project == nil {
		a.printDiagnostics(o)
		return nil, hinted{
			fmt.Errorf("%s: %s: this release refuses the old design, so it cannot be compared", name, tally(o.diags)),
			"compare with the tree that was generated from it",
		}
	}
	return change.Of(o.project.Plan(), release()), nil
}

// onlyDeclared drops the values of variables that a topology does not declare.
func onlyDeclared(values map[string]cty.Value, declared *spec.Spec) map[string]cty.Value {
	out := map[string]cty.Value{}
	for _, v := range declared.Variables {
		if value, ok := values[v.Name]; ok {
			out[v.Name] = value
		}
	}
	return out
}

// recordAt reads a topology, and files of values, at a revision.
func (a *app) recordAt(revision, name string, flags *topologyFlags) (*change.Record, error) {
	if strings.HasPrefix(revision, "-") || strings.ContainsAny(revision, ":\n") || revision == "" {
		return nil, usagef("--git %q is not a revision", revision)
	}
	read := func(name string) ([]byte, error) { return gitShow(revision, name) }
	src, err := read(name)
	if err != nil {
		return nil, err
	}
	beside := spec.Texts(func(file string) ([]byte, error) {
		data, err := read(filepath.Join(filepath.Dir(name), filepath.FromSlash(file)))
		if err != nil {
			return nil, fs.ErrNotExist
		}
		return data, nil
	})
	return a.resolve(revision+":"+filepath.ToSlash(name), src, flags, read, beside)
}

// gitShow returns a file at a revision, using the installed git.
func gitShow(revision, name string) ([]byte, error) {
	dir, base := filepath.Split(name)
	if dir == "" {
		dir = "."
	}
	git := func(args ...string) ([]byte, string, error) {
		cmd := exec.Command("git", append([]string{"-C", dir}, args...)...)
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		err := cmd.Run()
		return stdout.Bytes(), strings.TrimSpace(stderr.String()), err
	}
	data, _, err := git("show", "--no-textconv", revision+":./"+base)
	if err == nil {
		return data, nil
	}
	if errors.Is(err, exec.ErrNotFound) {
		return nil, hinted{errors.New("git is not installed"), "compare with a copy of the old file: k8splan diff OLD NEW"}
	}
	if _, said, err := git("rev-parse", "--git-dir"); err != nil {
		return nil, hinted{fmt.Errorf("%s is not in a git repository: %s", name, said),
			"compare with a copy of the old file: k8splan diff OLD NEW"}
	}
	if _, _, err := git("rev-parse", "--verify", "--quiet", revision+"^{commit}"); err != nil {
		hint := "`git log --oneline` lists revisions"
		if shallow, _, err := git("rev-parse", "--is-shallow-repository"); err == nil && strings.TrimSpace(string(shallow)) == "true" {
			hint = "this is a shallow clone: fetch the history with `git fetch --unshallow`, in a workflow with fetch-depth: 0"
		}
		return nil, hinted{fmt.Errorf("git has no revision %q", revision), hint}
	}
	return nil, hinted{
		fmt.Errorf("%s has no file %s", revision, name),
		"it may have had another name: `git show " + revision + ":PATH > old.hcl`, then `k8splan diff old.hcl " + name + "`",
	}
}
