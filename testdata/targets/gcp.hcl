# Three zones of one region: stacked etcd, Google's own proxy balancer before the API.

cluster "prod" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.prod.internal:6443"
  max_nodes              = 100
}

etcd {
  topology = "stacked"
}

load_balancer "external" {
  virtual_ip = "10.10.0.5"
}

ssh {
  user = "ops"
}

node_pool "cp" {
  roles           = ["control-plane"]
  count           = 3
  first_address   = "10.10.0.11"
  failure_domains = ["europe-west4-a", "europe-west4-b", "europe-west4-c"]
  cpus            = 4
  memory          = "16Gi"
}

node_pool "worker" {
  roles           = ["worker"]
  count           = 6
  first_address   = "10.10.0.21"
  failure_domains = ["europe-west4-a", "europe-west4-b", "europe-west4-c"]
}

target "gcp" {
  project      = "example-project-1"
  region       = "europe-west4"
  subnet       = "10.10.0.0/24"
  proxy_subnet = "10.10.255.0/26"
  admin_cidrs  = ["203.0.113.0/24"]
}
