package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/check"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/topologies"
)

func (a *app) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain [RULE | ARGUMENT | TYPE | WORD]",
		Short: "Explain a rule, an argument, a type, or a word; without an argument, list the rules",
		Long: `Explain a rule by its ID: why it exists, and what to write instead. Explain a block or an argument by its path, an
installation type, a target, an argument of a target, or a word such as quorum. Without an argument, list the rules.

  k8splan explain etcd-even-members
  k8splan explain network.pod_subnets
  k8splan explain target.vagrant.box
  k8splan explain multi-etcd-multi-master
  k8splan explain quorum`,
		Args: cobra.ArbitraryArgs,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return explained(planner.Catalog()), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			rules := planner.Catalog()
			if len(args) == 0 {
				return a.listRules(rules)
			}
			name := strings.TrimPrefix(strings.Join(args, " "), "target ")
			for _, r := range rules {
				if r.ID == name {
					return a.explain(r)
				}
			}
			if known, err := a.explainPath(name); known {
				return err
			}
			if target, argument, ok := targetPath(name); ok {
				return a.explainTarget(target, argument)
			}
			if known, err := a.explainWord(name); known {
				return err
			}
			if known, err := a.explainName(name); known {
				return err
			}
			return usageError{hinted{fmt.Errorf("%q is not a known rule, argument, type, or word", name), explainHint(name, rules)}}
		},
	}
}

// explainHint suggests words similar to one that explain does not know. In a block or a target, only its own words are candidates.
func explainHint(word string, rules []*rule.Rule) string {
	if above := strings.LastIndex(word, "."); above > 0 {
		parent := word[:above]
		var under []string
		for _, path := range explained(rules) {
			if strings.HasPrefix(path, parent+".") {
				under = append(under, path)
			}
		}
		if len(under) > 0 {
			return near(word, under, fmt.Sprintf("`k8splan explain %s` lists what it takes", parent))
		}
	}
	const list = "`k8splan explain` lists the rules, docs/language.md the arguments"
	if t := typeWords[strings.ToLower(word)]; t != "" {
		return fmt.Sprintf("did you mean %s? %s", t, list)
	}
	return near(word, explained(rules), list)
}

// explainPath explains the block or the argument at a path.
func (a *app) explainPath(path string) (known bool, err error) {
	block, argument, ok := findBlock(path)
	switch {
	case !ok:
		return false, nil
	case argument != nil:
		return true, a.explainArgument(path, argument)
	}
	return true, a.explainBlock(path, block)
}

// explainName explains the blocks and arguments whose path ends in a name: the first in full, the others by path.
func (a *app) explainName(name string) (known bool, err error) {
	ends := endingIn(name)
	if len(ends) == 0 {
		return false, nil
	}
	if _, err = a.explainPath(ends[0]); err == nil && len(ends) > 1 {
		_, err = io.WriteString(a.stdout, "\n"+a.folded("Also: ", strings.Join(ends[1:], ", ")))
	}
	return true, err
}

// endingIn lists the paths of the blocks and arguments with a name.
func endingIn(name string) []string {
	return slices.DeleteFunc(paths(spec.Schema, ""), func(path string) bool { return !strings.HasSuffix(path, "."+name) })
}

// explained lists everything that explain knows.
func explained(rules []*rule.Rule) []string {
	return slices.Concat(ids(rules), paths(spec.Schema, ""), targetPaths(), topologies.Names(), glossaryWords())
}

func ids(rules []*rule.Rule) []string {
	out := make([]string, len(rules))
	for i, r := range rules {
		out[i] = r.ID
	}
	return out
}

// listRules lists the rules by area.
func (a *app) listRules(rules []*rule.Rule) error {
	longest := 0
	for _, r := range rules {
		longest = max(longest, len(r.ID))
	}
	var out strings.Builder
	for i, family := range check.Areas(rules) {
		if i > 0 {
			out.WriteByte('\n')
		}
		out.WriteString(a.paint(a.stdout, bold, family.Name) + "\n")
		for _, r := range family.Rules {
			line := a.folded(fmt.Sprintf("  %-*s  %-7s  ", longest, r.ID, r.Severity), r.Title)
			out.WriteString(strings.Replace(line, r.ID, a.hyperlink(a.stdout, r.ID, rulePage(r.ID)), 1))
		}
	}
	_, err := io.WriteString(a.stdout, out.String())
	return err
}

func (a *app) explain(r *rule.Rule) error {
	columns := width(a.stdout)
	if columns == 0 || columns > 100 {
		columns = 100
	}
	var out strings.Builder
	paragraph := func(text string) {
		for _, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
			if strings.ContainsAny(line, "{}") || strings.HasPrefix(line, " ") { // a fragment of HCL stays as it is
				out.WriteString(line + "\n")
				continue
			}
			out.WriteString(strings.Join(wrap(line, columns), "\n") + "\n")
		}
	}
	out.WriteString(a.paint(a.stdout, bold, r.Title) + "\n")
	waivable := "a `waive` block demotes it to a note"
	if r.Permanent {
		waivable = "it cannot be waived"
	}
	out.WriteString(a.paint(a.stdout, dim, fmt.Sprintf("%s, %s; %s", r.ID, r.Severity, waivable)) + "\n\n")
	paragraph(r.Doc)
	out.WriteString("\n" + a.paint(a.stdout, bold, "Write instead") + "\n")
	paragraph(r.Fix)
	if len(r.Sources) > 0 {
		out.WriteString("\n" + a.paint(a.stdout, bold, "Sources") + "\n")
		for _, s := range r.Sources {
			out.WriteString("  " + s + "\n")
		}
	}
	_, err := io.WriteString(a.stdout, out.String())
	return err
}
