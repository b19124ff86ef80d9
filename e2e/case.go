package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// table prints the phases of a case as they end.
type table struct {
	ctx context.Context
	h   *harness
	at  time.Time
	all time.Duration
}

func (h *harness) table(ctx context.Context, title string) *table {
	fmt.Printf("\n%-44s %8s %7s %9s %7s\n", title, "seconds", "tasks", "changed", "MiB")
	return &table{ctx: ctx, h: h, at: time.Now()}
}

// phase ends the current phase and starts the next.
func (t *table) phase(name string) { t.row(name, time.Since(t.at), nil) }

func (t *table) row(name string, took time.Duration, r *playbookRun) {
	tasks, changed := "", ""
	if r != nil {
		tasks, changed = fmt.Sprint(r.tasks), fmt.Sprint(r.changedCount())
	}
	fmt.Printf("%-44s %8.1f %7s %9s %7d\n", name, took.Seconds(), tasks, changed, t.h.lab.Memory(t.ctx))
	t.all += took
	t.at = time.Now()
}

// plays prints a run and its plays.
func (t *table) plays(name string, r *playbookRun) {
	t.row(name, r.took, r)
	for _, p := range r.plays {
		fmt.Printf("  %-42s %8.1f %7d %9d\n", p.name, p.took.Seconds(), p.tasks, p.changed)
	}
	fmt.Printf("  %-42s %8s %7d\n", "tasks times hosts", "", r.sent)
	t.at = time.Now()
}

// runCase builds one topology, checks it, and removes it.
func (h *harness) runCase(ctx context.Context, tc testCase) (err error) {
	t := h.table(ctx, tc.name)
	c, validate, generate, err := h.generate(ctx, tc.name)
	if err != nil {
		return err
	}
	t.row("validate", validate, nil)
	t.row("generate", generate, nil)

	defer func() {
		if err != nil {
			h.report(ctx, c)
		}
		if h.keep && ctx.Err() == nil {
			fmt.Printf("\n%s is up; kubectl --kubeconfig %s/admin.conf; its tree is %s; ^C ends it\n", tc.name, c.dir, c.tree)
			<-ctx.Done()
		}
		err = errors.Join(err, c.remove(ctx))
	}()
	t.at = time.Now()
	if tc.containers {
		restore, err := c.contain()
		if err != nil {
			return err
		}
		defer restore()
	}
	if err := h.lab.Boot(ctx, c.nodes); err != nil {
		return err
	}
	t.phase(fmt.Sprintf("boot %d hosts", len(c.nodes)))
	before, err := c.treeState()
	if err != nil {
		return err
	}

	first, err := c.playbook(ctx, "site.yml", "site-1")
	if err != nil {
		return err
	}
	t.plays("site.yml", first)
	if err := tc.check(ctx, c); err != nil {
		return err
	}
	t.phase("checks")

	running, err := c.services(ctx)
	if err != nil {
		return err
	}
	t.at = time.Now()
	second, err := c.playbook(ctx, "site.yml", "site-2")
	if err != nil {
		return err
	}
	t.row(fmt.Sprintf("site.yml again (%.0f %% of the first)", 100*second.took.Seconds()/first.took.Seconds()), second.took, second)
	if len(second.changed) > 0 || second.changedCount() > 0 {
		return fmt.Errorf("the second run changed something:\n  %s", strings.Join(second.changed, "\n  "))
	}
	if err := c.sameServices(ctx, running); err != nil {
		return err
	}

	if tc.reset {
		if err := c.refusesKubeconfig(ctx); err != nil {
			return err
		}
		t.phase("another cluster's kubeconfig is refused")
		reset, err := c.playbook(ctx, "reset.yml", "reset", c.consent()...)
		if err != nil {
			return err
		}
		t.row("reset.yml", reset.took, reset)
		if err := c.clean(ctx); err != nil {
			return err
		}
		third, err := c.playbook(ctx, "site.yml", "site-3", "-e", "kubeconfig="+c.userConfig())
		if err != nil {
			return err
		}
		t.row("site.yml after reset.yml", third.took, third)
		if err := tc.check(ctx, c); err != nil {
			return err
		}
		if err := c.checkKubeconfig(ctx, "site-3"); err != nil {
			return err
		}
		t.phase("checks")
	}

	after, err := c.treeState()
	if err != nil {
		return err
	}
	if err := sameTree(before, after); err != nil {
		return err
	}
	fmt.Printf("%-44s %8.1f\n", "total", t.all.Seconds())
	return nil
}

