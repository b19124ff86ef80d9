# One SSH address is the next host's own address, another the virtual IP.
cluster "prod" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.prod.example.com:6443"
}

load_balancer "haproxy" {
  virtual_ip = "10.0.0.10"
}

node "lb-1" {
  roles       = ["load-balancer"]
  address     = "10.0.0.11"
  ssh_address = "10.0.0.12" # error: host-duplicate-ssh-address: also that of lb-2 (line 19)
}

node "lb-2" {
  roles   = ["load-balancer"]
  address = "10.0.0.12"
}

node_pool "cp" {
  roles         = ["control-plane"]
  count         = 3
  first_address = "10.0.0.41"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 2
  first_address = "10.0.0.51"
}

node "worker-3" {
  roles       = ["worker"]
  address     = "10.0.0.53"
  ssh_address = "10.0.0.10" # error: host-duplicate-ssh-address: is the virtual IP
}
