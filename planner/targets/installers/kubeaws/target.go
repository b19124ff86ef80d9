package kubeaws

import (
	"github.com/k8splan/k8splan/planner/target"
	"github.com/k8splan/k8splan/planner/targets/installers/kops"
)

// Target returns the target kube-aws: its successor's, with a different description.
func Target() target.Target {
	t := kops.Target()
	f := &t.Facts
	f.Name, f.Title, f.Successor = "kube-aws", "kube-aws (archived)", "kops"
	f.Cloud, f.Site = "aws", nil
	f.TypesWhy = "The files are for kops, its successor, which has an etcd member on each control plane and at least one group of " +
		"workers. For the other types write target \"aws\"."
	f.EtcdWhy = "The files are for kops, its successor, which runs a member on every control plane."
	f.VersionsFrom = "kops 1.36, its successor"
	f.Emits = "the files of kops, its successor"
	t.Rules, t.New = rules(), read
	return t
}
