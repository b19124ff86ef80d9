package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/spelling"
)

// next prints what to do after a successful command.
func (a *app) next(format string, args ...any) {
	a.say(blue, "k8splan: next:", fmt.Sprintf(format, args...))
}

// nextCommand is next with a command to copy: the command and the text stay on one line. In a narrower terminal, the command is broken
// where a shell continues it, and the text gets a separate line.
func (a *app) nextCommand(command, about string) {
	const label = "k8splan: next:"
	columns := width(a.stderr)
	line := command + "    # " + about
	if columns == 0 || len(label)+1+utf8.RuneCountInString(line) <= columns {
		fmt.Fprintf(a.stderr, "%s %s\n", a.paint(a.stderr, blue, label), line)
		return
	}
	if len(label)+1+utf8.RuneCountInString(command) > columns {
		command = strings.ReplaceAll(command, " && ", " &&\n  ")
	}
	fmt.Fprintf(a.stderr, "%s %s\n", a.paint(a.stderr, blue, label), command)
	a.note("%s", about)
}

// command returns a command line of this program for the topology just read: same directory, file, and variables. Values are omitted
// because they may be secret.
func (a *app) command(o *opened, words string, flags *topologyFlags) string {
	line := "k8splan"
	if a.chdir != "" {
		line += " -C " + shellWord(a.chdir)
	}
	name, rest, _ := strings.Cut(words, " ")
	line += " " + name
	if o.name != defaultFile {
		line += " " + shellWord(named(o.name))
	}
	for _, v := range flags.vars {
		if v.file != "" {
			line += " -var-file=" + shellWord(named(v.file))
		} else {
			line += " -var " + v.name + "=…"
		}
	}
	return strings.TrimSpace(line + " " + rest)
}

// builds says how to build the cluster from the tree in dir: the command, relative to the current directory, and the page with the steps
// before and after.
func builds(p *plan.Plan, dir string) (command, page string) {
	command, page = p.Target.Facts.Build(p.Cluster.Name, p.Target.Has)
	if into, ok := strings.CutPrefix(command, "cd "); ok {
		return "cd " + shellWord(filepath.ToSlash(dir)) + "/" + into, path.Join(filepath.ToSlash(dir), page)
	}
	if command != "" {
		command = "cd " + shellWord(filepath.ToSlash(dir)) + " && " + command
	}
	return command, path.Join(filepath.ToSlash(dir), page)
}

