package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/k8splan/k8splan/e2e/lab"
)

// singleHosts returns 1+3+1.hcl with three members of etcd, and every host in its own block.
func singleHosts(source string) string {
	members, planes := "", ""
	for i := range 3 {
		members += single("etcd", fmt.Sprintf("etcd-%d", i+1), fmt.Sprintf("10.77.0.2%d", i+1))
		planes += single("control-plane", fmt.Sprintf("cp-%d", i+1), fmt.Sprintf("10.77.0.3%d", i+1))
	}
	return strings.NewReplacer(pool("etcd", "etcd", 3, "10.77.0.21"), members, pool("cp", "control-plane", 3, "10.77.0.31"), planes).
		Replace(threeMembers(source))
}

// walkAddresses gives one host of each kind another address. The load balancer and the member have both until the playbook has run; etcd is
// told of the member's. The control plane leaves and joins again, as RUNBOOK.md describes.
func walkAddresses(ctx context.Context, c *changing) error {
	const balancerWas, balancerIs, memberWas, memberIs = "10.77.0.11", "10.77.0.18", "10.77.0.23", "10.77.0.28"
	if err := another(ctx, c.node("lb-1"), balancerIs); err != nil {
		return err
	}
	if err := c.edit(ctx, balancerWas, balancerIs); err != nil {
		return err
	}
	if err := c.carriedOut(ctx, "another address of the load balancer", "reconfigure.yml"); err != nil {
		return err
	}
	if err := only(ctx, c.node("lb-1"), balancerWas, balancerIs); err != nil {
		return err
	}

	etcd, err := c.etcdctl(ctx, c.members[0])
	if err != nil {
		return err
	}
	out, err := etcd(ctx, "member", "list")
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(out)) {
		if id, _, _ := strings.Cut(line, ","); strings.Contains(line, memberWas) {
			_, err = etcd(ctx, "member", "update", id, "--peer-urls", "https://"+memberIs+":2380")
		}
	}
	if err != nil {
		return err
	}
	if err := another(ctx, c.node("etcd-3"), memberIs); err != nil {
		return err
	}
	if err := c.edit(ctx, memberWas, memberIs); err != nil {
		return err
	}
	if err := c.carriedOut(ctx, "another address of a member", "site.yml"); err != nil {
		return err
	}
	if err := only(ctx, c.node("etcd-3"), memberWas, memberIs); err != nil {
		return err
	}

	cp := c.node("cp-3")
	if err := c.edit(ctx, single("control-plane", "cp-3", "10.77.0.33"), ""); err != nil {
		return err
	}
	if err := c.carriedOut(ctx, "cp-3 leaves", "remove-host.yml", "-e", "host=cp-3"); err != nil {
		return err
	}
	c.forget("cp-3")
	if err := another(ctx, cp, "10.77.0.38"); err != nil {
		return err
	}
	if err := only(ctx, cp, "10.77.0.33", "10.77.0.38"); err != nil {
		return err
	}
	const last = "\nnode \"worker-1\""
	if err := c.edit(ctx, last, single("control-plane", "cp-3", "10.77.0.38")+last); err != nil {
		return err
	}
	return c.carriedOut(ctx, "cp-3 joins with another address", "site.yml")
}

// another gives a running host another address, next to the one that it has.
func another(ctx context.Context, n *lab.Node, is string) error {
	_, err := n.Exec(ctx, "sh", "-c", fmt.Sprintf(`sysctl --quiet --write net.ipv4.conf.eth0.promote_secondaries=1
ip address add %s/24 dev eth0`, is))
	return err
}

// only removes the address that a host had before.
func only(ctx context.Context, n *lab.Node, was, is string) error {
	_, err := n.Exec(ctx, "sh", "-c", fmt.Sprintf(`set -e
ip address del %[1]s/24 dev eth0
ip route replace default via %[3]s
sed -i 's/^%[1]s /%[2]s /' /etc/hosts`, was, is, lab.Gateway))
	return err
}
