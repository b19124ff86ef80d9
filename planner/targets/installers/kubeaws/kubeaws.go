// Package kubeaws writes a design for kube-aws, which is archived, as the same design for its successor on AWS, kops.
//
// The package is internal to k8splan and makes no compatibility promise.
package kubeaws

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/target"
	"github.com/k8splan/k8splan/planner/targets/installers/kops"
	"github.com/k8splan/k8splan/templates"
)

// read reports that kube-aws is archived, and reads the block as kops does.
func read(p *plan.Plan, written hcl.Body, ctx *hcl.EvalContext) (target.Emitter, hcl.Diagnostics) {
	successor, diags := kops.Target().New(p, written, ctx)
	diags = append(diags, archived.Diagnostic(p.Target.NameRange,
		"kube-aws was archived on 2020-09-30; its last release installs Kubernetes 1.16. The tree has files for its successor, kops, "+
			"instead. Write target \"kops\" with the same arguments."))
	if successor == nil {
		return nil, diags
	}
	return func(by target.Upstream) ([]artifact.File, error) {
		readme, err := templates.Files.ReadFile("targets/installers/kube-aws/README.md")
		if err != nil {
			return nil, err
		}
		files, err := successor(by)
		return append(files, artifact.File{Path: "kops/kube-aws.md", Data: readme}), err
	}, diags
}

// rules returns the target's own rule; kops' rules belong to the target kops.
func rules() []*rule.Rule { return []*rule.Rule{archived} }

var archived = &rule.Rule{
	ID: "kube-aws-archived", Severity: rule.Warning, Title: "Discontinued installer",
	Doc:     "kube-aws no longer gets fixes, and neither does the Kubernetes version that it installs.",
	Fix:     "Write `target \"kops\"`, or `target \"eks\"` if AWS should run the control plane.",
	Sources: []string{"https://github.com/kubernetes-retired/kube-aws"},
}
