package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// promise is the prediction of `k8splan diff -o json` for an edit.
type promise struct {
	Verdict string        `json:"verdict"`
	Steps   []promiseStep `json:"steps"`
	Changes []struct {
		ID    string `json:"id"` // a row of docs/change.md
		Class string `json:"class"`
	} `json:"changes"`
}

// rows returns the rows of docs/change.md that an edit tries: all that changes something, or only what is refused.
func (p *promise) rows(refused bool) []string {
	var ids []string
	for _, c := range p.Changes {
		if c.Class != "none" && (!refused || c.Class == "refused") && !slices.Contains(ids, c.ID) {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

type promiseStep struct {
	ID       string `json:"id"`
	Playbook string `json:"playbook"`
	Survives struct {
		Writes *int `json:"writes"` // null: writes are unavailable
		API    *int `json:"api"`
	} `json:"survives"`
}

// promised asks diff what the topology does to the tree's cluster.
func (c *changing) promised(ctx context.Context) (promise, error) {
	var p promise
	if _, err := os.Stat(filepath.Join(c.tree, "plan.json")); errors.Is(err, os.ErrNotExist) {
		return p, nil // the cluster is not built yet
	}
	args := append([]string{"diff", c.tree, filepath.Join(c.dir, "topology.hcl"), "-o", "json"}, c.h.variables()...)
	cmd := exec.CommandContext(ctx, c.h.k8splan, args...)
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !(errors.As(err, &exit) && exit.ExitCode() == 1 && len(out) > 0) { // 1 where it is refused
		return p, fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, said.String())
	}
	return p, json.Unmarshal(out, &p)
}

// Seconds for which the endpoint and the writes may pause although diff says that they continue: a balancer needs time to notice that an
// API server is gone, and etcd members elect another leader. A host that lost power closes no connection.
const (
	blink      = 10
	blinkOfOne = 40
)

// kept compares the observations with diff's prediction: if no step interrupts the API or the writes, they paused for a moment at most.
func (p *promise) kept(saw *Sighting, trouble string) error {
	if p.Verdict == "" || p.Verdict == "none" && trouble == "" {
		return nil
	}
	limit := float64(blink)
	if strings.Contains(trouble, "lost power") {
		limit = blinkOfOne
	}
	limit *= saw.slow()
	api, writes := true, true
	for _, s := range p.Steps {
		if s.Survives.API == nil || strings.Contains(trouble, "lost power") && *s.Survives.API == 0 {
			api = false
		}
		if s.Survives.Writes == nil || strings.Contains(trouble, "lost power") && *s.Survives.Writes == 0 {
			writes = false
		}
	}
	if api && saw.Endpoint > limit {
		return fmt.Errorf("diff says that the API goes on in every step, and the endpoint was away for %.1f s", saw.Endpoint)
	}
	if api && writes && saw.Gap > limit {
		return fmt.Errorf("diff says that writes go on in every step, and none was acknowledged for %.1f s", saw.Gap)
	}
	return nil
}