// check runs the checks for every cluster, and this case's own.
func (tc testCase) check(ctx context.Context, c *cluster) error {
	if err := c.check(ctx); err != nil || tc.also == nil {
		return err
	}
	return tc.also(ctx, c)
}

func sameTree(before, after map[string]string) error {
	for name, data := range after {
		if was, ok := before[name]; !ok || was != data {
			return fmt.Errorf("running the playbook wrote into the tree: %s", name)
		}
	}
	for name := range before {
		if _, ok := after[name]; !ok {
			return fmt.Errorf("running the playbook took a file from the tree: %s", name)
		}
	}
	return nil
}

// report saves diagnostics of a failed cluster: logs of the hosts' services, and unhealthy pods.
func (h *harness) report(ctx context.Context, c *cluster) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	var b strings.Builder
	for _, n := range c.nodes {
		out, err := n.Exec(ctx, "sh", "-c", "systemctl --failed --no-legend; for u in etcd haproxy keepalived containerd crio docker "+
			"cri-docker kubelet; do journalctl -q --no-pager -o short-iso -u $u | grep -vE 'level=info|\"level\":\"info\"|mirror pod|: "+
			"I[0-9]{4} ' | tail -n 40; done")
		section(&b, n.Name, out, err)
	}
	if c.kubectl == nil {
		_ = c.fetchKubeconfig(ctx) // there may be none yet
	}
	if c.kubectl != nil {
		const system = "--namespace=kube-system"
		for _, args := range [][]string{
			{"get", "nodes,pods", "-A", "-o", "wide"}, {"get", "events", "-A", "--sort-by=.lastTimestamp"},
			{"get", "services,endpointslices", "-A", "-o", "wide"},
			{system, "logs", "-l", "k8s-app=kube-proxy", "--tail=60", "--prefix"},
			{system, "exec", "daemonset/kube-proxy", "--", "nft", "list", "table", "ip", "kube-proxy"},
		} {
			out, err := c.kube(ctx, args...)
			section(&b, "kubectl "+strings.Join(args, " "), out, err)
		}
	}
	c.sayUnwell(ctx)
	path := c.log("failure", ".log")
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err == nil {
		fmt.Printf("the hosts' logs are in %s\n", path)
	}
}

// sayUnwell prints unhealthy node conditions, pods that do not run, and the newest warnings: CI's log files may be inaccessible, but its
// output is not.
func (c *cluster) sayUnwell(ctx context.Context) {
	if c.kubectl == nil {
		return
	}
	conditions, _ := c.kube(ctx, "get", "nodes", "-o", `jsonpath={range .items[*]}{.metadata.name}{range .status.conditions[*]} `+
		`{.type}={.status}{end}{"\n"}{end}`)
	for line := range strings.Lines(conditions) {
		if strings.Contains(line, "Pressure=True") || !strings.Contains(line, "Ready=True") {
			fmt.Print("node ", line)
		}
	}
	pods, _ := c.kube(ctx, "get", "pods", "-A", "--no-headers", "-o", "wide")
	for line := range strings.Lines(pods) {
		if f := strings.Fields(line); len(f) > 3 && (f[3] != "Running" || !whole(f[2])) {
			fmt.Print("pod ", line)
		}
	}
	events, _ := c.kube(ctx, "get", "events", "-A", "--no-headers", "--field-selector", "type=Warning", "--sort-by=.lastTimestamp")
	lines := strings.SplitAfter(events, "\n")
	for _, line := range lines[max(0, len(lines)-8):] {
		fmt.Print(line)
	}
}

// whole reports whether all of a pod's containers are ready, as in "2/2".
func whole(ready string) bool {
	have, want, _ := strings.Cut(ready, "/")
	return have == want
}

// hold keeps a failed cluster until ^C, if requested.
func (h *harness) hold(ctx context.Context, c *cluster, err error) {
	if !h.keep || ctx.Err() != nil {
		return
	}
	fmt.Printf("\n%s: %v\nit is up; kubectl --kubeconfig %s/admin.conf; its tree is %s; ^C ends it\n", c.name, err, c.dir, c.tree)
	<-ctx.Done()
}

// section adds a command's title, and its output or error.
func section(b *strings.Builder, title, out string, err error) {
	fmt.Fprintf(b, "=== %s\n%s", title, out)
	if err != nil {
		fmt.Fprintln(b, err)
	}
}
