package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// sealed must not be found in etcd.
const sealed = "nobody-reads-this-in-etcd"

// checkSealed checks a Secret that etcd holds encrypted, that every API server can read, and whose reads the audit logs record.
func checkSealed(ctx context.Context, c *cluster) error {
	if out, err := c.kube(ctx, "get", "secret", "sealed", "--ignore-not-found", "-o", "name"); err != nil {
		return err
	} else if out == "" {
		if _, err := c.kube(ctx, "create", "secret", "generic", "sealed", "--from-literal=key="+sealed); err != nil {
			return err
		}
	}
	etcd, err := c.etcdctl(ctx, c.members...)
	if err != nil {
		return err
	}
	out, err := etcd(ctx, "get", "/registry/secrets/default/sealed")
	if err != nil {
		return err
	}
	if stored := string(out); strings.Contains(stored, sealed) || !strings.Contains(stored, "k8s:enc:secretbox:v1:") {
		return fmt.Errorf("etcd holds the Secret as %q", stored)
	}
	for _, name := range c.groups["control_plane"] {
		if err := eventually(ctx, time.Minute, func() error { return c.readSealed(ctx, name) }); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// readSealed reads the Secret through one API server, and finds the read in its audit log.
func (c *cluster) readSealed(ctx context.Context, name string) error {
	node := c.node(name)
	out, err := node.Exec(ctx, "kubectl", "--kubeconfig=/etc/kubernetes/admin.conf", "--server=https://"+node.Address+":6443",
		"get", "secret",
		"sealed", "-o", "jsonpath={.data.key}")
	if err != nil {
		return err
	}
	if !strings.Contains(out, "bm9ib2R5LXJlYWRzLXRoaXMtaW4tZXRjZA==") {
		return fmt.Errorf("the Secret is %q", out)
	}
	log, err := node.Exec(ctx, "grep", "-c", `"verb":"get".*"name":"sealed"`, "/var/log/kubernetes/audit/audit.log")
	if err != nil || strings.TrimSpace(log) == "0" {
		return fmt.Errorf("its audit log does not tell of the reading: %q %w", log, err)
	}
	return nil
}
