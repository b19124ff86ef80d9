cluster "prod" {
  type                   = "single-etcd-multi-master"
  control_plane_endpoint = "api.prod.example.com:6443"
}

load_balancer "haproxy" {
  virtual_ip = "10.0.0.10"
}

node_pool "lb" {
  roles         = ["load-balancer"]
  count         = 2
  first_address = "10.0.0.11"
}

node_pool "etcd" {
  roles         = ["etcd"] # error: topology-extra-etcd: etcd-1, etcd-2, and etcd-3
  count         = 3
  first_address = "10.0.0.31"
}

node_pool "cp" {
  roles         = ["control-plane"]
  count         = 2
  first_address = "10.0.0.41"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 2
  first_address = "10.0.0.51"
}