// plainWord matches a word that needs no quotes in a shell.
var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:@%+=,-]+$`)

// shellWord quotes a word for a POSIX shell.
func shellWord(s string) string {
	if plainWord.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// elsewhere maps other programs' command names to ours.
var elsewhere = map[string]string{
	"render": "generate", "write": "generate", "manifests": "generate", "config": "generate", "genconfig": "generate",
	"new": "init", "scaffold": "init", "start": "init", "starter": "init",
	"check": "validate", "lint": "validate", "verify": "validate", "test": "validate", "policy": "validate",
	"show": "plan", "describe": "plan", "preview": "plan", "resolve": "plan", "capacity": "plan",
	"kill": "simulate", "survive": "simulate", "chaos": "simulate", "failure": "simulate", "fail": "simulate", "what-if": "simulate",
	"diagram": "graph", "picture": "graph", "svg": "graph", "ui": "serve", "web": "serve", "dashboard": "serve",
	"compare": "diff", "change": "diff", "changes": "diff", "migrate": "diff", "drift": "diff",
	"upgrade": "upgrade-path", "rollback": "upgrade-path", "path": "upgrade-path",
	"format": "fmt", "list": "targets", "ls": "targets", "providers": "targets", "provider": "targets",
	"target": "targets", "platforms": "targets", "systems": "targets",
	"versions": "facts", "releases": "facts", "rules": "explain", "rule": "explain", "doc": "explain", "docs": "explain", "man": "help",
	"language-server": "lsp", "langserver": "lsp", "server": "lsp",
}

// asks says where to find something that has no command.
var asks = map[string]string{
	"apply":      builder,
	"up":         builder,
	"create":     builder,
	"build":      builder,
	"install":    builder,
	"deploy":     builder,
	"bootstrap":  builder,
	"preflight":  "`ansible-playbook preflight.yml` in the tree checks the hosts, `k8splan validate` the topology",
	"status":     "k8splan does not read running clusters: `kubectl get nodes` shows the nodes",
	"join":       "add the host to the topology and generate: `ansible-playbook site.yml` in the tree joins it",
	"scale":      "change the topology: `k8splan diff` says what that does to the cluster, `k8splan generate` writes the tree again",
	"remove":     "`ansible-playbook remove-host.yml` in the tree takes a host out of the cluster",
	"kubeconfig": "`ansible-playbook site.yml -e kubeconfig=FILE` in the tree writes one",
	"destroy":    "`ansible-playbook reset.yml` in the tree removes the cluster",
	"delete":     "`ansible-playbook reset.yml` in the tree removes the cluster",
	"reset":      "`ansible-playbook reset.yml` in the tree removes the cluster",
	"backup":     "`ansible-playbook backup-etcd.yml` in the tree takes a snapshot of etcd",
	"import":     "k8splan does not read running clusters: `k8splan init TYPE` writes a topology to describe one in",
	"adopt":      "`ansible-playbook site.yml -e adopt=true` in the tree takes over a cluster that an earlier release built",
	"drain":      "`ansible-playbook reboot.yml` in the tree drains and reboots hosts, `kubectl drain` one node",
	"reboot":     "`ansible-playbook reboot.yml` in the tree reboots the hosts in a safe order",
	"renew":      "`ansible-playbook renew-certs.yml` in the tree renews certificates",
	"certs":      "`ansible-playbook renew-certs.yml` in the tree renews certificates",
	"restore":    "`ansible-playbook restore-etcd.yml` in the tree restores a snapshot of etcd",
}

// builder is the hint for users looking for a command that builds the cluster.
const builder = "`k8splan generate --out DIR` writes the tree, and prints the command that builds the cluster"

// unknownCommand returns an error for an unknown command, with the one that does what its name says.
func unknownCommand(root *cobra.Command, name string) error {
	const list = "`k8splan help` lists the commands"
	var names []string
	for _, c := range root.Commands() {
		names = append(names, c.Name())
	}
	hint := known(strings.ToLower(name), list)
	if strings.HasSuffix(name, ".hcl") {
		hint = "name the command first: k8splan validate " + shellWord(name)
	}
	if hint == "" {
		hint = near(name, names, "")
	}
	if hint == "" { // a misspelled name of another program's command
		others := slices.Sorted(maps.Keys(elsewhere))
		others = append(others, slices.Sorted(maps.Keys(asks))...)
		hint = known(spelling.Nearest(strings.ToLower(name), others), list)
	}
	return usageError{hinted{fmt.Errorf("unknown command %q", name), strings.TrimSpace(cmp.Or(hint, list))}}
}

// known returns the hint for another program's command name, "" if it is not one.
func known(name, list string) string {
	if here := elsewhere[name]; here == "help" {
		return list
	} else if here != "" {
		return fmt.Sprintf("use `k8splan %s`; %s", here, list)
	}
	return asks[name]
}

// named returns the format that a command line requests in other programs' style: --json, --format json, --format=json.
func (f *format) named(args []string) string {
	for i, arg := range args {
		name, value, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		if !strings.HasPrefix(arg, "--") {
			continue
		}
		if name == "format" && value == "" && i+1 < len(args) {
			value = args[i+1]
		}
		if word := cmp.Or(value, name); slices.Contains(f.allowed, word) {
			return word
		}
	}
	return ""
}

// flagError is a mistake in a command's flags. Programs differ in how a format is requested: for other programs' style, the error names
// ours.
func flagError(cmd *cobra.Command, err error, args []string) error {
	hint := fmt.Sprintf("`%s --help` lists the flags", cmd.CommandPath())
	text := lowerFirst(err.Error())
	switch output := cmd.Flags().Lookup("output"); {
	case strings.HasPrefix(text, "unknown flag: --json"), strings.HasPrefix(text, "unknown flag: --yaml"),
		strings.HasPrefix(text, "unknown flag: --format"):
		if output == nil {
			hint = fmt.Sprintf("`%s` has only one format; %s", cmd.CommandPath(), hint)
			break
		}
		if f, ok := output.Value.(*format); ok {
			hint = fmt.Sprintf("write -o %s; formats: %s", cmp.Or(f.named(args), "FORMAT"), strings.Join(f.allowed, ", "))
		} else {
			hint = "-o FILE names the file that is written; it has one format"
		}
	case strings.HasPrefix(text, "unknown flag: --type") && cmd.Name() == "init":
		hint = "the type is an argument: " + cmd.UseLine()
	case strings.HasPrefix(text, "unknown shorthand flag: 'o'") && cmd.Flags().Lookup("out") != nil:
		hint = "write --out DIR: a tree is a directory"
	case strings.HasPrefix(text, "unknown flag: --out") && output != nil:
		hint = fmt.Sprintf("-o chooses the format; --out is a flag of generate. Usage: %s", cmd.UseLine())
		if cmd.Name() == "diff" {
			hint = "the tree is an argument: k8splan diff DIR"
		}
	}
	return usageError{hinted{errors.New(text), hint}}
}
