package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"
	"github.com/zclconf/go-cty/cty"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/spelling"
)

// defaultFile is read if no FILE is given.
const defaultFile = "topology.hcl"

// stdinName is the name of standard input in diagnostics.
const stdinName = "<stdin>"

// topologyFlags are the flags of every command that reads a topology.
type topologyFlags struct {
	vars  []variable // in command-line order: the last one wins
	today string
	kept  plan.Version // the version that the cluster was built with, if known; see plan.Table.Keep
}

// variable is the value of a variable, or a file of values.
type variable struct {
	file  string
	name  string
	value cty.Value
}

// variableFlag is -var or -var-file.
type variableFlag struct {
	flags *topologyFlags
	file  bool
}

func (f variableFlag) String() string { return "" }
func (f variableFlag) Type() string {
	if f.file {
		return "FILE"
	}
	return "NAME=VALUE"
}
func (f variableFlag) Set(s string) error {
	if f.file {
		f.flags.vars = append(f.flags.vars, variable{file: s})
		return nil
	}
	name, value, diags := spec.ParseVar(s)
	if diags.HasErrors() {
		return errors.New("want NAME=VALUE; a name is made of letters, digits, _, and -, and begins with a letter or _")
	}
	f.flags.vars = append(f.flags.vars, variable{name: name, value: value})
	return nil
}

func (t *topologyFlags) add(cmd *cobra.Command) {
	cmd.Flags().Var(variableFlag{t, false}, "var", "set a variable; also -var; may be repeated, the last one wins")
	cmd.Flags().Var(variableFlag{t, true}, "var-file", "read variables from a file, NAME = VALUE on each line; also -var-file")
	cmd.Flags().StringVar(&t.today, "today", "", "use `YYYY-MM-DD` as today's date, for the end of support and of waivers")
}

// date returns the date with which the expiry of waivers is compared.
func (t *topologyFlags) date() (time.Time, error) {
	if t.today == "" {
		return time.Now().UTC().Truncate(24 * time.Hour), nil
	}
	day, err := time.Parse(time.DateOnly, t.today)
	if err != nil {
		return day, usagef("--today %q is not a date: write it as 2026-11-30", t.today)
	}
	return day, nil
}

// opened is the result of reading one topology file.
type opened struct {
	name    string
	project *planner.Project // nil iff the diagnostics hold an error
	diags   hcl.Diagnostics
	sources map[string][]byte // what the diagnostics point into
	today   time.Time         // with which the expiry of waivers was compared
}

// open runs the pipeline as far as it goes. An error is an I/O or usage error; mistakes in the topology are in the diagnostics.
func (a *app) open(args []string, flags *topologyFlags) (*opened, error) {
	name := defaultFile
	if len(args) > 0 {
		name = args[0]
	}
	today, err := flags.date()
	if err != nil {
		return nil, err
	}
	src, err := a.read(name)
	if err != nil {
		return nil, err
	}
	if name == "-" {
		name = stdinName
	}
	o := &opened{name: name, sources: map[string][]byte{}, today: today}
	values, err := flags.valuesFrom(o, readFile)
	if err != nil {
		return nil, err
	}
	o.sources[name] = src
	if o.diags.HasErrors() {
		return o, nil
	}
	var diags hcl.Diagnostics
	o.project, diags = planner.OpenBeside(name, src, values, today, a.facts.Keep(flags.kept), folder(name))
	o.diags = append(o.diags, diags...)
	return o, nil
}

// folder is a topology's directory: nothing outside it can be opened, not even through symbolic links. nil if it has none.
func folder(name string) fs.FS {
	if name == stdinName {
		return nil
	}
	root, err := os.OpenRoot(filepath.Dir(name))
	if err != nil {
		return nil // opening the topology would have reported it
	}
	return root.FS()
}

// given reads the flags for a program that keeps running: the values of variables, and a valid date. Mistakes are printed under name.
func (a *app) given(t *topologyFlags, name string) (map[string]cty.Value, error) {
	if _, err := t.date(); err != nil {
		return nil, err
	}
	o := &opened{name: name, sources: map[string][]byte{}}
	values, err := t.valuesFrom(o, readFile)
	if err == nil && o.diags.HasErrors() {
		a.printDiagnostics(o)
		err = errReported
	}
	return values, err
}

// valuesFrom reads the flags' values of variables, in order, and the files of values with read. Mistakes are added to the diagnostics.
func (t *topologyFlags) valuesFrom(o *opened, read func(string) ([]byte, error)) (map[string]cty.Value, error) {
	values := map[string]cty.Value{}
	for _, v := range t.vars {
		if v.name != "" {
			values[v.name] = v.value
			continue
		}
		text, err := read(v.file)
		if err != nil {
			return nil, err
		}
		more, diags := spec.ParseVarFile(v.file, text)
		o.diags = append(o.diags, diags...)
		o.sources[v.file] = text
		maps.Copy(values, more)
	}
	return values, nil
}

// read returns the contents of a topology file, or of standard input for "-".
func (a *app) read(name string) ([]byte, error) {
	if name == "-" {
		return bounded(a.stdin)
	}
	src, err := readFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, hinted{err, missingHint(name)}
	}
	return src, err
}

// missingHint says what to write for a file that does not exist: the topologies in its directory, if there are any.
func missingHint(name string) string {
	files, _ := filepath.Glob(filepath.Join(filepath.Dir(name), "*.hcl"))
	files = slices.DeleteFunc(files, func(file string) bool { return !isTopology(file) })
	for i, file := range files {
		files[i] = named(file)
	}
	switch {
	case len(files) > 0:
		return "name a file that exists: " + spelling.Few(files, 5)
	case name == defaultFile:
		return "write one with `k8splan init TYPE -o topology.hcl`, or name the file"
	}
	return "write one with `k8splan init TYPE -o " + shellWord(named(name)) + "`"
}

func readFile(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		err := fmt.Errorf("%s is a directory, not a topology file", name)
		if inside := filepath.Join(name, defaultFile); exists(inside) {
			return nil, hinted{err, fmt.Sprintf("write %s, or go there with -C %s", inside, name)}
		}
		return nil, err
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return bounded(f)
}

// bounded reads no more of a file than the loader needs to report that it is too large.
func bounded(r io.Reader) ([]byte, error) { return io.ReadAll(io.LimitReader(r, spec.MaxBytes+1)) }

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// project opens a topology for a command that requires it to be free of errors. It only prints the number of warnings: validate lists them.
func (a *app) project(args []string, flags *topologyFlags) (*opened, error) {
	o, err := a.open(args, flags)
	if err != nil {
		return nil, err
	}
	if o.project == nil {
		// Other diagnostics would push the errors off the screen.
		graver := *o
		graver.diags = slices.DeleteFunc(slices.Clone(o.diags), func(d *hcl.Diagnostic) bool { return severity(d) != "error" })
		a.printDiagnostics(&graver)
		a.complain(errors.New(named(o.name) + ": " + tally(o.diags)))
		return nil, errReported
	}
	if _, warnings, _ := counts(o.diags); warnings > 0 {
		which := "them"
		if warnings == 1 {
			which = "it"
		}
		a.note("%s: `%s` shows %s", plural(warnings, "warning"), a.command(o, "validate", flags), which)
	}
	return o, nil
}

// plural formats a number and its noun.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
