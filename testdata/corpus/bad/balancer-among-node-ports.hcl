# Balancers on the control planes, behind a port of the NodePort range.
cluster "prod" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.prod.example.com:30443" # error: network-node-port-clash: haproxy would listen on port 30443
}

load_balancer "haproxy" {
  virtual_ip = "10.0.0.10"
}

node_pool "cp" {
  roles         = ["control-plane", "load-balancer"]
  count         = 3
  first_address = "10.0.0.41"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 2
  first_address = "10.0.0.51"
}
