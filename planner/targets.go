package planner

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
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
)

// target joins the package of a target to the road. What resolving and checking must know of it is its row in plan.Targets.
type target struct {
	name   string
	schema func() *spec.Block                                                  // the language of its block
	decode func(*plan.Plan, hcl.Body, *hcl.EvalContext) (any, hcl.Diagnostics) // the body is nil where no block was written
	emit   func(*plan.Plan, any) ([]artifact.File, error)                      // takes what decode returned
	rules  []*rule.Rule                                                        // that decode speaks for
}

// targets is the table of targets, in the order of plan.Targets.
func targets() []target {
	return []target{
		{"bare-metal", baremetal.Schema, baremetal.Decode, baremetal.Emit, baremetal.Rules()},
		{"vagrant", vagrant.Schema, vagrant.Decode, vagrant.Emit, vagrant.Rules()},
		{"libvirt", libvirt.Schema, libvirt.Decode, libvirt.Emit, libvirt.Rules()},
		{"vsphere", vsphere.Schema, vsphere.Decode, vsphere.Emit, vsphere.Rules()},
		{"proxmox", proxmox.Schema, proxmox.Decode, proxmox.Emit, proxmox.Rules()},
		{"aws", aws.Schema, aws.Decode, aws.Emit, aws.Rules()},
		{"azure", azure.Schema, azure.Decode, azure.Emit, azure.Rules()},
		{"gcp", gcp.Schema, gcp.Decode, gcp.Emit, gcp.Rules()},
		{"openstack", openstack.Schema, openstack.Decode, openstack.Emit, openstack.Rules()},
		{"hetzner", hetzner.Schema, hetzner.Decode, hetzner.Emit, hetzner.Rules()},
		{"aks", aks.Schema, aks.Decode, aks.Emit, aks.Rules()},
		{"doks", doks.Schema, doks.Decode, doks.Emit, doks.Rules()},
		{"eks", eks.Schema, eks.Decode, eks.Emit, eks.Rules()},
		{"gke", gke.Schema, gke.Decode, gke.Emit, gke.Rules()},
		{"iks", iks.Schema, iks.Decode, iks.Emit, iks.Rules()},
		{"openshift", openshift.Schema, openshift.Decode, openshift.Emit, openshift.Rules()},
		{"ibm-cloud-private", openshift.Schema, icp.Decode, icp.Emit, icp.Rules()},
		{"gke-on-prem", gkeonprem.Schema, gkeonprem.Decode, gkeonprem.Emit, gkeonprem.Rules()},
		{"platform9", platform9.Schema, platform9.Decode, platform9.Emit, platform9.Rules()},
		{"openshift-dedicated", osd.Schema, osd.Decode, osd.Emit, osd.Rules()},
		{"kind", kind.Schema, kind.Decode, kind.Emit, kind.Rules()},
		{"kubespray", kubespray.Schema, kubespray.Decode, kubespray.Emit, kubespray.Rules()},
		{"cluster-api", clusterapi.Schema, clusterapi.Decode, clusterapi.Emit, clusterapi.Rules()},
		{"kops", kops.Schema, kops.Decode, kops.Emit, kops.Rules()},
		{"kube-aws", kops.Schema, kubeaws.Decode, kubeaws.Emit, kubeaws.Rules()},
		{"minikube", minikube.Schema, minikube.Decode, minikube.Emit, minikube.Rules()},
		{"docker-desktop", dockerdesktop.Schema, dockerdesktop.Decode, dockerdesktop.Emit, dockerdesktop.Rules()},
		{"lxd", lxd.Schema, lxd.Decode, lxd.Emit, lxd.Rules()},
		{"charmed-kubernetes", charmed.Schema, charmed.Decode, charmed.Emit, charmed.Rules()},
		{"kubernetes-the-hard-way", hardway.Schema, hardway.Decode, hardway.Emit, hardway.Rules()},
	}
}

// TargetBlock returns what can be written in the block of a target, for documentation and editors.
func TargetBlock(name string) (*spec.Block, bool) {
	for _, t := range targets() {
		if t.name == name {
			return t.schema(), true
		}
	}
	return nil, false
}
