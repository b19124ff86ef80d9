package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// benchCase is the topology that -bench measures; byhand/up.sh uses its host names.
const benchCase = "3+3+2"

// bench times byhand/up.sh and site.yml on identical bare hosts, and prints ratios. Both download from the same servers.
func (h *harness) bench(ctx context.Context, rounds int) error {
	var byHand, first, second []time.Duration
	tasks := 0
	for round := range rounds {
		hand, err := h.benchByHand(ctx)
		if err != nil {
			return fmt.Errorf("by hand: %w", err)
		}
		a, b, err := h.benchPlaybook(ctx)
		if err != nil {
			return fmt.Errorf("playbook: %w", err)
		}
		byHand, first, second = append(byHand, hand), append(first, a.took), append(second, b.took)
		tasks = a.tasks
		fmt.Printf("round %d: by hand %.1f s, site.yml %.1f s, again %.1f s\n", round+1, hand.Seconds(), a.took.Seconds(), b.took.Seconds())
	}
	m := func(d []time.Duration) float64 {
		slices.Sort(d)
		return d[len(d)/2].Seconds()
	}
	fmt.Printf("\n%-46s %8s %8s\n", "from bare hosts to a Ready "+benchCase+" cluster", "seconds", "goal")
	fmt.Printf("%-46s %8.1f\n", "by hand (byhand/up.sh)", m(byHand))
	fmt.Printf("%-46s %8.1f %8s\n", fmt.Sprintf("site.yml (%d tasks)", tasks), m(first), "")
	fmt.Printf("%-46s %8.2f %8s\n", "site.yml / by hand", m(first)/m(byHand), "≤1.25")
	fmt.Printf("%-46s %8.1f\n", "site.yml again", m(second))
	fmt.Printf("%-46s %8.2f %8s\n", "second run / first run", m(second)/m(first), "≤0.25")
	return nil
}

func (h *harness) benchByHand(ctx context.Context) (took time.Duration, err error) {
	c, _, _, err := h.generate(ctx, benchCase)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, c.remove(ctx)) }()
	if err := h.lab.Boot(ctx, c.nodes); err != nil {
		return 0, err
	}
	log := filepath.Join(h.lab.Dir, "log", "byhand.log")
	out, err := os.Create(log)
	if err != nil {
		return 0, err
	}
	defer out.Close()
	cmd := exec.CommandContext(ctx, filepath.Join(h.root, "e2e", "byhand", "up.sh"))
	cmd.Stdout, cmd.Stderr = out, out
	cmd.Env = append(os.Environ(), "KEY="+h.lab.Key(), "KNOWN_HOSTS="+h.lab.KnownHosts(), "WORK="+c.dir)
	for _, n := range c.nodes {
		cmd.Env = append(cmd.Env, "ADDRESS_"+strings.ReplaceAll(n.Name, "-", "_")+"="+n.Address)
	}
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return 0, fmt.Errorf("byhand/up.sh: %w; the whole of it is in %s\n%s", err, log, lastLines(log, 30))
	}
	took = time.Since(start)
	return took, c.check(ctx)
}

func (h *harness) benchPlaybook(ctx context.Context) (first, second *playbookRun, err error) {
	c, _, _, err := h.generate(ctx, benchCase)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, c.remove(ctx)) }()
	if err := h.lab.Boot(ctx, c.nodes); err != nil {
		return nil, nil, err
	}
	if first, err = c.playbook(ctx, "site.yml", "bench-1"); err != nil {
		return nil, nil, err
	}
	if err := c.check(ctx); err != nil {
		return nil, nil, err
	}
	second, err = c.playbook(ctx, "site.yml", "bench-2")
	return first, second, err
}
