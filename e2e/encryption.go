package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

const (
	audited    = "  audit {}\n"
	encrypted  = audited + "  encryption_at_rest {}\n"
	encrypted2 = audited + "  encryption_at_rest {\n    provider = \"aescbc\"\n  }\n"
)

// unsealed removes the encryption of Secrets.
func unsealed(source string) string { return strings.Replace(source, encrypted, audited, 1) }

// walkEncryption enables the encryption of Secrets, changes the key and the provider, and disables it. Each time, an existing Secret is
// rewritten accordingly, and every API server can read it throughout.
func walkEncryption(ctx context.Context, c *changing) error {
	if _, err := c.kube(ctx, "create", "secret", "generic", "sealed", "--from-literal=key="+sealed); err != nil {
		return err
	}
	return walkSteps(ctx, c,
		step{what: "encryption on", playbook: "reconfigure.yml", pairs: []string{audited, encrypted},
			trouble: &trouble{interrupt: true}, also: storedAs("k8s:enc:secretbox:v1:")},
		step{what: "another key", playbook: "reconfigure.yml", args: []string{"-e", "rotate_encryption=true"},
			also: storedAs("k8s:enc:secretbox:v1:")},
		step{what: "another provider", playbook: "reconfigure.yml", pairs: []string{encrypted, encrypted2},
			also: storedAs("k8s:enc:aescbc:v1:")},
		step{what: "encryption off", playbook: "reconfigure.yml", pairs: []string{encrypted2, audited},
			trouble: &trouble{interrupt: true}, also: storedAs("")},
	)
}

// storedAs checks that etcd holds the Secret encrypted, after a prefix, or in plain text if the prefix is "", and that every API server can
// read it.
func storedAs(prefix string) func(context.Context, *changing) error {
	return func(ctx context.Context, c *changing) error {
		etcd, err := c.etcdctl(ctx, c.members...)
		if err != nil {
			return err
		}
		out, err := etcd(ctx, "get", "/registry/secrets/default/sealed")
		if err != nil {
			return err
		}
		if plain := strings.Contains(string(out), sealed); plain != (prefix == "") || !strings.Contains(string(out), prefix) {
			return fmt.Errorf("etcd holds the Secret as %q, and not behind %q", out, prefix)
		}
		for _, name := range c.groups["control_plane"] {
			if err := eventually(ctx, time.Minute, func() error { return c.readSealed(ctx, name) }); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		return nil
	}
}
