package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/k8splan/k8splan/planner/change"
	"github.com/k8splan/k8splan/planner/report"
)

func (a *app) reportCommand() *cobra.Command {
	var topology topologyFlags
	var to, old string
	var full bool
	cmd := &cobra.Command{
		Use:   "report [FILE]",
		Short: "Write a page that shows the design and the effect of failures",
		Long: `Write one HTML file that needs no network: a picture of the cluster, the effect of each failure, and tables of machines,
ports, certificates, versions, images, capacity, and decisions. In a browser, click a machine, a rack, or a balancer: it goes dark, and
the page shows the effect on the cluster, as k8splan simulate does.

  k8splan report -o report.html
  k8splan report --diff out -o change.html

Every generated tree has this page as report.html. A design of more than 200 machines is shown by pools; --full shows each machine.`,
		Args: count(0, 1, "FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := notFormat(to); err != nil {
				return err
			}
			o, err := a.project(args, &topology)
			if err != nil {
				return err
			}
			options := report.Options{Findings: o.project.Findings(true), Full: full}
			if old != "" {
				before, err := a.recordOf(old, &topology)
				if err != nil {
					return err
				}
				options.Changes = &report.Changes{Report: change.Between(before, change.Of(o.project.Plan(), release()))}
			}
			page := o.project.Redact(report.Page(o.project.Plan(), options))
			if to == "-" {
				_, err = a.stdout.Write(page)
				return err
			}
			if err := os.WriteFile(to, page, 0o644); err != nil {
				return err
			}
			a.note("%s written", to)
			a.next("open %s in a browser", to)
			return nil
		},
	}
	cmd.Flags().StringVarP(&to, "output", "o", report.FileName, "write to `FILE`; - is standard output")
	cmd.Flags().StringVar(&old, "diff", "", "show what changes from `OLD`, a topology or a generated tree")
	cmd.Flags().BoolVar(&full, "full", false, "show each machine of a design of more than 200")
	topology.add(cmd)
	return cmd
}
