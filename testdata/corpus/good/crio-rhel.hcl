# CRI-O on RHEL, packages of the distribution, iptables.
cluster "red" {
  type                   = "multi-etcd-multi-master"
  kubernetes_version     = "1.35.4"
  control_plane_endpoint = "api.red.example.com:6443"
}

container_runtime "cri-o" {
  version = "1.35.1"
}

network {
  kube_proxy {
    mode = "iptables"
  }
}

artifacts {
  source = "packages"
}

load_balancer "haproxy" {
  virtual_ip        = "10.9.0.10"
  virtual_router_id = 77
}

node_pool "lb" {
  roles         = ["load-balancer"]
  count         = 2
  first_address = "10.9.0.11"
  os            = "rhel-9.5"
}

node_pool "cp" {
  roles         = ["control-plane"]
  count         = 3
  first_address = "10.9.0.21"
  os            = "rhel-9.5" # note: host-selinux-permissive
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 12
  first_address = "10.9.0.41"
  os            = "rhel-9.5"
}

waive "host-selinux-permissive" {
  reason = "Hosts of clusters are outside of the SELinux policy."
}
