# valid: kubespray's inventory with names, members, groups and logins of its own
cluster "shop" {
  type                   = "multi-etcd-multi-master"
  kubernetes_version     = "1.26.5"
  control_plane_endpoint = "api.shop.example.com:6443"
}

network {
  pod_subnets     = ["10.233.64.0/18"]
  service_subnets = ["10.233.0.0/18"]
  cni "calico" {}
  kube_proxy {
    mode       = "ipvs"
    strict_arp = true
  }
  dns {
    upstream         = ["192.168.7.53"]
    node_local_cache = true
  }
}

load_balancer "external" {}

locals {
  workers = { "worker40-2" = "192.168.7.42", "worker40-4" = "192.168.7.57" }
}

node "master20.shop.example.com" {
  roles     = ["control-plane"]
  address   = "192.168.7.20"
  etcd_name = "etcd1"
  ssh {
    connection = "local"
  }
}

node "master21" {
  roles     = ["control-plane"]
  address   = "192.168.7.21"
  etcd_name = "etcd2"
}

node "master22" {
  roles     = ["control-plane"]
  address   = "192.168.7.22"
  etcd_name = "etcd3"
  ssh {
    user = "admin"
    port = 2222
  }
}

node "worker" {
  for_each = local.workers
  roles    = ["worker"]
  address  = each.value
  groups   = ["kube-ingress"]
}

node "storage" {
  roles   = []
  address = "192.168.7.99"
  groups  = ["storage_nodes"]
}

target "kubespray" {}
