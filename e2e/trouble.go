package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"time"

	"github.com/k8splan/k8splan/e2e/lab"
)

// trouble happens during the next edit: its run is killed at a random result, and a host loses power at another one.
type trouble struct {
	interrupt bool
	host      string // "" for none
}

// troubled runs a playbook into its trouble, and reports the result. The next run must finish what it leaves.
func (c *changing) troubled(ctx context.Context, tr *trouble, what, playbook string, args ...string) (string, error) {
	last := 60
	r, err := c.h.result(c.chain)
	if err != nil {
		return "", err
	}
	if i := slices.IndexFunc(r.Edits, func(e editResult) bool { return e.What == what && e.Results > 0 }); i >= 0 {
		last = r.Edits[i].Results
	}
	said := ""
	if tr.interrupt {
		at := 5 + rand.IntN(max(1, last-5))
		if err := c.interrupted(ctx, at, playbook, args...); err != nil {
			return "", err
		}
		said = fmt.Sprintf("ansible-playbook was killed after %d results", at)
		c.t.phase("killed after " + fmt.Sprint(at))
	}
	if tr.host != "" {
		at := 5 + rand.IntN(max(1, last-5))
		ended, err := c.powerless(ctx, c.node(tr.host), at, playbook, args...)
		if err != nil {
			return "", err
		}
		if said != "" {
			said += ", then "
		}
		said += fmt.Sprintf("%s lost power after %d results, and the run %s", tr.host, at, ended)
		c.t.phase(tr.host + " without power")
	}
	return said, nil
}

// interrupted starts a playbook and kills it, with all of its processes, after the given number of results. Commands that it started on
// hosts may continue there.
func (c *changing) interrupted(ctx context.Context, at int, playbook string, args ...string) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	c.killed = true
	defer func() { c.killed = false }()
	_ = os.Remove(c.log("killed", ".jsonl"))
	go c.whenResults(ctx, "killed", at, func() { cancel(errKilled) })
	_, err := c.playbook(ctx, playbook, "killed", args...)
	if err != nil && context.Cause(ctx) != errKilled {
		return err
	}
	return nil
}

var errKilled = fmt.Errorf("killed on purpose")

// ownServer succeeds once a host's API server accepts connections, and on hosts without one.
const ownServer = `[ ! -e /etc/kubernetes/manifests/kube-apiserver.yaml ] ||
  /usr/bin/python3 -c 'import socket; socket.create_connection(("%s", 6443), 3)'`

// powerless starts a playbook, kills a host after the given number of results, and boots it again when the run is over.
func (c *changing) powerless(ctx context.Context, n *lab.Node, at int, playbook string, args ...string) (ended string, err error) {
	watch, cancel := context.WithCancel(ctx)
	defer cancel()
	pulled := make(chan error, 1)
	_ = os.Remove(c.log("powerless", ".jsonl"))
	go c.whenResults(watch, "powerless", at, func() { pulled <- n.Kill(ctx) })
	_, failed := c.playbook(ctx, playbook, "powerless", args...)
	cancel()
	select {
	case err = <-pulled:
	default:
		err = n.Kill(ctx) // the run ended earlier
	}
	if err != nil {
		return "", err
	}
	if err := n.Up(ctx); err != nil {
		return "", err
	}
	// its components need a moment to find each other again
	if err := eventually(ctx, 3*time.Minute, func() error { return c.checkNodesThere(ctx) }); err != nil {
		return "", err
	}
	if err := eventually(ctx, 3*time.Minute, func() error {
		_, err := n.Exec(ctx, "sh", "-c", fmt.Sprintf(ownServer, n.Address))
		return err
	}); err != nil {
		return "", fmt.Errorf("the API server of %s after the power came back: %w", n.Name, err)
	}
	if failed != nil {
		return "stopped", nil
	}
	return "ended well", nil
}

// whenResults calls a function once a run has the given number of results.
func (c *changing) whenResults(ctx context.Context, label string, at int, do func()) {
	for ctx.Err() == nil {
		data, _ := os.ReadFile(c.log(label, ".jsonl")) // there is none yet
		if bytes.Count(data, []byte(`"task"`)) >= at {
			do()
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// checkNodesThere checks that every existing node is Ready.
func (c *cluster) checkNodesThere(ctx context.Context) error {
	_, err := c.kube(ctx, "wait", "node", "--all", "--for=condition=Ready", "--timeout=10s")
	return err
}
