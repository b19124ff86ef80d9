package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

const (
	onePlane    = "type = \"single-etcd-single-master\""
	onePool     = "node_pool \"cp\" {\n  roles         = [\"control-plane\"]\n  " + oneOfStacked + "\n}\n"
	threePool   = "node_pool \"cp\" {\n  roles         = [\"control-plane\"]\n  " + threeOfStacked + "\n}\n"
	ofStacked   = "topology = \"stacked\""
	ofExternal  = "topology = \"external\""
	severalOnes = "type = \"multi-etcd-multi-master\""
)

// walkTypes moves a cluster through the installation types: one control plane with its etcd member, a member on a separate host, three
// control planes, three members, and all members back on the control planes.
func walkTypes(ctx context.Context, c *changing) error {
	if err := walkSteps(ctx, c,
		step{what: "etcd of one control plane gets a host of its own", playbook: "move-etcd.yml", trouble: &trouble{interrupt: true},
			pairs: []string{ofStacked, ofExternal, onePool, oneMember + "\n" + onePool}, also: etcdOnly("etcd-1")},
		step{what: "three control planes", playbook: "site.yml",
			pairs: []string{onePlane, "type = \"single-etcd-multi-master\"", onePool, threePool}},
		step{what: "three members", playbook: "site.yml",
			pairs: []string{"type = \"single-etcd-multi-master\"", severalOnes, oneMember, pool("etcd", "etcd", 3, "10.77.0.21")}},
		step{what: "etcd moves to the control planes", playbook: "move-etcd.yml", trouble: &trouble{interrupt: true},
			pairs: []string{ofExternal, ofStacked, pool("etcd", "etcd", 3, "10.77.0.21") + "\n", ""},
			also:  etcdOnly("cp-1", "cp-2", "cp-3")},
	); err != nil {
		return err
	}
	for _, name := range []string{"etcd-1", "etcd-2", "etcd-3"} {
		if err := c.leaves(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// etcdOnly checks that etcd runs on these hosts and on no other.
func etcdOnly(names ...string) func(context.Context, *changing) error {
	return func(ctx context.Context, c *changing) error {
		var there []string
		for _, n := range c.nodes {
			out, err := n.Exec(ctx, "sh", "-c", "pgrep -x etcd >/dev/null && echo runs; ls -d /etc/kubernetes/.k8splan-entering "+
				"2>/dev/null || true")
			if err != nil {
				return err
			}
			if strings.Contains(out, "runs") {
				there = append(there, n.Name)
			}
			if strings.Contains(out, "entering") {
				return fmt.Errorf("%s still has what its member entered with", n.Name)
			}
		}
		if strings.Join(there, " ") != strings.Join(names, " ") {
			return errors.New("etcd runs on " + strings.Join(there, ", "))
		}
		return nil
	}
}
