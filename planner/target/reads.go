//go:build !judging

package target

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
)

// Reads combines the function that reads the block with the one that writes the files.
func Reads[T any](
	decode func(*plan.Plan, hcl.Body, *hcl.EvalContext) (T, hcl.Diagnostics), emit func(*plan.Plan, T) ([]artifact.File, error),
) New {
	return ReadsWith(decode, func(p *plan.Plan, options T, _ Upstream) ([]artifact.File, error) { return emit(p, options) })
}

// ReadsWith is Reads for a target some of whose files use Kubernetes' own types.
func ReadsWith[T any](
	decode func(*plan.Plan, hcl.Body, *hcl.EvalContext) (T, hcl.Diagnostics), emit func(*plan.Plan, T, Upstream) ([]artifact.File, error),
) New {
	return func(p *plan.Plan, body hcl.Body, ctx *hcl.EvalContext) (Emitter, hcl.Diagnostics) {
		options, diags := decode(p, body, ctx)
		if diags.HasErrors() {
			return nil, diags
		}
		return func(by Upstream) ([]artifact.File, error) { return emit(p, options, by) }, diags
	}
}
