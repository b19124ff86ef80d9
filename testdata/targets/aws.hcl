# Three zones of one region: stacked etcd, a network load balancer before the API, workers of two architectures.

cluster "prod" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.prod.internal:6443"
  max_nodes              = 100
}

etcd {
  topology = "stacked"
}

load_balancer "external" {}

ssh {
  user = "ops"
}

node "cp-1" {
  roles          = ["control-plane"]
  address        = "10.20.0.11"
  failure_domain = "eu-central-1a"
  cpus           = 4
  memory         = "16Gi"
}

node "cp-2" {
  roles          = ["control-plane"]
  address        = "10.20.1.11"
  failure_domain = "eu-central-1b"
  cpus           = 4
  memory         = "16Gi"
}

node "cp-3" {
  roles          = ["control-plane"]
  address        = "10.20.2.11"
  failure_domain = "eu-central-1c"
  cpus           = 4
  memory         = "16Gi"
}

node_pool "worker-a" {
  roles           = ["worker"]
  count           = 2
  first_address   = "10.20.0.21"
  failure_domains = ["eu-central-1a"]
}

node_pool "worker-b" {
  roles           = ["worker"]
  count           = 2
  first_address   = "10.20.1.21"
  failure_domains = ["eu-central-1b"]
  os              = "debian-12"
}

node_pool "worker-c" {
  roles           = ["worker"]
  count           = 2
  first_address   = "10.20.2.21"
  failure_domains = ["eu-central-1c"]
  arch            = "arm64"
  instance_type   = "m7g.xlarge"
}

target "aws" {
  region          = "eu-central-1"
  vpc_cidr        = "10.20.0.0/16"
  subnets         = { "eu-central-1a" = "10.20.0.0/24", "eu-central-1b" = "10.20.1.0/24", "eu-central-1c" = "10.20.2.0/24" }
  public_subnets  = { "eu-central-1a" = "10.20.255.0/28", "eu-central-1b" = "10.20.255.16/28", "eu-central-1c" = "10.20.255.32/28" }
  admin_cidrs     = ["203.0.113.0/24"]
  node_port_cidrs = ["10.20.0.0/16", "198.51.100.0/24"]
}
