package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The failover of the cluster's leaders: the current leader is read every half second. The time that a fault leaves a lease or the virtual
// IP without a living holder is measured from the fault to the first answer with another holder.

// leaders maps each lease of the control plane, and the virtual IP, to its holder; "" if it is unknown.
type leaders map[string]string

const (
	controllerLease = "kube-controller-manager"
	schedulerLease  = "kube-scheduler"
	virtualIP       = "virtual IP"
)

// leaders queries a reachable host.
func (p *patient) leaders(ctx context.Context, gone map[string]bool) leaders {
	ctx, cancel := context.WithTimeout(ctx, 4*time.Second)
	defer cancel()
	now := leaders{}
	for _, n := range p.plan.Nodes {
		if gone[n.Name] || !slices.Contains(n.Roles, "control-plane") {
			continue
		}
		out, err := p.kube(ctx, "--server", "https://"+p.node(n.Name).Address+":6443", "--request-timeout", "2s", "-n", "kube-system",
			"get", "leases", controllerLease, schedulerLease,
			"-o", `jsonpath={range .items[*]}{.metadata.name} {.spec.holderIdentity}{"\n"}{end}`)
		if err != nil {
			continue
		}
		for line := range strings.Lines(out) {
			if f := strings.Fields(line); len(f) == 2 {
				holder, _, _ := strings.Cut(f[1], "_") // <node>_<unique ID>
				now[f[0]] = holder
			}
		}
		break
	}
	if p.plan.LoadBalancer.VirtualIP == "" {
		return now
	}
	for _, n := range p.plan.Nodes {
		if gone[n.Name] || !slices.Contains(n.Roles, "control-plane") && !slices.Contains(n.Roles, "load-balancer") {
			continue
		}
		out, err := p.node(n.Name).Exec(ctx, "ip", "-o", "addr", "show", "to", p.plan.LoadBalancer.VirtualIP)
		if err == nil && strings.TrimSpace(out) != "" {
			now[virtualIP] = n.Name
		}
	}
	return now
}

// watchLeaders measures how long each leader lost to a fault has no successor. Leaders on surviving hosts are skipped.
func (p *patient) watchLeaders(ctx context.Context, before leaders, broken []string, gone map[string]bool,
	start time.Time) map[string]time.Duration {
	moved := map[string]time.Duration{}
	for ctx.Err() == nil {
		waiting := false
		now := p.leaders(ctx, gone)
		for name, holder := range before {
			if _, done := moved[name]; done || !slices.Contains(broken, holder) {
				continue
			}
			if now[name] != "" && now[name] != holder {
				moved[name] = time.Since(start)
				continue
			}
			waiting = true
		}
		if !waiting {
			break
		}
		select {
		case <-ctx.Done():
		case <-time.After(500 * time.Millisecond):
		}
	}
	return moved
}

// span is the shortest and the longest measurement.
type span struct{ least, most time.Duration }

func (s span) String() string {
	return fmt.Sprintf("%.1f – %.1f s", s.least.Seconds(), s.most.Seconds())
}

// spans summarizes failovers over all injections.
func spans(all []result) map[string]span {
	out := map[string]span{}
	add := func(name string, d time.Duration) {
		s, ok := out[name]
		if !ok || d < s.least {
			s.least = d
		}
		s.most = max(s.most, d)
		out[name] = s
	}
	for _, r := range all {
		for name, d := range r.Moved {
			add(name, d)
		}
		for name, d := range r.Gaps {
			add(name+" away", d)
		}
	}
	return out
}

// rescheduled kills a worker that runs a test pod, and measures the time until the node is NotReady and until all replicas run on other
// nodes.
func (p *patient) rescheduled(ctx context.Context) (notReady, replaced time.Duration, err error) {
	victim := p.groups["workers"][slices.IndexFunc(p.groups["workers"], func(name string) bool { return name != "spare" })]
	start := time.Now()
	if err := p.node(victim).Kill(ctx); err != nil {
		return 0, 0, err
	}
	if err := eventually(ctx, 3*time.Minute, func() error { return p.nodeLost(ctx, victim) }); err != nil {
		return 0, 0, err
	}
	notReady = time.Since(start)
	err = eventually(ctx, 9*time.Minute, func() error {
		out, err := p.kube(ctx, "get", "pods", "-l", "app=web", "-o",
			`jsonpath={range .items[?(@.status.phase=="Running")]}{.spec.nodeName}{"\n"}{end}`)
		if err != nil {
			return err
		}
		want, err := p.kube(ctx, "get", "deploy", "web", "-o", "jsonpath={.spec.replicas}/{.status.readyReplicas}")
		if err != nil {
			return err
		}
		all, ready, _ := strings.Cut(want, "/")
		elsewhere := 0
		for node := range strings.Lines(out) {
			if strings.TrimSpace(node) != victim {
				elsewhere++
			}
		}
		if all != ready || all != fmt.Sprint(elsewhere) {
			return fmt.Errorf("%d of %s pods run elsewhere, %s are ready", elsewhere, all, ready)
		}
		return nil
	})
	replaced = time.Since(start)
	if err != nil {
		return 0, 0, err
	}
	if err := p.node(victim).Up(ctx); err != nil {
		return 0, 0, err
	}
	return notReady, replaced, p.whole(ctx)
}
