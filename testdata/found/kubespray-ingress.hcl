# valid: kubespray's inventory with groups for ingress and members of other names
# fact: pods = 10.233.64.0/18
# fact: services = 10.233.0.0/18
# fact: nodes = k8s-ingress1 k8s-ingress2 k8s-master1 k8s-master2 k8s-master3 k8s-worker1 k8s-worker2 k8s-worker3
# fact: members = etcd-1 etcd-2 etcd-3
# fact: groups = kube-ingress kube-worker
cluster "platform" {
  type               = "multi-etcd-multi-master"
  kubernetes_version = "1.34.4"
}

network {
  pod_subnets     = ["10.233.64.0/18"]
  service_subnets = ["10.233.0.0/18"]
  cni "calico" {}
}

etcd { topology = "external" }

target "kubespray" {}

ssh { user = "root" }

node "k8s-master" {
  for_each  = { "k8s-master1" = "192.168.136.100", "k8s-master2" = "192.168.136.101", "k8s-master3" = "192.168.136.102" }
  roles     = ["control-plane", "etcd"]
  address   = each.value
  etcd_name = "etcd-${substr(each.key, 10, 1)}"
}

node_pool "k8s-worker" {
  name_pattern  = "k8s-worker%d"
  groups        = ["kube-worker"]
  roles         = ["worker"]
  count         = 3
  first_address = "192.168.136.110"
}

node "k8s-ingress1" {
  groups      = ["kube-ingress"]
  roles       = ["worker"]
  address     = "192.168.136.120"
  ssh_address = "203.0.113.173"
}

node "k8s-ingress2" {
  groups      = ["kube-ingress"]
  roles       = ["worker"]
  address     = "192.168.136.121"
  ssh_address = "203.0.113.191"
}
