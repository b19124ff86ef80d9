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
  powers = ["feed-a", "feed-b"]
}

node_pool "cp" {
  roles         = ["control-plane"]
  count         = 3
  first_address = "10.0.0.41"
  powers = ["feed-a", "feed-b", "feed-c"]
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 6
  first_address = "10.0.0.51"
  powers = ["feed-a", "feed-a", "feed-a", "feed-a", "feed-b", "feed-c"]
}
