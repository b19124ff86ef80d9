package main

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/describe"
	"github.com/k8splan/k8splan/planner/simulate"
)

func (a *app) simulateCommand() *cobra.Command {
	out := format{"text", []string{"text", "json"}}
	var topology topologyFlags
	var kill, cut, dns []string
	cmd := &cobra.Command{
		Use:   "simulate [FILE]",
		Short: "Show what the design survives, and what fails together",
		Long: `Simulate failures of the design before any machine exists: what still works, why, and what to do. Without a flag,
simulate every single failure and every pair. A node, a zone (a failure domain and everything in it), a power feed, a host (a
hypervisor), or a balancer (its process) can fail, and so can the network between two failure domains.

  k8splan simulate
  k8splan simulate --kill node/cp-1,zone/rack-a
  k8splan simulate --kill zone/room-1,power/feed-b
  k8splan simulate --cut rack-a:rack-b

docs/availability.md describes the model, its assumptions, and how it was compared with real clusters.`,
		Args: count(0, 1, "FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			for i, flag := range []string{"kill", "cut", "dns"} {
				values := [][]string{kill, cut, dns}[i]
				if len(values) == 0 && cmd.Flags().Changed(flag) {
					return usageError{hinted{fmt.Errorf("--%s is empty", flag),
						"leave out --" + flag + " to simulate every failure; an empty shell variable can be the cause"}}
				}
			}
			o, err := a.project(args, &topology)
			if err != nil {
				return err
			}
			p := o.project.Plan()
			m := simulate.New(p)
			var text bytes.Buffer
			if len(dns) > 0 {
				if m, err = m.PlaceDNS(dns); err != nil {
					return usageError{hinted{err, "--dns takes names of nodes, as `k8splan plan` shows them"}}
				}
			}
			if len(kill) == 0 && len(cut) == 0 {
				r := m.Sweep()
				if out.value == "json" {
					return a.document(describe.Sweep(p.Cluster.Name, m, r))
				}
				describe.Survival(&text, p.Cluster.Name, m, r, a.style())
				if _, err = text.WriteTo(a.stdout); err == nil && o.name != stdinName {
					a.next("`%s` shows this as a page for a browser", a.command(o, "report -o report.html", &topology))
				}
				return err
			}
			var f simulate.Failure
			var errs []error
			for _, name := range kill {
				u, err := m.Unit(name)
				errs = append(errs, err)
				if !slices.ContainsFunc(f.Units, func(v simulate.Unit) bool { return u.String() == v.String() }) {
					f.Units = append(f.Units, u)
				}
			}
			for _, name := range cut {
				c, err := m.Cut(name)
				errs = append(errs, err)
				if !slices.Contains(f.Cuts, c) && !slices.Contains(f.Cuts, simulate.Cut{A: c.B, B: c.A}) {
					f.Cuts = append(f.Cuts, c)
				}
			}
			if err := errors.Join(errs...); err != nil {
				return usageError{errors.New(strings.ReplaceAll(err.Error(), "\n", "; "))}
			}
			outcome := m.Outcome(f)
			if out.value == "json" {
				return a.document(describe.OneFailure(p.Cluster.Name, m, outcome))
			}
			describe.Outcome(&text, m, outcome, a.style())
			_, err = text.WriteTo(a.stdout)
			return err
		},
	}
	cmd.Flags().StringSliceVar(&kill, "kill", nil,
		"what fails: `UNIT,...`, each node/NAME, zone/NAME, power/NAME, host/NAME, or balancer/NAME")
	cmd.Flags().StringSliceVar(&cut, "cut", nil, "failure domains that lose their connection to each other: `A:B,...`")
	cmd.Flags().StringSliceVar(&dns, "dns", nil, "nodes with a replica of CoreDNS: `NODE,...` (default: unknown, "+
		"so DNS may depend on it)")
	cmd.Flags().VarP(&out, "output", "o", "output format")
	topology.add(cmd)
	return cmd
}

// document prints a value as JSON.
func (a *app) document(v any) error {
	data, err := artifact.JSON(v)
	if err != nil {
		return err
	}
	_, err = a.stdout.Write(data)
	return err
}
