package planner

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/spelling"
	"github.com/k8splan/k8splan/planner/target"
	"github.com/k8splan/k8splan/planner/targets/cloud/aws"
	"github.com/k8splan/k8splan/planner/targets/cloud/azure"
	"github.com/k8splan/k8splan/planner/targets/cloud/gcp"
	"github.com/k8splan/k8splan/planner/targets/cloud/hetzner"
	"github.com/k8splan/k8splan/planner/targets/cloud/openstack"
	"github.com/k8splan/k8splan/planner/targets/hosted/aks"
	"github.com/k8splan/k8splan/planner/targets/hosted/doks"
	"github.com/k8splan/k8splan/planner/targets/hosted/eks"
	"github.com/k8splan/k8splan/planner/targets/hosted/gke"
	"github.com/k8splan/k8splan/planner/targets/hosted/iks"
	"github.com/k8splan/k8splan/planner/targets/hosted/osd"
	"github.com/k8splan/k8splan/planner/targets/hosted/platform9"
	"github.com/k8splan/k8splan/planner/targets/installers/clusterapi"
	"github.com/k8splan/k8splan/planner/targets/installers/hardway"
	"github.com/k8splan/k8splan/planner/targets/installers/kops"
	"github.com/k8splan/k8splan/planner/targets/installers/kubeaws"
	"github.com/k8splan/k8splan/planner/targets/installers/kubespray"
	"github.com/k8splan/k8splan/planner/targets/local/dockerdesktop"
	"github.com/k8splan/k8splan/planner/targets/local/kind"
	"github.com/k8splan/k8splan/planner/targets/local/lxd"
	"github.com/k8splan/k8splan/planner/targets/local/minikube"
	"github.com/k8splan/k8splan/planner/targets/machines/baremetal"
	"github.com/k8splan/k8splan/planner/targets/machines/libvirt"
	"github.com/k8splan/k8splan/planner/targets/machines/proxmox"
	"github.com/k8splan/k8splan/planner/targets/machines/vagrant"
	"github.com/k8splan/k8splan/planner/targets/machines/vsphere"
	"github.com/k8splan/k8splan/planner/targets/turnkey/charmed"
	"github.com/k8splan/k8splan/planner/targets/turnkey/gkeonprem"
	"github.com/k8splan/k8splan/planner/targets/turnkey/icp"
	"github.com/k8splan/k8splan/planner/targets/turnkey/openshift"
	"github.com/k8splan/k8splan/topologies"
)

// Targets is the table of targets, in the order in which documentation lists them.
func Targets() []target.Target { return slices.Clone(table()) }

// table creates the targets once, because a run looks them up in many places.
var table = sync.OnceValue(targets)

func targets() []target.Target {
	return []target.Target{
		baremetal.Target(),
		vagrant.Target(),
		libvirt.Target(),
		vsphere.Target(),
		proxmox.Target(),
		aws.Target(),
		azure.Target(),
		gcp.Target(),
		openstack.Target(),
		hetzner.Target(),
		aks.Target(),
		doks.Target(),
		eks.Target(),
		gke.Target(),
		iks.Target(),
		openshift.Target(),
		icp.Target(),
		gkeonprem.Target(),
		platform9.Target(),
		osd.Target(),
		kind.Target(),
		kubespray.Target(),
		clusterapi.Target(),
		kops.Target(),
		kubeaws.Target(),
		minikube.Target(),
		dockerdesktop.Target(),
		lxd.Target(),
		charmed.Target(),
		hardway.Target(),
	}
}

// FindTarget returns a target by its name in topologies.
func FindTarget(name string) (target.Target, bool) {
	for _, t := range table() {
		if t.Facts.Name == name {
			return t, true
		}
	}
	return target.Target{}, false
}

// TargetSchema returns the arguments of a target's block, nil if there is no such target.
func TargetSchema(name string) *spec.Block {
	if t, ok := FindTarget(name); ok {
		return t.Schema()
	}
	return nil
}

// TargetNames returns the names of the targets, in the order of Targets.
func TargetNames() []string {
	all := table()
	names := make([]string, len(all))
	for i, t := range all {
		names[i] = t.Facts.Name
	}
	return names
}

// StarterTypes returns the types for which `init` can write a starter for a target, in the order of topologies.Table; none if the target
// does not exist or is discontinued.
func StarterTypes(name string) []topologies.Type {
	t, _ := FindTarget(name)
	return slices.DeleteFunc(topologies.StarterTypes(name), func(of topologies.Type) bool {
		return t.Facts.Types != nil && !slices.Contains(t.Facts.Types, of)
	})
}

// Resolve applies all defaults, with the facts of the spec's target. It calls plan.Resolve with these facts; the spec comes from
// spec.Load without errors.
func Resolve(s *spec.Spec) (*plan.Plan, hcl.Diagnostics) { return ResolveWith(s, nil) }

// ResolveWith is Resolve with other facts about Kubernetes' releases; see OpenWith.
func ResolveWith(s *spec.Spec, facts *plan.Table) (*plan.Plan, hcl.Diagnostics) {
	name := plan.TargetOf(s)
	t, ok := FindTarget(name)
	t.Facts.Table = facts
	p, diags := plan.Resolve(s, t.Facts)
	if !ok {
		names := TargetNames()
		diags = append(diags, plan.UnknownTarget.Diagnostic(s.Target.NameRange,
			fmt.Sprintf("Unknown target %q.%s The targets are %s.", spelling.Excerpt(name), spelling.DidYouMean(name, names),
				strings.Join(names, ", "))))
	}
	return p, diags
}
