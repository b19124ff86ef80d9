package check

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/spec"
)

// ownRules are the blocks for which other rules report that they have no effect: addon-not-applied, and target-hosted-block if the vendor
// runs the control plane.
var (
	ownRules = []string{"addon", "cloud_provider", "scheduler", "cluster.scheduler.profile", "cluster.kubelet.server_tls_bootstrap",
		"etcd.external_endpoints", "etcd.ca_file", "etcd.cert_file", "etcd.key_file"}
	vendorsOwns = []string{"etcd", "load_balancer"}
)

// unusedByTarget finds what the file writes and the target does not use: a whole block if the target uses nothing in it, otherwise the
// argument. Nodes repeat the same arguments, so each argument is reported once.
func unusedByTarget(p *plan.Plan) []Finding {
	facts := p.Target.Facts
	if p.Spec == nil {
		return nil
	}
	findings := hostOnOneMachine(p)
	said := map[string]bool{}
	for _, use := range p.Spec.Written() {
		if !facts.Leaves(use.Path) || use.Path == "node.interface" && readByKeepalived(p, use.At) ||
			facts.ReadByRules(use.Path) || covered(ownRules, use.Path) ||
			!ours(p) && covered(vendorsOwns, use.Path) {
			continue
		}
		path, at := unusedPlace(facts, use)
		if said[path] {
			continue
		}
		said[path] = true
		findings = append(findings, one(at, "Target %s does not use this setting: it has no effect. Remove it.", p.Target.Name)...)
	}
	return findings
}

// readByKeepalived reports whether the interface written there belongs to a balancer that moves an address: keepalived uses it even on
// targets that set up no interface.
func readByKeepalived(p *plan.Plan, at hcl.Range) bool {
	return p.LoadBalancer.Kind == plan.HAProxy && p.LoadBalancer.VirtualIP.IsValid() && p.Target.Facts.Uses == nil &&
		slices.ContainsFunc(p.LoadBalancer.Nodes, func(n *plan.Node) bool { return n.Attr("interface").Overlaps(at) })
}

// hostOnOneMachine finds nodes with a hypervisor although the target creates all nodes on one machine. It is reported once, as for all
// arguments.
func hostOnOneMachine(p *plan.Plan) []Finding {
	facts := p.Target.Facts
	if facts.OneMachine == "" || facts.Leaves("node.host") {
		return nil // or the rule reports it for an unused argument
	}
	for _, use := range p.Spec.Written() {
		if use.Path == "node.host" {
			return one(use.At, "Target %s creates every node on one machine, %s, and ignores host: if that machine fails, all "+
				"nodes fail. Remove it.", p.Target.Name, facts.OneMachine)
		}
	}
	return nil
}

// unusedPlace is the outermost block around an argument of which the target uses nothing, or the argument.
func unusedPlace(facts plan.Facts, use spec.Use) (string, hcl.Range) {
	words := strings.Split(use.Path, ".")
	for i, header := range use.Blocks {
		if block := strings.Join(words[:i+1], "."); facts.Leaves(block) {
			return block, header
		}
	}
	return use.Path, use.At
}

func covered(blocks []string, path string) bool {
	return slices.ContainsFunc(blocks, func(b string) bool { return path == b || strings.HasPrefix(path, b+".") })
}
