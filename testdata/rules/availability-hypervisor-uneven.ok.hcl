cluster "prod" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.prod.example.com:6443"
}

load_balancer "haproxy" {
  virtual_ip = "10.0.0.10"
}

node_pool "lb" {
  roles         = ["load-balancer"]
  count         = 2
  first_address = "10.0.0.11"
  hosts = ["hv-a", "hv-b"]
}

node_pool "cp" {
  roles         = ["control-plane"]
  count         = 3
  first_address = "10.0.0.41"
  hosts = ["hv-a", "hv-b", "hv-c"]
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 6
  first_address = "10.0.0.51"
  hosts = ["hv-a", "hv-a", "hv-a", "hv-a", "hv-b", "hv-c"]
}
