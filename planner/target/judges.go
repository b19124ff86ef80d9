//go:build judging

package target

import (
	"errors"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
)

// Reads only reads the block, for a program that checks designs and writes none of their files: the playground's core. The compiler inlines
// it at each call, so code that writes the files is not linked.
func Reads[T any](
	decode func(*plan.Plan, hcl.Body, *hcl.EvalContext) (T, hcl.Diagnostics), _ func(*plan.Plan, T) ([]artifact.File, error),
) New {
	return judges(decode)
}

// ReadsWith is Reads for a target some of whose files use Kubernetes' own types.
func ReadsWith[T any](
	decode func(*plan.Plan, hcl.Body, *hcl.EvalContext) (T, hcl.Diagnostics), _ func(*plan.Plan, T, Upstream) ([]artifact.File, error),
) New {
	return judges(decode)
}

func judges[T any](decode func(*plan.Plan, hcl.Body, *hcl.EvalContext) (T, hcl.Diagnostics)) New {
	return func(p *plan.Plan, body hcl.Body, ctx *hcl.EvalContext) (Emitter, hcl.Diagnostics) {
		_, diags := decode(p, body, ctx)
		if diags.HasErrors() {
			return nil, diags
		}
		return none, diags
	}
}

func none(Upstream) ([]artifact.File, error) {
	return nil, errors.New("this program writes no files")
}
