// Package icp writes a design for IBM Cloud Private, which is discontinued, as the same design for its successor, OpenShift.
//
// The package is internal to k8splan and makes no compatibility promise.
package icp

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/target"
	"github.com/k8splan/k8splan/planner/targets/turnkey/openshift"
	"github.com/k8splan/k8splan/templates"
)

// read reports that IBM Cloud Private is discontinued, and reads the block as OpenShift does.
func read(p *plan.Plan, written hcl.Body, ctx *hcl.EvalContext) (target.Emitter, hcl.Diagnostics) {
	successor, diags := openshift.Target().New(p, written, ctx)
	diags = append(diags, discontinued.Diagnostic(p.Target.NameRange,
		"IBM deprecated IBM Cloud Private in 2020 in favor of OpenShift. The tree has files for its successor, OpenShift, instead. Write "+
			"target \"openshift\" with the same arguments."))
	if successor == nil {
		return nil, diags
	}
	return func(by target.Upstream) ([]artifact.File, error) {
		readme, err := templates.Files.ReadFile("targets/turnkey/ibm-cloud-private/README.md")
		if err != nil {
			return nil, err
		}
		files, err := successor(by)
		return append(files, artifact.File{Path: "openshift/ibm-cloud-private.md", Data: readme}), err
	}, diags
}

// rules returns the target's own rule; OpenShift's rules belong to the target openshift.
func rules() []*rule.Rule { return []*rule.Rule{discontinued} }

var discontinued = &rule.Rule{
	ID: "ibm-cloud-private-discontinued", Severity: rule.Warning, Title: "Discontinued system",
	Doc: "IBM Cloud Private no longer gets fixes, and neither does the Kubernetes version that it installs.",
	Fix: "Write `target \"openshift\"`, or another target for the same hosts.",
	Sources: []string{"https://github.com/istio/istio.io/pull/8359",
		"https://github.com/ibm-cloud-architecture/refarch-cloudnative-kubernetes/pull/221"},
}
