package check_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/rule"
)

// An addon that announces nothing by ARP answers none; one whose segments are stated gets a definite finding instead of a guess.
func TestPoolsAreAnnounced(t *testing.T) {
	const design = `cluster "x" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.example.com:6443"
}
network {
  node_subnets = ["10.0.0.0/24", "10.0.1.0/24", "10.0.9.0/24"]
}
node "cp" {
  roles   = ["control-plane"]
  address = "10.0.0.41"
}
node "worker" {
  roles   = ["worker"]
  address = "10.0.1.51"
}
addon "metallb" {
  pool "services" {
    addresses = ["10.0.9.16/28"]
    announce  = "arp"
  }
}
`
	const id = "addon-announces-segment"
	speaks := func(d *hcl.Diagnostic) bool { return rule.ID(d) == id }
	_, diags := road("x.hcl", []byte(design))
	i := slices.IndexFunc(diags, speaks)
	if i < 0 {
		t.Fatalf("%s is silent: %v", id, diags)
	}
	if strings.Contains(diags[i].Detail, "do not appear to be in one segment") || strings.Contains(diags[i].Detail, "node_subnets") {
		t.Errorf("the segments are stated: %s", diags[i].Detail)
	}
	_, diags = road("x.hcl", []byte(strings.Replace(design, `"arp"`, `"none"`, 1)))
	if slices.ContainsFunc(diags, speaks) {
		t.Error("nothing is announced, and the rule speaks")
	}
}
