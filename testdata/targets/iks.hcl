# General workers in three zones, which are made with the cluster, and a tainted pool in one.

cluster "prod" {
  type               = "multi-etcd-multi-master"
  kubernetes_version = "1.36.0"
}

network {
  pod_subnets     = ["172.30.0.0/16"]
  service_subnets = ["172.21.0.0/16"]
}

node_pool "general" {
  count           = 6
  cpus            = 4
  memory          = "16Gi"
  failure_domains = ["eu-de-1", "eu-de-2", "eu-de-3"]
  labels          = { "example.com/tier" = "general" }
}

node_pool "gpu" {
  count           = 1
  instance_type   = "gx3.16x80.l4"
  failure_domains = ["eu-de-1"]
  taint {
    key    = "example.com/gpu"
    value  = "true"
    effect = "NoSchedule"
  }
}

target "iks" {
  region  = "eu-de"
  subnets = { "eu-de-1" = "10.70.0.0/24", "eu-de-2" = "10.70.1.0/24", "eu-de-3" = "10.70.2.0/24" }
}
