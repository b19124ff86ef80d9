package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/plan"
)

func (a *app) factsCommand() *cobra.Command {
	out := format{"text", []string{"text", "json"}}
	var ics bool
	cmd := &cobra.Command{
		Use:   "facts [VERSION]",
		Short: "Print facts about Kubernetes versions, with their date and sources",
		Long: `Print the facts behind rules and defaults: for each Kubernetes minor, the etcd, CoreDNS, containerd, and kernel that it
needs, and what it removed. VERSION is a minor (1.36) or a release (1.36.3). What is unknown is "no data", never a guess.

With --calendar, print the dates on which support ends, for Kubernetes, operating systems, and versions of targets. -o json prints a
document that other commands read with --facts.`,
		Args: count(0, 1, "VERSION"),
		RunE: func(_ *cobra.Command, args []string) error {
			if ics {
				if len(args) > 0 || out.value != "text" {
					return usagef("--calendar cannot be used with VERSION or --output")
				}
				text, err := calendar(a.facts)
				if err != nil {
					return err
				}
				_, err = io.WriteString(a.stdout, text)
				return err
			}
			oldest, newest := a.facts.Minors()
			var rows []plan.Row
			if len(args) == 0 {
				rows = a.facts.Document().Rows
			} else {
				v, err := minorOrRelease(a.facts, args[0])
				if err != nil {
					return err
				}
				row, known := a.facts.At(v).Facts()
				if !known {
					return hinted{fmt.Errorf("no data for Kubernetes %s: the facts of %s cover %s to %s, and the end of "+
						"support from %s on", args[0], a.facts.Date(),
						oldest.MinorString(), newest.MinorString(), plan.OldestPast().MinorString()),
						"state every version in the topology yourself, after reading that release's notes"}
				}
				if patch, _ := a.facts.At(v).NewestPatch(); patch.Before(v) {
					a.note("%s is newer than %s, the newest patch release known on %s: check that it exists", v, patch, a.facts.Date())
				}
				rows = append(rows, row)
			}
			if out.value == "json" {
				d := a.facts.Document()
				d.Rows = rows
				for _, t := range planner.Targets() {
					t.Facts.Table = a.facts
					for _, e := range t.Facts.MinorEnds() {
						d.Targets = append(d.Targets, plan.TargetEnd{Target: t.Facts.Name, Minor: fmt.Sprintf("1.%d", e.Minor), Ends: e.On})
					}
				}
				return a.document(d)
			}
			return a.factsText(rows)
		},
	}
	cmd.Flags().VarP(&out, "output", "o", "output format")
	cmd.Flags().BoolVar(&ics, "calendar", false, "print the dates on which support ends as iCalendar (.ics)")
	return cmd
}

// minorOrRelease parses "1.36" as the newest known release of the minor, and "1.36.3" as itself.
func minorOrRelease(facts *plan.Table, text string) (plan.Version, error) {
	if v, ok := plan.ParseVersion(text); ok {
		return v, nil
	}
	if v, ok := plan.ParseVersion(text + ".0"); ok {
		if newest, known := facts.At(v).NewestPatch(); known {
			return newest, nil
		}
		return v, nil
	}
	return plan.Version{}, usageError{hinted{fmt.Errorf("%q is not a version of Kubernetes", text),
		"write a minor such as 1.36, or a release such as 1.36.3"}}
}

func (a *app) factsText(rows []plan.Row) error {
	a.prose("", fmt.Sprintf("Facts of %s. They hold for the newest known patch of each minor, or for the release that you named.",
		a.facts.Date()))
	for part := range slices.Chunk(rows, a.minorsBeside()) {
		fmt.Fprintln(a.stdout)
		if err := a.factsTable(part); err != nil {
			return err
		}
	}
	for _, r := range rows {
		if len(r.GoneFlags) > 0 {
			fmt.Fprintln(a.stdout)
			a.prose("", fmt.Sprintf("kubelet flags that %s no longer has: %s", r.Minor, strings.Join(r.GoneFlags, ", ")))
		}
	}
	fmt.Fprintln(a.stdout, "\nSources")
	for _, s := range a.facts.Sources() {
		a.prose("  ", s.Facts+": "+s.From+" (read on "+s.Read+")")
	}
	return nil
}

// minorsBeside returns how many columns of the table fit on the terminal; all of them without a terminal.
func (a *app) minorsBeside() int {
	const name, column = 26, 13
	columns := width(a.stdout)
	if columns == 0 {
		columns = 200
	}
	return max(1, (columns-name)/column)
}

func (a *app) factsTable(rows []plan.Row) error {
	past := func(r plan.Row) bool { return r.KubeadmAPI == "" }
	yes := func(of func(plan.Row) bool) func(plan.Row) string {
		return func(r plan.Row) string {
			switch {
			case past(r):
				return ""
			case of(r):
				return "yes"
			}
			return "no"
		}
	}
	t := tabwriter.NewWriter(a.stdout, 0, 8, 2, ' ', 0)
	line := func(name string, of func(plan.Row) string) {
		fmt.Fprint(t, "  "+name)
		for _, r := range rows {
			fmt.Fprint(t, "\t"+cmp.Or(of(r), plan.NoData))
		}
		fmt.Fprintln(t)
	}
	line("Kubernetes", func(r plan.Row) string { return r.Minor })
	line("newest patch known", func(r plan.Row) string { return r.Newest })
	line("support ends", func(r plan.Row) string { return r.SupportEnds })
	line("kubeadm API", func(r plan.Row) string { return r.KubeadmAPI })
	line("etcd of kubeadm", func(r plan.Row) string { return r.EtcdStacked })
	line("oldest external etcd", func(r plan.Row) string { return r.EtcdFloor })
	line("external etcd by default", func(r plan.Row) string { return r.EtcdExternal })
	line("CoreDNS", func(r plan.Row) string { return r.CoreDNS })
	line("pause", func(r plan.Row) string { return r.Pause })
	line("containerd by default", func(r plan.Row) string { return r.Containerd })
	line("containerd tested from", func(r plan.Row) string {
		if len(r.Tested) == 0 {
			return ""
		}
		return r.Tested[0]
	})
	line("CRI-O", func(r plan.Row) string { return r.CRIO })
	line("oldest Linux", func(r plan.Row) string {
		if r.KernelRefuses || past(r) {
			return r.Kernel
		}
		return r.Kernel + " (warns)"
	})
	line("needs cgroup v2", yes(func(r plan.Row) bool { return r.CgroupV2 }))
	line("nftables proxy stable", yes(func(r plan.Row) bool { return r.NFTables }))
	line("ipvs proxy deprecated", yes(func(r plan.Row) bool { return r.IPVS }))
	line("Calico by default", func(r plan.Row) string { return r.Calico })
	return t.Flush()
}
