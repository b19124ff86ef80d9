cluster "c" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.c.example.com:6443"
}

load_balancer "haproxy" {}

# SELinux stays as it is on hosts without a kubelet.
node "lb" {
  roles   = ["load-balancer"]
  address = "10.0.0.10"
  os      = "rocky-9"
}

node "cp-1" {
  roles   = ["control-plane"]
  address = "10.0.0.11"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 2
  first_address = "10.0.0.21"
  os            = "amazon-linux-2023"
}
