package main

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/target"
	"github.com/k8splan/k8splan/topologies"
)

// targetDocument is a target in the output of `targets -o json`. A string is empty if there is nothing to say.
type targetDocument struct {
	Name         string   `json:"name"`
	Title        string   `json:"title"`
	Hosting      string   `json:"hosting"` // hosts | hosted | installer
	Types        []string `json:"types"`   // supported types
	TypesWhy     string   `json:"types_why,omitempty"`
	Oldest       string   `json:"kubernetes_oldest,omitempty"`
	Newest       string   `json:"kubernetes_newest,omitempty"`
	Releases     []string `json:"kubernetes_releases,omitempty"` // the only supported ones, if limited
	Patches      []string `json:"kubernetes_patches,omitempty"`  // the newest of older minors, if it supports single releases
	VersionsFrom string   `json:"versions_from,omitempty"`
	VersionsOn   string   `json:"versions_on,omitempty"`
	Successor    string   `json:"successor,omitempty"`
	Emits        string   `json:"emits"`
	Checked      string   `json:"checked"` // booted | validated | own types
	CheckedBy    string   `json:"checked_by,omitempty"`
	CheckedOn    string   `json:"checked_on"`

	Arguments []argumentDocument `json:"arguments"` // of its block
}

// argumentDocument is an argument of a target's block. An argument of a nested block is prefixed with the block's name and a dot.
type argumentDocument struct {
	Name     string   `json:"name"`
	Type     string   `json:"type"` // in words
	Required bool     `json:"required"`
	Values   []string `json:"values,omitempty"` // the only valid ones
	Example  string   `json:"example"`          // in HCL syntax
	Doc      string   `json:"doc"`
}

// arguments lists a block's arguments, followed by those of its nested blocks.
func arguments(b *spec.Block, prefix string) []argumentDocument {
	out := []argumentDocument{}
	for _, a := range b.Arguments {
		d := documentArgument(a)
		d.Name = prefix + d.Name
		out = append(out, d)
	}
	for i := range b.Blocks {
		out = append(out, arguments(&b.Blocks[i], prefix+b.Blocks[i].Name+".")...)
	}
	return out
}

// sentence describes an argument without its name.
func (d argumentDocument) sentence() string {
	text := d.Type
	if d.Required {
		text += ", required"
	}
	if len(d.Values) > 0 {
		text = strings.Join(d.Values, ", ")
		if d.Required {
			text += "; required"
		}
	}
	return d.Doc + " (" + text + ")"
}

// hostings describes who creates what.
var hostings = map[plan.Hosting]string{
	plan.Hosts:     "the generated playbook, on machines with the plan's addresses",
	plan.Hosted:    "the vendor: the plan defines workers",
	plan.Installer: "another program, from files that describe the plan",
}

func describeTarget(t target.Target) targetDocument {
	f := t.Facts
	d := targetDocument{
		Name: f.Name, Title: f.Title, Hosting: string(f.Hosting), Types: topologies.Names(), TypesWhy: f.TypesWhy,
		VersionsFrom: f.VersionsFrom, VersionsOn: f.VersionsOn,
		Successor: f.Successor, Emits: f.Emits, Checked: string(f.Checked), CheckedBy: f.CheckedBy, CheckedOn: f.CheckedOn,
	}
	d.Arguments = arguments(t.Schema(), "")
	if f.Types != nil {
		d.Types = nil
		for _, t := range f.Types {
			d.Types = append(d.Types, string(t))
		}
	}
	limit := func(v plan.Version) string {
		switch {
		case v.IsZero():
			return ""
		case v.Patch == 0:
			return v.MinorString()
		}
		return v.String()
	}
	d.Oldest, d.Newest = limit(f.Oldest), limit(f.Newest)
	for _, v := range f.Releases {
		d.Releases = append(d.Releases, v.String())
	}
	for _, v := range f.Patches {
		d.Patches = append(d.Patches, v.String())
	}
	return d
}

