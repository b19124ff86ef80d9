// Package target defines a target: one value with everything that the planner must know about it, the schema of its block, its rules, and
// the functions that read the block and write the files. The package is internal to k8splan and makes no compatibility promise.
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
	Schema func() *spec.Block // schema of its block
	Rules  []*rule.Rule       // the rules that New checks
	New    New
}

// Emitter writes the target's part of the tree. It has all the input it needs; its errors are bugs, never a user's mistake.
type Emitter func(Upstream) ([]artifact.File, error)

// Upstream builds a target's files that use Kubernetes' own types. The renderer provides it (render.Upstream), so that code that reads and
// checks designs links none of them.
type Upstream struct {
	Network    func(*plan.Plan) ([]artifact.File, error) // the pod network's files
	ClusterDNS func(*plan.Plan) ([]byte, error)          // a manifest with cluster DNS and the API server's permission to reach kubelets
}

// New checks the body of the target's block, nil if there is no block, against a complete plan. It reports every mistake that it finds,
// each at its range. The emitter is nil if and only if there was an error.
type New func(*plan.Plan, hcl.Body, *hcl.EvalContext) (Emitter, hcl.Diagnostics)
