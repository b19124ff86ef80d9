# Machines in three zones of Google Cloud; the cloud's balancer in front.
cluster "cloud" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.cloud.example.com:6443"
}

network {
  mtu = 1460
}

load_balancer "external" {
  virtual_ip = "10.10.0.10"
}

ssh {
  user = "ops"
}

node_pool "cp" {
  roles           = ["control-plane"]
  count           = 3
  first_address   = "10.10.0.11"
  failure_domains = ["europe-west3-a", "europe-west3-b", "europe-west3-c"]
  instance_type   = "n2-standard-4"
}

node_pool "worker" {
  roles           = ["worker"]
  count           = 9
  first_address   = "10.10.0.21"
  failure_domains = ["europe-west3-a", "europe-west3-b", "europe-west3-c"]
  instance_type   = "n2-standard-8"
}

target "gcp" {
  project      = "example-project"
  region       = "europe-west3"
  subnet       = "10.10.0.0/24"
  proxy_subnet = "10.10.255.0/26"
  admin_cidrs  = ["203.0.113.0/24"]
}
