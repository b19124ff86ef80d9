package kubespray

import (
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
)

// Target returns the target kubespray.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "kubespray",
			Title:   "kubespray: its playbook builds on existing machines",
			Hosting: plan.Installer,
			Resolving: plan.Resolving{
				Found:        true,
				NamesMembers: true,
				Uses: []string{
					"cluster.api_server.extra_args", "cluster.api_server_port", "cluster.cert_sans",
					"cluster.controller_manager.extra_args", "cluster.feature_gates", "cluster.kubelet.cgroup_driver",
					"cluster.kubelet.extra_args", "cluster.kubelet.fail_swap_on", "cluster.kubelet.max_pods",
					"cluster.kubernetes_version", "cluster.scheduler.extra_args", "cluster.type",
					"network.cni.encapsulation", "network.cni.interface", "network.cni.kube_proxy_replacement", "network.cni.mtu",
					"network.cni.name", "network.dns", "network.dns_domain", "network.http_proxy.http", "network.http_proxy.https",
					"network.http_proxy.no_proxy", "network.kube_proxy.mode",
					"network.kube_proxy.strict_arp", "network.node_cidr_mask_size", "network.node_cidr_mask_size_v6",
					"network.node_port_range", "network.pod_subnets", "network.service_subnets",
					"container_runtime.name", "container_runtime.registry.ca_file", "container_runtime.registry.mirrors",
					"container_runtime.registry.skip_verify",
					"etcd.data_dir", "etcd.election_timeout", "etcd.extra_args", "etcd.heartbeat_interval", "etcd.quota", "etcd.topology",
					"load_balancer.bgp_as", "load_balancer.bgp_peers", "load_balancer.interface", "load_balancer.kind",
					"load_balancer.mode", "load_balancer.port", "load_balancer.virtual_ip",
					"ssh.jump_host", "ssh.port", "ssh.private_key_file", "ssh.user",
					"artifacts.image_repository", "artifacts.mirror_url",
					"node.address", "node.etcd_name", "node.groups", "node.ssh", "node.arch", "node.bootstrap", "node.cpus",
					"node.disk", "node.failure_domain", "node.host",
					"node.kubelet_extra_args", "node.labels", "node.mac",
					"node.memory", "node.name",
					"node.os", "node.power", "node.public_address", "node.roles", "node.secondary_address", "node.ssh_address",
					"node.taint",
					"node_pool.count",
				},
			},
			Limits: plan.Limits{
				Oldest:       plan.Version{Major: 1, Minor: 34},
				Newest:       plan.Version{Major: 1, Minor: 36, Patch: 4},
				Patches:      []plan.Version{{Major: 1, Minor: 35, Patch: 8}, {Major: 1, Minor: 34, Patch: 11}},
				VersionsFrom: "the checksums of kubespray's version 2.32.0 (46dbdd3); 1.37 is for its next release (kubespray#13545)",
				VersionsOn:   "2026-11-30",
			},
			Page: plan.Page{
				AppliedBy: "kubespray's playbooks: upgrade-cluster.yml, scale.yml, remove-node.yml",
				Emits:     "kubespray's inventory and group_vars",
				Folder:    "kubespray",
				Checked:   plan.CheckTool,
				CheckedBy: "ansible-inventory (ansible-core 2.14); kubespray's own validate_inventory (46dbdd3, version 2.32.0): run " +
					"once by ansible-playbook for each type, and since then its conditions by a test",
				CheckedOn: "2026-11-30",
			},
		},
		Schema: schema,
		Rules:  rules(),
		New:    target.Reads(decode, emit),
	}
}
