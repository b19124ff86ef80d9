# General workers in three zones, which are made with the cluster, and a tainted pool.

cluster "prod" {
  type               = "multi-etcd-multi-master"
  kubernetes_version = "1.36.0"
}

network {
  pod_subnets     = ["10.244.0.0/16"]
  service_subnets = ["10.96.0.0/16"]
}

node_pool "general" {
  count           = 6
  cpus            = 4
  memory          = "16Gi"
  disk            = "128Gi"
  failure_domains = ["westeurope-1", "westeurope-2", "westeurope-3"]
  labels          = { "example.com/tier" = "general" }
}

node_pool "gpu" {
  count         = 1
  instance_type = "Standard_NC4as_T4_v3"
  taint {
    key    = "example.com/gpu"
    value  = "true"
    effect = "NoSchedule"
  }
}

target "aks" {
  subscription_id = "00000000-0000-0000-0000-000000000001"
  location        = "westeurope"
  vnet_cidr       = "10.50.0.0/16"
  subnet          = "10.50.0.0/22"
  admin_cidrs     = ["203.0.113.0/24"]
}
