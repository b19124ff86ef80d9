// Package target says what a target is: one value that holds what the planner must know of it, the language of its block, its rules, and
// what reads the block and writes the files. The package is internal to k8splan and makes no compatibility promise.
package target

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
)

// Target is a system on which a cluster is built.
type Target struct {
	Facts  plan.Facts
	Schema func() *spec.Block // the language of its block
	Rules  []*rule.Rule       // that New speaks for
	New    New
}

// Emitter writes the target's part of the tree. It has all that it needs; its errors are bugs, never a mistake of the author's.
type Emitter func(Upstream) ([]artifact.File, error)

// Upstream makes the files of a target that consist of Kubernetes' own types. Whoever renders brings it along (render.Upstream), so that
// what reads and judges a design links none of them.
type Upstream struct {
	Network    func(*plan.Plan) ([]artifact.File, error) // of the pod network
	ClusterDNS func(*plan.Plan) ([]byte, error)          // a manifest, of cluster DNS and the API server's right to reach kubelets
}

// New reads the body of the target's block, which is nil if no block was written, against a plan that is complete. It reports every
// mistake that it finds, each at its place, and the emitter is nil if and only if there was an error.
type New func(*plan.Plan, hcl.Body, *hcl.EvalContext) (Emitter, hcl.Diagnostics)
