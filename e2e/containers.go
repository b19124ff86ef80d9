package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
)

// connections is the size of the conntrack table: the machine's, which a network namespace may read but not set.
const connections = "/proc/sys/net/netfilter/nf_conntrack_max"

// contain runs the hosts like LXD containers, on a machine whose conntrack table is smaller than kube-proxy would set it. restore resets
// the table's size.
func (c *cluster) contain() (restore func(), err error) {
	was, err := os.ReadFile(connections)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(connections, []byte("65536"), 0o644); err != nil {
		return nil, err
	}
	for _, n := range c.nodes {
		n.Container = true
	}
	return func() {
		if err := os.WriteFile(connections, was, 0o644); err != nil {
			fmt.Fprintln(os.Stderr, "e2e:", err)
		}
	}, nil
}

// checkContainers checks that the obstacles to Kubernetes in a container exist, so that a working cluster proves something.
func checkContainers(ctx context.Context, c *cluster) error {
	const stops = `
[ "$(systemd-detect-virt --container)" = lxc ] || echo 'systemd sees no container of LXD'
if modprobe br_netfilter 2>/dev/null; then echo 'modprobe works'; fi
for f in /lib/modules/$(uname -r) /boot/config-$(uname -r); do [ ! -e $f ] || echo "$f is there"; done
[ ! -s /proc/config.gz ] || echo 'the configuration of the kernel is there'
if echo 131072 2>/dev/null >/proc/sys/net/netfilter/nf_conntrack_max; then echo 'the table of connections can be set'; fi
[ -e /usr/local/sbin/kubeadm ] && echo 'kubeadm is not the real one'
true`
	for _, n := range c.nodes {
		out, err := n.Exec(ctx, "bash", "-c", stops)
		if err != nil {
			return fmt.Errorf("%s: %w", n.Name, err)
		}
		if out != "" {
			return fmt.Errorf("%s is not as a container is: %s", n.Name, strings.ReplaceAll(strings.TrimSpace(out), "\n", "; "))
		}
	}
	// kubeadm does look for the kernel's configuration, and the tree's setting turns that into a warning; ports that are in use by now are
	// a different finding
	out, err := c.bootstrap().Exec(ctx, "sh", "-c", "kubeadm init phase preflight --config /etc/kubernetes/kubeadm.yaml 2>&1 | "+
		"sed -n '/SystemVerification/p'")
	if err != nil {
		return err
	}
	if !strings.Contains(out, "kernel config") {
		return fmt.Errorf("kubeadm does not miss the configuration of the kernel: %q", out)
	}
	size, err := os.ReadFile(connections)
	if err != nil {
		return err
	}
	if got := strings.TrimSpace(string(size)); got != "65536" {
		return errors.New("the machine's table of connections has another size: " + got)
	}
	return nil
}
