// Command k8splan plans Kubernetes clusters: it reads topology.hcl, checks the design, and writes everything that builds it.
//
// stdout carries only the requested output, everything else goes to stderr. Exit codes: 0 success, 1 a mistake in the topology or the tree,
// or an I/O error, 2 a usage error.
package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/k8splan/k8splan/planner/plan"
	"golang.org/x/term"
)

func main() {
	// Runs take milliseconds: collecting garbage less often saves a third of the time for a topology of 5,000 nodes, and stays below 200
	// MB.
	debug.SetGCPercent(400)
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// Exit codes.
const (
	exitDone  = 0
	exitWrong = 1
	exitUsage = 2
)

// app is one run of the command.
type app struct {
	stdin   io.Reader
	stdout  io.Writer
	stderr  io.Writer
	chdir   string
	noColor bool
	factsAt string      // file that overrides the facts
	facts   *plan.Table // Kubernetes' releases; nil means the built-in table
}

// usageError is a mistake on the command line.
type usageError struct{ error }

func (u usageError) Unwrap() error { return u.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// errReported ends the run with exit code 1 when everything has been printed.
var errReported = errors.New("reported")

// hinted is an error with advice.
type hinted struct {
	error
	hint string
}

func (h hinted) Unwrap() error { return h.error }

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{stdin: stdin, stdout: stdout, stderr: stderr}
	root := a.root()
	root.SetArgs(longFlags(args))
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return flagError(cmd, err, args) })
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.Execute()
	var usage usageError
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errReported):
		return exitWrong
	case errors.Is(err, errChanges):
		return exitChanges
	case errors.As(err, &usage):
		a.complain(err)
		return exitUsage
	}
	a.complain(err)
	return exitWrong
}

// complain prints an error, and advice if there is any.
func (a *app) complain(err error) {
	a.say(red, "k8splan: error:", plain(err))
	var h hinted
	if errors.As(err, &h) {
		a.say(blue, "k8splan: hint:", h.hint)
	}
}

// say writes a label and a text to standard error, wrapped if it is a terminal.
func (a *app) say(code, label, text string) {
	columns := width(a.stderr)
	if columns == 0 {
		columns = math.MaxInt
	}
	for i, line := range strings.Split(strings.TrimSuffix(hang(label+" ", text, columns), "\n"), "\n") {
		if i == 0 {
			line = a.paint(a.stderr, code, label) + strings.TrimPrefix(line, label)
		}
		fmt.Fprintln(a.stderr, line)
	}
}

// note prints a note to standard error.
func (a *app) note(format string, args ...any) {
	a.say("", "k8splan:", fmt.Sprintf(format, args...))
}

// plain returns an error's text without the name of the failed system call.
func plain(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) && strings.HasPrefix(err.Error(), path.Error()) {
		return fmt.Sprintf("%s: %v", path.Path, path.Err) + strings.TrimPrefix(err.Error(), path.Error())
	}
	return err.Error()
}

