package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// readyz prints the response of an address. Lab hosts have no curl.
const readyz = "import ssl, sys, urllib.request as r; print(r.urlopen(sys.argv[1], timeout=3, context=ssl._create_unverified_context())." +
	"read().decode())"

// checkLocal checks that each worker reaches the API servers through its local proxy, and continues to when the control plane that the
// others joined dies: no host may still resolve the name to it.
func checkLocal(ctx context.Context, c *cluster) error {
	first, second := c.groups["control_plane"][0], c.groups["control_plane"][1]
	out, err := c.node(second).Exec(ctx, "cat", "/etc/kubernetes/admin.conf")
	if err != nil {
		return err
	}
	_, rest, _ := strings.Cut(out, "server: ")
	server, _, _ := strings.Cut(rest, "\n")
	name, _, _ := strings.Cut(strings.TrimPrefix(server, "https://"), ":")
	for _, host := range c.groups["kubelet"] {
		want := c.node(host).Address
		if !strings.HasPrefix(host, "cp-") {
			want = "127.0.0.1"
		}
		if err := c.leads(ctx, host, name, want); err != nil {
			return fmt.Errorf("%s: %w", host, err)
		}
	}
	if err := c.node(first).Kill(ctx); err != nil {
		return err
	}
	died := time.Now()
	gone := c.workersWithout(ctx, second, server, died)
	fmt.Printf("%s: workers reach the API by their own proxies %.1f s after %s died\n", c.name, time.Since(died).Seconds(), first)
	if err := c.node(first).Revive(ctx); err != nil {
		return err
	}
	if gone != nil {
		return gone
	}
	return eventually(ctx, 3*time.Minute, func() error { return c.checkNodes(ctx) })
}

// leads checks that the endpoint's name resolves to an address, on a host and in its pods with a copy of /etc/hosts. Static pods of a
// control plane, whose directories have names without hyphens, got theirs before it joined, and never connect to the endpoint.
func (c *cluster) leads(ctx context.Context, host, name, want string) error {
	out, err := c.node(host).Exec(ctx, "sh", "-c", "grep -hF ' "+name+"' /etc/hosts /var/lib/kubelet/pods/*-*-*-*-*/etc-hosts")
	if err != nil {
		return err
	}
	lines := 0
	for line := range strings.Lines(out) {
		if lines++; !strings.HasPrefix(line, want+" ") {
			return fmt.Errorf("a file of hosts has %q, and wants %s", strings.TrimSpace(line), want)
		}
	}
	if lines < 2 {
		return fmt.Errorf("no pod has the endpoint's name: %q", out)
	}
	return nil
}

// workersWithout checks that the workers reach the API and renew their leases after a control plane died. asked is a surviving one.
func (c *cluster) workersWithout(ctx context.Context, asked, server string, died time.Time) error {
	for _, host := range c.groups["workers"] {
		if err := eventually(ctx, 20*time.Second, func() error {
			out, err := c.node(host).Exec(ctx, "python3", "-c", readyz, server+"/readyz")
			if err == nil && strings.TrimSpace(out) != "ok" {
				err = fmt.Errorf("/readyz says %q", out)
			}
			return err
		}); err != nil {
			return fmt.Errorf("%s does not reach the API: %w", host, err)
		}
		if err := eventually(ctx, time.Minute, func() error {
			out, err := c.node(asked).Exec(ctx, "kubectl", "--kubeconfig=/etc/kubernetes/admin.conf", "--namespace=kube-node-lease", "get",
				"lease", host, "--output=jsonpath={.spec.renewTime}")
			if err != nil {
				return err
			}
			renewed, err := time.Parse(time.RFC3339Nano, strings.TrimSpace(out))
			if err == nil && renewed.Before(died.Add(5*time.Second)) {
				err = fmt.Errorf("its lease is of %s", renewed)
			}
			return err
		}); err != nil {
			return fmt.Errorf("%s: %w", host, err)
		}
	}
	return nil
}
