# valid: kubespray's inventory with two API servers over one etcd
# fact: pods = 10.233.64.0/18
# fact: services = 10.233.0.0/18
# fact: nodes = node1 node2
# fact: members = etcd1
cluster "two" {
  type               = "single-etcd-multi-master"
  kubernetes_version = "1.34.4"
}

network {
  pod_subnets     = ["10.233.64.0/18"]
  service_subnets = ["10.233.0.0/18"]
  cni "calico" {}
}

etcd { topology = "external" }

target "kubespray" {}

node "node1" {
  etcd_name   = "etcd1"
  roles       = ["control-plane", "etcd", "worker"]
  address     = "192.168.93.13"
  ssh_address = "192.168.100.23"
}

node "node2" {
  roles       = ["control-plane", "worker"]
  address     = "192.168.93.30"
  ssh_address = "192.168.100.26"
}
