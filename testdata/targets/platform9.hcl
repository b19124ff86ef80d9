cluster "prod" {
  type                   = "multi-etcd-multi-master"
  kubernetes_version     = "1.35.0"
  control_plane_endpoint = "api.example.com"
}

ssh {
  user             = "ops"
  private_key_file = "~/keys/ops"
}

node_pool "cp" {
  roles           = ["control-plane"]
  count           = 3
  first_address   = "10.0.0.31"
  failure_domains = ["a", "b", "c"]
}

node_pool "worker" {
  roles           = ["worker"]
  count           = 2
  first_address   = "10.0.0.41"
  failure_domains = ["a", "b"]
}

target "platform9" {
  pmk_version       = "1.35.1-pmk.7"
  virtual_ip        = "10.0.0.5"
  virtual_interface = "eth0"
  metallb_range     = "10.0.0.200-10.0.0.220"
}
