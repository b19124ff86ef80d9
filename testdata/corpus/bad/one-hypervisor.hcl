# eks-anywhere#3642: one failed host takes the cluster.
cluster "dense" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.dense.example.com:8443"
}

node_pool "cp" {
  roles         = ["control-plane", "load-balancer"]
  count         = 3
  first_address = "10.3.0.11"
  hosts         = ["esx-1"] # warning: availability-hypervisor-majority: esx-1 carries 3 of 3 + # warning: availability-balancers-together
  cpus          = 4
  memory        = "8Gi"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 6
  first_address = "10.3.0.21"
  hosts         = ["esx-1", "esx-2", "esx-3"]
}

load_balancer "haproxy" {
  virtual_ip = "10.3.0.10"
}
