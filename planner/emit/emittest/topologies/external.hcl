# External etcd, two balancers that find their interface, copies of the images.
cluster "prod" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.example.com:6443"
  cert_sans              = ["api-internal.example.com"]
}

load_balancer "haproxy" {
  virtual_ip = "10.0.0.10"
}

artifacts {
  source           = "binaries"
  mirror_url       = "http://10.0.0.2:8000"
  image_repository = "10.0.0.2:5000"
}

node_pool "lb" {
  roles         = ["load-balancer"]
  count         = 2
  first_address = "10.0.0.11"
}

node_pool "etcd" {
  roles           = ["etcd"]
  count           = 3
  first_address   = "10.0.0.21"
  failure_domains = ["rack-a", "rack-b", "rack-c"]
}

node_pool "cp" {
  roles         = ["control-plane"]
  count         = 3
  first_address = "10.0.0.31"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 2
  first_address = "10.0.0.41"
}
