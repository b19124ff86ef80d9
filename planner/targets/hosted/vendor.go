package hosted

import "github.com/k8splan/k8splan/topologies"

// Both are the types of a vendor's control plane: a single machine, or several that survive the loss of one.
func Both() []topologies.Type {
	return []topologies.Type{topologies.SingleEtcdSingleMaster, topologies.MultiEtcdMultiMaster}
}

// Why a vendor's control plane supports no other type, and what to write.
const (
	BothWhy = "The vendor runs the control plane and etcd, and every node in the file is a worker. Write single-etcd-single-master " +
		"for a control plane without an availability guarantee, or multi-etcd-multi-master for one with it."
	HAWhy = "The vendor runs the control plane and etcd, always several of each, and every node in the file is a worker. Write " +
		"multi-etcd-multi-master."
)
