package kops

import (
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
	"github.com/k8splan/k8splan/topologies"
)

// Target is the target kops.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "kops",
			Title:   "kops: machines and clusters on AWS and Google Cloud",
			Hosting: plan.Installer,
			Resolving: plan.Resolving{
				CNI:   plan.Cilium,
				Proxy: "iptables", // kops' own defaults
				Unused: []string{
					"cluster.api_server_port", "cluster.control_plane_endpoint", "cluster.encryption_algorithm", "cluster.certificate_validity", "cluster.ca_certificate_validity",
					"network.node_subnets", "network.http_proxy", "container_runtime.version", "etcd.version", "etcd.data_dir", "load_balancer", "ssh", "artifacts", "node.address",
					"node.secondary_address", "node.ssh_address", "node.public_address", "node.mac", "node.host", "node.interface", "node.os", "node.arch",
				},
			},
			Limits: plan.Limits{
				Types:        []topologies.Type{topologies.SingleEtcdSingleMaster, topologies.MultiEtcdMultiMaster},
				TypesWhy:     "kops has a group of instances for each control plane, with an etcd member on each, and at least one group of workers: write multi-etcd-multi-master with three control planes, or single-etcd-single-master. For the other types write target \"aws\" or \"gcp\".",
				Placement:    topologies.Stacked,
				EtcdWhy:      "kops runs a member on every control plane and none elsewhere. Remove the hosts with the role etcd and the argument topology.",
				Oldest:       plan.Version{Major: 1, Minor: 31},
				Newest:       plan.Version{Major: 1, Minor: 36, Patch: 2},
				VersionsFrom: "kops 1.36, its newest release (channels: kops#18480)",
				VersionsOn:   "2026-11-23",
			},
			Page: plan.Page{
				Emits:     "kops' Cluster and InstanceGroups",
				Folder:    "kops",
				Checked:   plan.CheckTool,
				CheckedBy: "kops' CustomResourceDefinitions, made strict",
				CheckedOn: "2026-11-23",
			},
		},
		Schema: schema,
		Rules:  rules(),
		New:    target.Reads(decode, emit),
	}
}