// longFlags adds the second dash to -var and -var-file, which Terraform users write with one.
func longFlags(args []string) []string {
	out := make([]string, len(args))
	rest := false
	for i, arg := range args {
		rest = rest || arg == "--"
		name, _, _ := strings.Cut(arg, "=")
		if !rest && (name == "-var" || name == "-var-file") {
			arg = "-" + arg
		}
		out[i] = arg
	}
	return out
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "k8splan",
		Short: "Plan a Kubernetes cluster before anything is installed",
		Long: `k8splan reads the design of a Kubernetes cluster, topology.hcl. It checks the design, shows every default, simulates
failures, and writes the files that build the cluster: kubeadm and etcd configurations, load balancers, the pod network, and an Ansible
playbook.

  k8splan init all-in-one --target vagrant -o topology.hcl
  k8splan validate
  k8splan plan
  k8splan generate --out out`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return unknownCommand(cmd, args[0])
		},
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(*cobra.Command, []string) error { return a.enter() },
	}
	root.PersistentFlags().StringVarP(&a.chdir, "chdir", "C", "", "work in `DIR`")
	root.PersistentFlags().BoolVar(&a.noColor, "no-color", false, "disable color (also: NO_COLOR=1)")
	root.PersistentFlags().StringVar(&a.factsAt, "facts", "",
		"read facts about Kubernetes releases from `FILE`, the output of `facts -o json` of a newer k8splan")
	root.AddGroup(&cobra.Group{ID: "design", Title: "Design a cluster:"}, &cobra.Group{ID: "build", Title: "Build and change it:"},
		&cobra.Group{ID: "know", Title: "Look things up:"}, &cobra.Group{ID: "tools", Title: "Tools:"})
	group(root, "design", a.initCommand(), a.validateCommand(), a.planCommand(), a.simulateCommand(), a.reportCommand(), a.graphCommand(),
		a.serveCommand(), a.fmtCommand())
	group(root, "build", a.generateCommand(), a.diffCommand(), a.upgradePathCommand())
	group(root, "know", a.explainCommand(), a.targetsCommand(), a.factsCommand())
	group(root, "tools", a.lspCommand(), a.completionCommand(), a.versionCommand())
	group(root, "tools", a.releaseCommands()...)
	cobra.EnableCommandSorting = false
	help := helpCommand()
	help.GroupID = "tools"
	root.SetHelpCommand(help)
	root.SetHelpFunc(a.help)
	root.SetUsageTemplate(strings.Replace(root.UsageTemplate(), ".NamePadding }} {{", ".NamePadding }}  {{", 1))
	root.CompletionOptions.DisableDefaultCmd = true
	root.Version = versionText()
	root.SetVersionTemplate("{{.Version}}\n")
	return root
}

// group adds commands to a group of the help.
func group(root *cobra.Command, id string, commands ...*cobra.Command) {
	for _, c := range commands {
		c.GroupID = id
		root.AddCommand(c)
	}
}

func (a *app) enter() error {
	if a.chdir != "" {
		if err := os.Chdir(a.chdir); err != nil {
			return err
		}
	}
	return a.readFacts()
}

// readFacts reads the file given by --facts.
func (a *app) readFacts() error {
	if a.factsAt == "" {
		return nil
	}
	f, err := os.Open(a.factsAt)
	if err != nil {
		return err
	}
	defer f.Close()
	const most = 1<<20 + 1 // one byte more than ParseFacts accepts
	data, err := io.ReadAll(io.LimitReader(f, most))
	if err != nil {
		return err
	}
	if a.facts, err = plan.ParseFacts(data); err != nil {
		return hinted{fmt.Errorf("%s: %w", a.factsAt, err), "`k8splan facts -o json` of a newer release prints such a file"}
	}
	if own := (*plan.Table)(nil).Date(); a.facts.Date() < own {
		a.note("%s has the facts of %s, which are older than the program's own of %s", a.factsAt, a.facts.Date(), own)
	}
	return nil
}

// count returns an error for a wrong number of arguments.
func count(least, most int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return usageError{hinted{fmt.Errorf("%s is missing", what), fmt.Sprintf("usage: %s", cmd.UseLine())}}
		case most >= 0 && len(args) > most:
			return usageError{hinted{fmt.Errorf("too many arguments: %q", args[most]), fmt.Sprintf("usage: %s", cmd.UseLine())}}
		}
		return nil
	}
}

// format is the value of -o: one of a few words.
type format struct {
	value   string
	allowed []string
}

func (f *format) String() string { return f.value }
func (f *format) Type() string   { return strings.Join(f.allowed, "|") }
func (f *format) Set(s string) error {
	for _, word := range f.allowed {
		if s == word {
			f.value = s
			return nil
		}
	}
	return fmt.Errorf("want one of %s", strings.Join(f.allowed, ", "))
}

// ANSI codes.
const (
	red    = "1;31"
	yellow = "1;33"
	blue   = "1;34"
	bold   = "1"
	dim    = "2"
	marked = "1;4"
	// For unified diffs.
	green    = "32"
	plainRed = "31"
	cyan     = "36"
)

// color reports whether w supports color: a terminal without an override. See https://no-color.org
func (a *app) color(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && !a.noColor && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && term.IsTerminal(int(f.Fd()))
}

func (a *app) paint(w io.Writer, code, text string) string {
	if text == "" || code == "" || !a.color(w) {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// width returns the number of columns of w: the terminal's, else COLUMNS if it is exported (a pager, a CI log); 0 without either.
func width(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil {
			return columns
		}
	}
	if columns, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && columns > 0 {
		return columns
	}
	return 0
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
