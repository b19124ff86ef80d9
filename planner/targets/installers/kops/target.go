package kops

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
	"github.com/k8splan/k8splan/topologies"
)

// site returns the owner of the machines.
func site(body hcl.Body, ctx *hcl.EvalContext) plan.Site {
	for word, cloud := range map[string]string{"aws": "aws", "gce": "gcp"} {
		if target.Says(body, ctx, "cloud", word) {
			return plan.Site{Cloud: cloud}
		}
	}
	return plan.Site{}
}

// Target returns the target kops.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "kops",
			Title:   "kops: machines and clusters on AWS and Google Cloud",
			Hosting: plan.Installer,
			Resolving: plan.Resolving{
				Site:  site,
				Zones: true,
				CNI:   plan.Cilium,
				Proxy: "iptables", // kops' defaults
				Uses: []string{
					"cluster.api_server.extra_args", "cluster.cert_sans", "cluster.controller_manager.extra_args",
					"cluster.feature_gates", "cluster.kubelet.extra_args", "cluster.kubelet.fail_swap_on", "cluster.kubelet.max_pods",
					"cluster.kubernetes_version", "cluster.scheduler.extra_args", "cluster.type",
					"network.cni.encapsulation", "network.cni.kube_proxy_replacement", "network.cni.mtu", "network.cni.name",
					"network.dns_domain", "network.kube_proxy.mode", "network.node_cidr_mask_size", "network.node_port_range",
					"network.pod_subnets", "network.service_subnets",
					"container_runtime.name", "container_runtime.registry.mirrors",
					"etcd.election_timeout", "etcd.extra_args", "etcd.heartbeat_interval", "etcd.quota", "etcd.topology",
					"node.cpus", "node.disk", "node.failure_domain", "node.instance_type", "node.kubelet_extra_args", "node.labels",
					"node.memory", "node.roles",
					"node_pool.count",
				},
			},
			Limits: plan.Limits{
				Types: []topologies.Type{topologies.SingleEtcdSingleMaster, topologies.MultiEtcdMultiMaster},
				TypesWhy: "kops has a group of instances for each control plane, with an etcd member on each, and at least one group of " +
					"workers. Write multi-etcd-multi-master with three control planes, or single-etcd-single-master. " +
					"For the other types, write target \"aws\" or \"gcp\".",
				Placement: topologies.Stacked,
				EtcdWhy: "kops runs a member on every control plane and none elsewhere. Remove the hosts with the role " +
					"etcd and the argument topology.",
				Oldest:       plan.Version{Major: 1, Minor: 31},
				Newest:       plan.Version{Major: 1, Minor: 36, Patch: 2},
				VersionsFrom: "kops 1.36, its newest release (channels: kops#18480)",
				VersionsOn:   "2026-11-23",
				AdminsIPv6:   true,
			},
			Page: plan.Page{
				AppliedBy: "kops replace, kops update cluster --yes, kops rolling-update cluster --yes",
				Emits:     "kops' Cluster and InstanceGroups",
				Folder:    "kops",
				Checked:   plan.CheckTool,
				CheckedBy: "kops v1.36.2, its defaults and its validation (without an account); its CustomResourceDefinitions, made strict",
				CheckedOn: "2026-11-30",
			},
		},
		Schema: schema,
		Rules:  rules(),
		New:    target.Reads(decode, emit),
	}
}
