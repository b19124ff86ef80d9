package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// dial prints the result of a connection. Dropped packets get no answer.
const dial = `import socket, sys
s = socket.socket()
s.settimeout(3)
try:
    s.connect((sys.argv[1], int(sys.argv[2])))
    print("open")
except ConnectionRefusedError:
    print("refused")
except OSError:
    print("closed")`

// way is a connection between two hosts, and its expected result: "open", "refused" if a packet arrives and nothing listens, "closed".
type way struct {
	from, to string
	port     int
	want     string
}

// checkFirewall checks that the hosts accept connections to the design's ports, from the design's peers, and nothing else. The rules must
// survive a reboot, and no timer may remain that removes them.
func checkFirewall(ctx context.Context, c *cluster) error {
	if err := c.walk(ctx); err != nil {
		return err
	}
	for _, n := range c.nodes {
		out, err := n.Exec(ctx, "sh", "-c", "systemctl list-units --all --plain --no-legend 'k8splan-firewall-undo*'")
		if err != nil {
			return err
		}
		if out != "" {
			return fmt.Errorf("%s: a change would be taken back: %s", n.Name, out)
		}
	}
	worker := c.node("worker-1")
	if err := worker.Kill(ctx); err != nil {
		return err
	}
	if err := worker.Revive(ctx); err != nil {
		return err
	}
	if err := eventually(ctx, 3*time.Minute, func() error { return c.checkNodes(ctx) }); err != nil {
		return err
	}
	// A node counts as Ready until its lease expires: its kubelet may not listen yet.
	return eventually(ctx, 2*time.Minute, func() error { return c.walk(ctx) })
}

func (c *cluster) walk(ctx context.Context) error {
	for _, w := range []way{
		{"cp-2", "cp-1", 2379, "open"}, {"cp-2", "cp-1", 2380, "open"},
		{"worker-1", "cp-1", 2379, "closed"}, {"lb-1", "cp-1", 2380, "closed"},
		{"worker-1", "cp-1", 6443, "open"}, {"lb-1", "cp-1", 6443, "open"}, {"worker-1", "lb-1", 6443, "open"},
		{"cp-1", "worker-1", 10250, "open"}, {"lb-1", "worker-1", 10250, "closed"},
		{"worker-1", "cp-1", 22, "closed"}, {"cp-1", "worker-1", 22, "closed"}, {"cp-1", "lb-1", 22, "closed"},
		{"lb-1", "worker-1", 9999, "refused"}, {"lb-1", "worker-1", 9998, "closed"},
	} {
		out, err := c.node(w.from).Exec(ctx, "python3", "-c", dial, c.node(w.to).Address, fmt.Sprint(w.port))
		if err != nil {
			return err
		}
		if got := strings.TrimSpace(out); got != w.want {
			return fmt.Errorf("port %d of %s is %s to %s, and must be %s", w.port, w.to, got, w.from, w.want)
		}
	}
	return nil
}