// versions describes the Kubernetes versions that the target supports.
func (d targetDocument) versions() string {
	switch {
	case len(d.Releases) > 0:
		return strings.Join(d.Releases, ", ")
	case d.Oldest != "" && d.Newest != "" && len(d.Patches) > 0:
		return d.Oldest + " to " + d.Newest + ", of older minors up to " + strings.Join(d.Patches, " and ")
	case d.Oldest != "" && d.Newest != "":
		return span(d.Oldest, d.Newest)
	case d.Newest != "":
		return "up to " + d.Newest
	case d.Oldest != "":
		return "from " + d.Oldest
	case d.Hosting == string(plan.Hosts):
		return "same as k8splan"
	}
	return "not known"
}

func (d targetDocument) checked() string {
	switch {
	case d.Checked == string(plan.CheckTypes) && d.CheckedBy == "":
		return "own types only, " + d.CheckedOn
	case d.Checked == string(plan.CheckTypes):
		return d.Checked + "; " + d.CheckedBy + ", " + d.CheckedOn
	case d.CheckedBy != "":
		return d.Checked + " by " + d.CheckedBy + ", " + d.CheckedOn
	}
	return d.Checked + ", " + d.CheckedOn
}

func (a *app) targetsCommand() *cobra.Command {
	out := format{"text", []string{"text", "json"}}
	cmd := &cobra.Command{
		Use:   "targets [NAME]",
		Short: "List the supported systems, the types that each can be, and how each was checked",
		Long: `List the supported systems: who creates the cluster there, which installation types and Kubernetes versions are
possible, and how the generated files were checked. With NAME, show everything about one system.`,
		Args:      count(0, 1, "NAME"),
		ValidArgs: planner.TargetNames(),
		RunE: func(_ *cobra.Command, args []string) error {
			targets := planner.Targets()
			all := make([]targetDocument, len(targets))
			for i, t := range targets {
				all[i] = describeTarget(t)
			}
			if len(args) == 0 {
				if out.value == "json" {
					return a.document(all)
				}
				return a.targetsText(all)
			}
			for i, d := range all {
				if d.Name != args[0] {
					continue
				}
				if out.value == "json" {
					return a.document(d)
				}
				_, err := io.WriteString(a.stdout, a.targetText(d, targets[i].Facts))
				return err
			}
			return usageError{hinted{fmt.Errorf("unknown target %q", args[0]),
				near(args[0], planner.TargetNames(), "`k8splan targets` lists them")}}
		},
	}
	cmd.Flags().VarP(&out, "output", "o", "output format")
	return cmd
}

