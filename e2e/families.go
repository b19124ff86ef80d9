package main

import (
	"context"
	"fmt"
	"net"
	"strings"
)

// both is a Service for workload's pods with an address of each family.
const both = `apiVersion: v1
kind: Service
metadata: {name: both}
spec: {ipFamilyPolicy: RequireDualStack, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
`

// checkFamilies checks that a Service has an address of each family, and that every pod answers at both.
func checkFamilies(ctx context.Context, c *cluster) error {
	if _, err := c.kubeInput(ctx, both, "apply", "-f", "-"); err != nil {
		return err
	}
	out, err := c.kube(ctx, "get", "service", "both", "-o", "jsonpath={.spec.clusterIPs[*]}")
	if err != nil {
		return err
	}
	families := map[bool]bool{}
	for _, address := range strings.Fields(out) {
		families[strings.Contains(address, ":")] = true
		if err := c.answers(ctx, "http://"+net.JoinHostPort(address, "80")+"/", replicas); err != nil {
			return err
		}
	}
	if len(families) != 2 {
		return fmt.Errorf("the Service has the addresses %s, not one of each family", out)
	}
	return nil
}
