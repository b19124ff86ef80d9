cluster "lab" {
  type = "single-etcd-single-master"
}

node "cp-1" {
  roles   = ["control-plane"]
  address = "10.50.0.31"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 2
  first_address = "10.50.0.41"
  os            = "debian-13"
  cpus          = 4
  memory        = "8Gi"
  disk          = "80Gi"
}

ssh {
  user = "ops"
}

target "lxd" {
  subnets      = ["10.50.0.0/24"]
  network_name = "k8sbr0"
}