// targetsText prints a line for each target, and more in a narrow terminal. Types are numbered as in topologies.Table.
func (a *app) targetsText(all []targetDocument) error {
	var table, out bytes.Buffer
	t := tabwriter.NewWriter(&table, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, "TARGET\tTYPES\tKUBERNETES\tCHECKED\tSYSTEM")
	for _, d := range all {
		types := "all"
		if len(d.Types) < len(topologies.Table) {
			var short []string
			for i, row := range topologies.Table {
				if slices.Contains(d.Types, string(row.Type)) {
					short = append(short, string(rune('A'+i)))
				}
			}
			types = strings.Join(short, " ")
		}
		versions := d.versions()
		if len(d.Releases) > 1 {
			versions = d.Releases[len(d.Releases)-1] + " … " + d.Releases[0]
		} else if len(d.Patches) > 0 { // k8splan targets NAME lists the patches of each minor
			versions = span(d.Oldest, d.Newest)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t\n", d.Name, types, versions, d.Checked)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	lines := strings.Split(table.String(), "\n")
	out.WriteString(lines[0] + "\n")
	for i, d := range all {
		title := d.Title
		if d.Successor != "" {
			title += "; write " + d.Successor
		}
		out.WriteString(a.folded(lines[i+1], title))
	}
	var legend []string
	for i, row := range topologies.Table {
		legend = append(legend, fmt.Sprintf("%c %s", 'A'+i, row.Type))
	}
	out.WriteString("\n" + a.folded("Types: ", strings.Join(legend, ", ")))
	_, err := a.stdout.Write(out.Bytes())
	return err
}

// targetText describes one target in full.
func (a *app) targetText(d targetDocument, f plan.Facts) string {
	var out strings.Builder
	line := func(name, value string) {
		if value != "" {
			out.WriteString(a.folded(fmt.Sprintf("%-12s", name), value))
		}
	}
	line("Target", d.Name)
	line("System", d.Title)
	line("Instead", d.Successor)
	line("Made by", hostings[f.Hosting])
	line("Types", strings.Join(d.Types, ", "))
	line("", d.TypesWhy)
	line("Kubernetes", d.versions())
	if d.VersionsFrom != "" {
		line("", "according to "+d.VersionsFrom+", read "+d.VersionsOn)
	}
	line("Files", d.Emits)
	line("Checked", d.checked())
	for i, argument := range d.Arguments {
		line(map[bool]string{true: "Arguments"}[i == 0], argument.Name+" = "+argument.Example)
		out.WriteString(a.folded(strings.Repeat(" ", 14), argument.sentence()))
	}
	return out.String()
}

// targetsPage returns docs/targets.md.
func targetsPage() []byte {
	var b bytes.Buffer
	b.WriteString("# Targets\n\n")
	b.WriteString("This page lists the systems on which a cluster can be built, as `k8splan targets` does. " +
		"`k8splan init TYPE --target NAME` writes\na topology to start from.\n\n")
	b.WriteString("How far the generated files were checked:\n\n" +
		"- booted: clusters were built from the files as they are\n" +
		"- validated: another vendor's program or schema accepted the files\n" +
		"- own types: only k8splan's own types and rules checked them\n\n" +
		"Nothing was run in a vendor's account.\n\n")
	b.WriteString("The page is generated from the planner's table: `UPDATE=1 go test ./cmd/k8splan -run TestTargetsPage`.\n\n")
	b.WriteString("| Target | System | all-in-one | single-etcd-single-master | single-etcd-multi-master | multi-etcd-multi-master | " +
		"Kubernetes |\n|---|---|:-:|:-:|:-:|:-:|---|\n")
	for _, t := range planner.Targets() {
		d := describeTarget(t)
		fmt.Fprintf(&b, "| [%s](#%s) | %s |", d.Name, d.Name, d.Title)
		for _, row := range topologies.Table {
			mark := " "
			if slices.Contains(d.Types, string(row.Type)) {
				mark = " yes "
			}
			b.WriteString(mark + "|")
		}
		fmt.Fprintf(&b, " %s |\n", d.versions())
	}
	for _, t := range planner.Targets() {
		d := describeTarget(t)
		fmt.Fprintf(&b, "\n## %s\n\n%s.\n\n", d.Name, d.Title)
		if d.Successor != "" {
			fmt.Fprintf(&b, "- Discontinued: write `target %q`.\n", d.Successor)
		}
		fmt.Fprintf(&b, "- The cluster is made by %s.\n", hostings[t.Facts.Hosting])
		if d.TypesWhy != "" {
			fmt.Fprintf(&b, "- Types: %s. %s\n", strings.Join(d.Types, ", "), d.TypesWhy)
		}
		if d.VersionsFrom != "" {
			fmt.Fprintf(&b, "- Kubernetes: %s. From %s, read on %s.\n", d.versions(), d.VersionsFrom, d.VersionsOn)
		} else {
			fmt.Fprintf(&b, "- Kubernetes: %s.\n", d.versions())
		}
		fmt.Fprintf(&b, "- Files: %s.\n- Checked: %s.\n", d.Emits, d.checked())
		if len(d.Arguments) == 0 {
			fmt.Fprintf(&b, "\n`target %q {}` takes no arguments.\n", d.Name)
			continue
		}
		fmt.Fprintf(&b, "\n| `target %q` takes | For instance | |\n|---|---|---|\n", d.Name)
		for _, a := range d.Arguments {
			fmt.Fprintf(&b, "| `%s` | `%s` | %s |\n", a.Name, a.Example, strings.ReplaceAll(a.sentence(), "|", `\|`))
		}
	}
	return b.Bytes()
}

// span names a range of minors.
func span(oldest, newest string) string {
	if oldest == newest {
		return oldest
	}
	return oldest + " to " + newest
}
