package hardway

import (
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target"
	"github.com/k8splan/k8splan/topologies"
)

// Target returns the target kubernetes-the-hard-way.
func Target() target.Target {
	return target.Target{
		Facts: plan.Facts{
			Name:    "kubernetes-the-hard-way",
			Title:   "Kubernetes The Hard Way: services of systemd, without kubeadm",
			Hosting: plan.Installer,
			Resolving: plan.Resolving{
				CNI: plan.StaticRoutes,
				Uses: []string{
					"cluster.api_server.extra_args", "cluster.api_server_port", "cluster.cert_sans", "cluster.control_plane_endpoint",
					"cluster.controller_manager.extra_args", "cluster.feature_gates", "cluster.kubelet.cgroup_driver",
					"cluster.kubelet.extra_args", "cluster.kubelet.fail_swap_on", "cluster.kubelet.max_pods",
					"cluster.kubernetes_version", "cluster.scheduler.extra_args", "cluster.type",
					"network.cni.encapsulation", "network.cni.interface", "network.cni.kube_proxy_replacement", "network.cni.mtu",
					"network.cni.name", "network.cni.version", "network.cni.vxlan_port", "network.dns.replicas", "network.dns.upstream",
					"network.dns_domain",
					"network.kube_proxy.mode", "network.mtu",
					"network.node_cidr_mask_size", "network.node_cidr_mask_size_v6", "network.node_port_range", "network.pod_subnets",
					"network.service_subnets",
					"container_runtime.name", "container_runtime.registry.ca_file", "container_runtime.registry.mirrors",
					"container_runtime.registry.skip_verify", "container_runtime.version",
					"etcd.data_dir", "etcd.election_timeout", "etcd.extra_args", "etcd.heartbeat_interval", "etcd.quota", "etcd.topology",
					"load_balancer.bgp_as", "load_balancer.bgp_peers", "load_balancer.interface", "load_balancer.mode",
					"load_balancer.port", "load_balancer.version", "load_balancer.virtual_ip", "load_balancer.virtual_router_id",
					"ssh.jump_host", "ssh.port", "ssh.private_key_file", "ssh.user",
					"artifacts.checksums", "artifacts.images.dns", "artifacts.image_repository", "artifacts.mirror_url",
					"node.address", "node.arch", "node.cpus", "node.disk", "node.failure_domain", "node.host",

					"node.kubelet_extra_args", "node.labels", "node.mac", "node.memory", "node.name", "node.os", "node.power",
					"node.public_address", "node.roles", "node.secondary_address",
					"node.ssh.port", "node.ssh.private_key_file", "node.ssh.user",
					"node_pool.count",
				},
			},
			Limits: plan.Limits{
				Types: []topologies.Type{topologies.SingleEtcdSingleMaster},
				TypesWhy: "The tutorial has one server, with etcd and the control plane, and workers. Write single-etcd-single-master; " +
					"for more, the target bare-metal.",
				Placement: topologies.Stacked,
				EtcdWhy:   "The one member runs on the server. Remove the hosts with the role etcd and the argument topology.",
			},
			Page: plan.Page{
				AppliedBy: "the pages of its tree, host by host",
				Emits:     "machines.txt, units, routes, and scripts for certificates and installation",
				Folder:    "kubernetes-the-hard-way",
				Make:      "cd kubernetes-the-hard-way && ./certificates.sh && ./install.sh && ./finish.sh",
				Checked:   plan.CheckBooted,
				CheckedBy: "three hosts of the lab (go run ./e2e -hard-way); compared with the tutorial's newest commit (52eb26d)",
				CheckedOn: "2026-11-30",
			},
		},
		Schema: schema,
		Rules:  rules(),
		New:    target.ReadsWith(decode, emit),
	}
}
