package main

import (
	"context"
	"fmt"
	"strings"
)

// twoWorkersOfThree returns 1+3+1.hcl with another worker, which changes its role.
func twoWorkersOfThree(source string) string {
	return source + single("worker", "worker-2", "10.77.0.42")
}

// walkRoles changes what nodes are, and what they are labeled and tainted with.
func walkRoles(ctx context.Context, c *changing) error { return walkSteps(ctx, c, rolesSteps...) }

var rolesSteps = []step{
	{what: "a worker becomes a control plane", playbook: "remove-host.yml",
		args:    []string{"-e", "host=worker-2", "-e", "again=true", "-e", force},
		trouble: &trouble{interrupt: true},
		pairs:   []string{single("worker", "worker-2", "10.77.0.42"), single("control-plane", "worker-2", "10.77.0.42")},
		also:    isControlPlane("worker-2", true)},
	{what: "a control plane becomes a worker", playbook: "remove-host.yml",
		args:    []string{"-e", "host=worker-2", "-e", "again=true", "-e", force},
		trouble: &trouble{host: "cp-1"},
		pairs:   []string{single("control-plane", "worker-2", "10.77.0.42"), single("worker", "worker-2", "10.77.0.42")},
		also:    isControlPlane("worker-2", false)},
	{what: "control planes run ordinary pods", playbook: "site.yml", calm: true,
		pairs: []string{`roles         = ["control-plane"]`, `roles         = ["control-plane", "worker"]`}},
	{what: "control planes run no ordinary pods", playbook: "site.yml",
		pairs: []string{`roles         = ["control-plane", "worker"]`, `roles         = ["control-plane"]`}},
	{what: "another value of a taint", playbook: "site.yml", calm: true,
		pairs: []string{`value  = "batch"`, `value  = "nightly"`}},
	{what: "another effect and key of a taint", playbook: "site.yml", calm: true,
		pairs: []string{`effect = "PreferNoSchedule"`, `effect = "NoSchedule"`, "example.com/dedicated", "example.com/reserved"}},
}

// isControlPlane checks whether a node is labeled as a control plane, and whether its API server is there.
func isControlPlane(name string, want bool) func(context.Context, *changing) error {
	return func(ctx context.Context, c *changing) error {
		out, err := c.kube(ctx, "get", "node", name, "-o", `jsonpath={.metadata.labels}`)
		if err != nil {
			return err
		}
		runs, err := c.node(name).Exec(ctx, "sh", "-c", "pgrep -x kube-apiserver || ls /etc/kubernetes/pki/ca.key 2>/dev/null || true")
		if err != nil {
			return err
		}
		if strings.Contains(out, "node-role.kubernetes.io/control-plane") != want || (strings.TrimSpace(runs) != "") != want {
			return fmt.Errorf("%s has the labels %s; its API server or its CA's key: %q", name, out, runs)
		}
		return nil
	}
}
