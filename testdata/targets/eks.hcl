# Three zones: general workers, and a tainted pool of arm64 in one zone.

cluster "prod" {
  type               = "multi-etcd-multi-master"
  kubernetes_version = "1.36.0"
}

network {
  service_subnets = ["172.20.0.0/16"]
}

node_pool "general" {
  count           = 6
  cpus            = 4
  memory          = "16Gi"
  failure_domains = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
  labels          = { "example.com/tier" = "general" }
}

node_pool "batch" {
  count           = 2
  arch            = "arm64"
  disk            = "100Gi"
  failure_domains = ["eu-central-1a"]
  taint {
    key    = "example.com/batch"
    effect = "NoSchedule"
  }
}

target "eks" {
  region      = "eu-central-1"
  vpc_cidr    = "10.40.0.0/16"
  zones       = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
  admin_cidrs = ["203.0.113.0/24"]
}
