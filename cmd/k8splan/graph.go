package main

import (
	"github.com/spf13/cobra"

	"github.com/k8splan/k8splan/planner/report"
)

func (a *app) graphCommand() *cobra.Command {
	out := format{"mermaid", []string{"mermaid", "dot", "d2", "svg"}}
	view := format{string(report.Machines), nil}
	for _, v := range report.Views {
		view.allowed = append(view.allowed, string(v))
	}
	var topology topologyFlags
	cmd := &cobra.Command{
		Use:   "graph [FILE]",
		Short: "Print a picture of the design, for documents",
		Long: `Print a diagram of the design. --view chooses one of four: machines has every machine in its place and the path of a
request; network has connections and address ranges; etcd has the members and their quorum; boot has the order of the installation, and
what each step waits for.

  k8splan graph                            Mermaid, which GitHub and GitLab show in Markdown
  k8splan graph -o svg > cluster.svg
  k8splan graph -o dot --view etcd | dot -Tpng > etcd.png`,
		Args: count(0, 1, "FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			o, err := a.project(args, &topology)
			if err != nil {
				return err
			}
			p, v := o.project.Plan(), report.View(view.value)
			var text string
			switch out.value {
			case "dot":
				text = report.Dot(report.Draw(p, v))
			case "d2":
				text = report.D2(report.Draw(p, v))
			case "svg":
				text = report.SVG(p, v)
			default:
				text = report.Mermaid(report.Draw(p, v))
			}
			_, err = a.stdout.Write(o.project.Redact([]byte(text)))
			return err
		},
	}
	cmd.Flags().VarP(&out, "output", "o", "language of the diagram")
	cmd.Flags().Var(&view, "view", "what to show")
	topology.add(cmd)
	return cmd
}
