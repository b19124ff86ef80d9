# valid: kubespray's inventory with numbers from 2, encrypted Secrets, an audit log and a DNS cache
# fact: pods = 10.233.64.0/18
# fact: services = 10.233.0.0/18
# fact: proxy = ipvs
# fact: nodes = master20-2 master20-3 worker10-2 worker10-3 worker40-2 worker40-3 worker40-4
# fact: members = master20-2 master20-3 worker10-2
cluster "lab" {
  type               = "multi-etcd-multi-master"
  kubernetes_version = "1.26.7"
  audit {}
  encryption_at_rest {}
}

network {
  pod_subnets         = ["10.233.64.0/18"]
  service_subnets     = ["10.233.0.0/18"]
  node_cidr_mask_size = 24
  node_subnets        = ["10.20.1.0/24", "10.10.1.0/24", "10.40.1.0/24"]
  dns {
    node_local_cache = true
  }
  cni "calico" {}
  kube_proxy {
    mode       = "ipvs"
    strict_arp = true
  }
}

etcd { topology = "external" }

target "kubespray" {}

node_pool "master20" {
  first_number  = 2
  roles         = ["control-plane", "etcd", "worker"]
  count         = 2
  first_address = "10.20.1.2"
}

node "worker10-2" {
  roles   = ["etcd", "worker"]
  address = "10.10.1.2"
}

node "worker10-3" {
  roles   = ["worker"]
  address = "10.10.1.3"
}

node_pool "worker40" {
  first_number  = 2
  roles         = ["worker"]
  count         = 3
  first_address = "10.40.1.2"
}
