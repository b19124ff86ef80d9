// Package components computes the flags of kubelets and of the control plane's components, whoever starts them: kubeadm, a target's own
// tool, or systemd units. It is plain data, without upstream's types.
//
// The package is internal to k8splan and makes no compatibility promise.
package components

import (
	"slices"
	"strconv"
	"strings"

	"github.com/k8splan/k8splan/planner/plan"
)

// Kubelet returns the flags set by the user for the node's kubelet: the cluster's, overridden by the node's.
func Kubelet(p *plan.Plan, n *plan.Node) []plan.Arg {
	var out []plan.Arg
	for _, a := range p.Cluster.Kubelet.ExtraArgs {
		overridden := slices.ContainsFunc(n.KubeletExtraArgs, func(own plan.Arg) bool { return own.Name == a.Name })
		if !overridden {
			out = append(out, a)
		}
	}
	return append(out, n.KubeletExtraArgs...)
}

// ControlPlane returns the flags of the control plane's components: first the plan's, then the user's.
func ControlPlane(p *plan.Plan) (apiServer, controllerManager, scheduler []plan.Arg) {
	gates, ports := featureGates(p), p.Network.NodePorts
	apiServer = slices.Concat(gates,
		[]plan.Arg{{Name: "service-node-port-range", Value: strconv.Itoa(ports.First) + "-" + strconv.Itoa(ports.Last)}},
		p.Cluster.APIServer.ExtraArgs)
	controllerManager = slices.Concat(gates, nodeMasks(p), p.Cluster.ControllerManager.ExtraArgs)
	scheduler = slices.Concat(gates, p.Cluster.Scheduler.ExtraArgs)
	return apiServer, controllerManager, scheduler
}

// nodeMasks returns the flags for the size of a node's share of the pod ranges. The flags with a family in their name work for single and
// dual stack, but the controller manager rejects one whose family the cluster does not have. Source: k8s.io/kubernetes
// cmd/kube-controller-manager/app/core.go, setNodeCIDRMaskSizes
func nodeMasks(p *plan.Plan) []plan.Arg {
	var masks []plan.Arg
	for _, s := range p.Network.PodSubnets {
		masks = append(masks, plan.Arg{Name: "node-cidr-mask-size-" + plan.FamilyOf(s.Addr()), Value: strconv.Itoa(p.Network.NodeMask(s))})
	}
	return masks
}

func featureGates(p *plan.Plan) []plan.Arg {
	if len(p.Cluster.FeatureGates) == 0 {
		return nil
	}
	var gates []string
	for name, on := range p.Cluster.FeatureGates {
		gates = append(gates, name+"="+strconv.FormatBool(on))
	}
	slices.Sort(gates)
	return []plan.Arg{{Name: "feature-gates", Value: strings.Join(gates, ",")}}
}

// Resolvers returns the addresses that pods query: cluster DNS, or the node's cache.
func Resolvers(p *plan.Plan) []string {
	if p.Network.DNS.NodeLocalCache {
		return []string{plan.NodeCacheAddress}
	}
	return DNSAddresses(p)
}

// DNSAddresses returns the tenth address of each service range, which kubeadm gives to cluster DNS.
func DNSAddresses(p *plan.Plan) []string {
	var out []string
	for _, s := range p.Network.ServiceSubnets {
		out = append(out, plan.NthAddress(s, 10).String())
	}
	return out
}
