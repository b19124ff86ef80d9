package openshift

import (
	"net/netip"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
	"github.com/k8splan/k8splan/topologies"
)

// Target returns the target openshift.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "openshift",
			Title:   "OpenShift, by its agent-based installer",
			Hosting: plan.Installer,
			Resolving: plan.Resolving{
				Site:  target.Site,
				CNI:   plan.NoCNI,
				Proxy: "none", // OVN-Kubernetes does both
				Uses: []string{
					"cluster.kubernetes_version", "cluster.type",
					"network.cni.name", "network.http_proxy.http", "network.http_proxy.https",
					"network.http_proxy.no_proxy", "network.mtu", "network.node_cidr_mask_size",
					"network.node_cidr_mask_size_v6", "network.pod_subnets", "network.service_subnets",
					"etcd.topology",
					"node.address", "node.annotations", "node.arch", "node.bootstrap", "node.cpus", "node.disk", "node.failure_domain",
					"node.interface", "node.labels", "node.mac", "node.memory", "node.roles", "node.secondary_address", "node.taint",
					"node_pool.count",
				},
				// OVN-Kubernetes' ranges
				Reserved: []netip.Prefix{netip.MustParsePrefix("100.64.0.0/16"), netip.MustParsePrefix("100.88.0.0/16"),
					netip.MustParsePrefix("169.254.0.0/17")},
			},
			Limits: plan.Limits{
				Types: []topologies.Type{topologies.AllInOne, topologies.MultiEtcdMultiMaster},
				TypesWhy: "OpenShift supports one control plane without workers, or three to five with an etcd member on each. " +
					"Write all-in-one for a single node, multi-etcd-multi-master for more, or target bare-metal for " +
					"one control plane with workers.",
				Placement: topologies.Stacked,
				EtcdWhy: "OpenShift runs a member on every control plane and none elsewhere. Remove the hosts with the role " +
					"etcd and the argument topology.",
				Oldest:       plan.Version{Major: 1, Minor: 31},
				Newest:       plan.Version{Major: 1, Minor: 35},
				VersionsFrom: "the release notes of OpenShift 4.18 to 4.22",
				VersionsOn:   "2026-11-23",
			},
			Page: plan.Page{
				AppliedBy: "oc and the machine API of the cluster",
				Emits:     "install-config.yaml, agent-config.yaml, a script that adds pull secret and key",
				Folder:    "openshift",
				Make:      "cd openshift && ./assemble.sh ~/openshift-install",
				Checked:   plan.CheckTool,
				CheckedBy: "OpenShift's installer (v1.4.22-ec5, of 4.22), its types and its validation; shellcheck",
				CheckedOn: "2026-11-30",
			},
		},
		Schema: schema,
		Rules:  rules(),
		New:    target.Reads(decode, emit),
	}
}
