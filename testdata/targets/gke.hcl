# A regional cluster: general workers in three zones, and a pool for GPU work in one.

cluster "prod" {
  type               = "multi-etcd-multi-master"
  kubernetes_version = "1.36.0"
}

network {
  pod_subnets     = ["10.64.0.0/14"]
  service_subnets = ["10.68.0.0/20"]
}

node_pool "general" {
  roles           = ["worker"]
  count           = 6
  cpus            = 4
  memory          = "16Gi"
  failure_domains = ["europe-west4-a", "europe-west4-b", "europe-west4-c"]
  labels          = { "example.com/tier" = "general" }
}

node_pool "gpu" {
  roles           = ["worker"]
  count           = 1
  instance_type   = "g2-standard-8"
  disk            = "200Gi"
  failure_domains = ["europe-west4-a"]
  taint {
    key    = "example.com/gpu"
    value  = "true"
    effect = "NoSchedule"
  }
}

target "gke" {
  project     = "example-project-1"
  region      = "europe-west4"
  subnet      = "10.30.0.0/20"
  admin_cidrs = ["203.0.113.0/24"]
}
