# Three locations of Europe: stacked etcd, Hetzner's balancer before the API, Arm workers, NodePorts for a front that stands elsewhere.

cluster "prod" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.prod.internal:6443"
  max_nodes              = 100
}

etcd {
  topology = "stacked"
}

load_balancer "external" {
  virtual_ip = "10.90.0.5"
}

ssh {
  user = "ops"
  port = 2222
}

node_pool "cp" {
  roles           = ["control-plane"]
  count           = 3
  first_address   = "10.90.0.11"
  failure_domains = ["fsn1", "nbg1", "hel1"]
  instance_type   = "ccx13"
}

node_pool "worker" {
  roles           = ["worker"]
  count           = 6
  first_address   = "10.90.0.21"
  failure_domains = ["fsn1", "nbg1", "hel1"]
  cpus            = 4
  memory          = "8Gi"
  disk            = "100Gi"
}

node "arm-1" {
  roles          = ["worker"]
  address        = "10.90.0.41"
  failure_domain = "hel1"
  arch           = "arm64"
  os             = "debian-13"
}

target "hetzner" {
  subnet          = "10.90.0.0/24"
  ssh_key         = "the $${ops} \"key\""
  admin_cidrs     = ["203.0.113.0/24"]
  node_port_cidrs = ["198.51.100.7/32"]
}
