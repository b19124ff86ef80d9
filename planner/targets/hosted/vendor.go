package hosted

import "github.com/k8splan/k8splan/topologies"

// Both are the types that a vendor's control plane can be: one of one machine, and one that outlives the loss of a machine.
func Both() []topologies.Type {
	return []topologies.Type{topologies.SingleEtcdSingleMaster, topologies.MultiEtcdMultiMaster}
}

// Why a vendor's control plane can be of no other type, and what to write.
const (
	BothWhy = "The vendor runs control plane and etcd, and every node that is drawn is a worker. Write single-etcd-single-master for a " +
		"control plane without a promise of availability, or multi-etcd-multi-master for one with it."
	HAWhy = "The vendor runs control plane and etcd, always several of each, and every node that is drawn is a worker. Write multi-etcd-multi-master."
)

// VendorsOwn is what a vendor who runs the control plane decides. etcd and load_balancer have a rule of their own.
func VendorsOwn() []string {
	return []string{
		"cluster.api_server_port", "cluster.control_plane_endpoint", "cluster.cert_sans", "cluster.encryption_algorithm", "cluster.certificate_validity",
		"cluster.ca_certificate_validity", "network.mtu", "network.node_subnets", "network.dns_domain", "network.http_proxy", "network.node_port_range", "network.node_cidr_mask_size",
		"container_runtime", "ssh", "artifacts", "node.address", "node.secondary_address", "node.ssh_address", "node.public_address", "node.mac", "node.host", "node.interface", "node.os",
		"node.annotations", "node.kubelet_extra_args",
	}
}
