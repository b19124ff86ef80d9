# Workers without a second address.
cluster "dual" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.dual.example.com:6443"
}

network {
  pod_subnets     = ["10.244.0.0/16", "fd10:244::/52"]
  service_subnets = ["10.96.0.0/16", "fd10:96::/112"]
  node_subnets    = ["192.0.2.0/24", "2001:db8:6::/64"]

  cni "calico" {}
}

load_balancer "kube-vip" {
  virtual_ip = "192.0.2.10"
}

node_pool "cp" {
  roles                   = ["control-plane"]
  count                   = 3
  first_address           = "192.0.2.11"
  first_secondary_address = "2001:db8:6::11"
}

node_pool "worker" { # warning: host-secondary-address-missing
  roles                   = ["worker"]
  count                   = 8
  first_address           = "192.0.2.21"
}
