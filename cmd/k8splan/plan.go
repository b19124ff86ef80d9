package main

import (
	"bytes"

	"github.com/spf13/cobra"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/describe"
)

func (a *app) planCommand() *cobra.Command {
	out := format{"text", []string{"text", "json", "yaml"}}
	var topology topologyFlags
	var why bool
	cmd := &cobra.Command{
		Use:   "plan [FILE]",
		Short: "Show the resolved design, with every value that was decided for you",
		Long: `Show the resolved design on one page: hosts and their roles, etcd and its quorum, the endpoint, address ranges, capacity
before and after the largest loss, versions, and the names in the API server's certificate. --why also lists every default with its
reason. -o json and -o yaml print everything for programs.`,
		Args: count(0, 1, "FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			o, err := a.project(args, &topology)
			if err != nil {
				return err
			}
			p := o.project.Plan()
			var data []byte
			switch out.value {
			case "json":
				data, err = artifact.JSON(describe.Describe(p))
			case "yaml":
				data, err = artifact.YAML(describe.Describe(p))
			default:
				style := a.style()
				style.Why = why
				var page bytes.Buffer
				if err := describe.Page(&page, p, style); err != nil {
					return err
				}
				if _, err := a.stdout.Write(o.project.Redact(page.Bytes())); err != nil || o.name == stdinName {
					return err
				}
				if up := p.WayUp(); p.Described() && len(up) > 0 {
					a.next("`%s` shows what the design survives; `k8splan upgrade-path --from %s --to %s` lists the steps up",
						a.command(o, "simulate", &topology), p.Cluster.Version, up[len(up)-1])
					return nil
				}
				a.next("`%s` writes the tree; `%s` shows what the design survives",
					a.command(o, "generate --out out", &topology), a.command(o, "simulate", &topology))
				return nil
			}
			if err != nil {
				return err
			}
			_, err = a.stdout.Write(o.project.Redact(data))
			return err
		},
	}
	cmd.Flags().BoolVar(&why, "why", false, "list every default with its reason; for one host also capacity and certificate")
	cmd.Flags().VarP(&out, "output", "o", "output format")
	topology.add(cmd)
	return cmd
}

// style returns the style of pages on standard output.
func (a *app) style() describe.Style {
	return describe.Style{Width: width(a.stdout), Color: a.color(a.stdout)}
}
