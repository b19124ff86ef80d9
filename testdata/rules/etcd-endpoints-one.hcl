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
}

etcd {
  external_endpoints = ["https://10.0.9.21:2379"] # warning: etcd-endpoints-one
  ca_file            = "/secure/etcd/ca.crt"
  cert_file          = "/secure/etcd/client.crt"
  key_file           = "/secure/etcd/client.key"
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
