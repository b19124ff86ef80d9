package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/k8splan/k8splan/planner/change"
	"github.com/k8splan/k8splan/planner/plan"
)

// upgradeDocument is the output of `upgrade-path -o json`.
type upgradeDocument struct {
	From string       `json:"from"`
	To   string       `json:"to"`
	Hops []upgradeHop `json:"hops"`
}

type upgradeHop struct {
	Kubernetes string   `json:"kubernetes"`
	Etcd       []string `json:"etcd"`
	EtcdFloor  string   `json:"etcd_external_oldest"`
	Notes      []string `json:"notes"`
}

func (a *app) upgradePathCommand() *cobra.Command {
	out := format{"text", []string{"text", "json"}}
	var from, to, etcd string
	cmd := &cobra.Command{
		Use:   "upgrade-path --from VERSION --to VERSION",
		Short: "List the upgrade steps between two Kubernetes versions",
		Long: `List the upgrade steps between two Kubernetes versions. kubeadm and etcd move one minor version at a time. Each step has
the new etcd version, the order of the nodes, and changes that a cluster may depend on. A minor such as 1.36 stands for its newest
known patch.`,
		Args: count(0, 2, ""),
		RunE: func(_ *cobra.Command, args []string) error {
			for i, flag := range []*string{&from, &to} {
				if i >= len(args) {
					break
				}
				if *flag != "" {
					return usagef("name each version once: FROM TO, or --from and --to")
				}
				*flag = args[i]
			}
			if from == "" || to == "" {
				return usageError{hinted{errors.New("name the current and the target version"),
					"k8splan upgrade-path --from 1.34.2 --to 1.37.2"}}
			}
			versions := make([]plan.Version, 3)
			for i, text := range []string{from, to, etcd} {
				if text == "" {
					continue
				}
				if i < 2 {
					var err error
					if versions[i], err = minorOrRelease(a.facts, text); err != nil {
						return err
					}
					continue
				}
				v, ok := plan.ParseVersion(text)
				if !ok {
					return usageError{hinted{fmt.Errorf("%q is not a release of etcd", text), "write all three numbers, such as 3.6.16"}}
				}
				versions[i] = v
			}
			hops, err := change.Path(a.facts, versions[0], versions[1], versions[2])
			if err != nil {
				return err
			}
			if out.value == "json" {
				doc := upgradeDocument{From: versions[0].String(), To: versions[1].String()}
				for _, h := range hops {
					hop := upgradeHop{Kubernetes: h.Kubernetes.String(), EtcdFloor: orNoData(h.EtcdFloor), Etcd: []string{},
						Notes: append([]string{}, h.Notes...)}
					for _, e := range h.Etcd {
						hop.Etcd = append(hop.Etcd, e.String())
					}
					doc.Hops = append(doc.Hops, hop)
				}
				return a.document(doc)
			}
			return a.upgradeText(versions[0], hops, etcd != "")
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "current `VERSION`")
	cmd.Flags().StringVar(&to, "to", "", "target `VERSION`")
	cmd.Flags().StringVar(&etcd, "etcd", "", "current `VERSION` of external etcd (default: etcd is stacked)")
	cmd.Flags().VarP(&out, "output", "o", "output format")
	return cmd
}

// orNoData formats a version, or a placeholder for an unknown one.
func orNoData(v plan.Version) string {
	if v.IsZero() {
		return plan.NoData
	}
	return v.String()
}

func (a *app) upgradeText(from plan.Version, hops []change.Hop, external bool) error {
	var out strings.Builder
	prose := func(label, text string) { out.WriteString(a.folded(label, text)) }
	count := fmt.Sprintf("%d hops", len(hops))
	if len(hops) == 1 {
		count = "1 hop"
	}
	prose("", fmt.Sprintf("From %s in %s. Take an etcd snapshot before each step, and finish a step on every node before the "+
		"next. upgrade.yml in the tree runs one step.",
		from, count))
	for i, h := range hops {
		fmt.Fprintf(&out, "\n%d. Kubernetes %s\n", i+1, h.Kubernetes)
		step := 'a'
		say := func(format string, args ...any) {
			prose(fmt.Sprintf("   %c. ", step), fmt.Sprintf(format, args...))
			step++
		}
		if external && len(h.Etcd) > 0 {
			var versions []string
			for _, e := range h.Etcd {
				versions = append(versions, e.String())
			}
			say("etcd to %s: one member at a time, the leader last; `etcdctl endpoint health --cluster` between members",
				strings.Join(versions, ", then "))
		}
		if !external {
			for _, pin := range h.Etcd[:max(0, len(h.Etcd)-1)] {
				say("etcd to %s, while Kubernetes stays as it is: `etcd.local.imageTag: %s-0` in the ConfigMap kubeadm-config, "+
					"then `kubeadm upgrade node phase control-plane --etcd-upgrade=true --certificate-renewal=false` on one "+
					"control plane at a time; every member reports %s; remove imageTag again", pin, pin, pin)
			}
		}
		say("first control plane: kubeadm %s, `kubeadm upgrade plan`, `kubeadm upgrade apply v%s`", h.Kubernetes, h.Kubernetes)
		if !external && len(h.Etcd) > 0 {
			prose("      ", fmt.Sprintf("this also upgrades its etcd member to %s", h.Etcd[len(h.Etcd)-1]))
		}
		say("other control planes, one at a time: kubeadm %s, `kubeadm upgrade node`", h.Kubernetes)
		say("kubelets of the control planes, one at a time: drain, kubelet %s, restart, uncordon", h.Kubernetes)
		say("workers, as many at a time as the workload allows: `kubeadm upgrade node`, drain, kubelet %s, restart, uncordon", h.Kubernetes)
		for _, n := range h.Notes {
			prose("   - ", n)
		}
	}
	if len(hops) > 1 {
		out.WriteByte('\n')
		prose("", "Workers can skip hops. "+workersWait(from, hops))
	}
	_, err := io.WriteString(a.stdout, out.String())
	return err
}

// workersWait says how long workers can keep their kubelets: until the last hop whose API server is three minors ahead of them, and so on.
// Source: https://kubernetes.io/releases/version-skew-policy/#kubelet
func workersWait(from plan.Version, hops []change.Hop) string {
	const behind = 3
	text := "Kubelets may stay up to three minors behind the API server, so they may wait for "
	if len(hops) <= behind {
		return text + "the last hop."
	}
	var stops []string
	for i := behind; i < len(hops); i += behind {
		stops = append(stops, fmt.Sprintf("hop %d (%s)", i, hops[i-1].Kubernetes))
	}
	return text + fmt.Sprintf("%s and the last hop. Before hop %d, none may still run %s: kubeadm %s rejects such kubelets.",
		strings.Join(stops, ", "), behind+1, from.MinorString(), hops[behind].Kubernetes)
}

// prose writes text to standard output after a label, with a hanging indent.
func (a *app) prose(label, text string) {
	io.WriteString(a.stdout, a.folded(label, text))
}

// folded formats text after a label with a hanging indent, as wide as standard output.
func (a *app) folded(label, text string) string {
	return hang(label, text, a.columns())
}

// columns returns the width of standard output, at most 140: wider text is hard to read.
func (a *app) columns() int {
	if columns := width(a.stdout); columns > 0 && columns < 140 {
		return columns
	}
	return 140
}
