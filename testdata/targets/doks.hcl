# General workers, which are made with the cluster, and a tainted pool.

cluster "prod" {
  type               = "multi-etcd-multi-master"
  kubernetes_version = "1.34.0"
}

node_pool "general" {
  count  = 3
  cpus   = 4
  memory = "16Gi"
  labels = { "example.com/tier" = "general" }
}

node_pool "gpu" {
  count         = 1
  instance_type = "gpu-4000adax1-20gb"
  taint {
    key    = "example.com/gpu"
    value  = "true"
    effect = "NoSchedule"
  }
}

target "doks" {
  region      = "fra1"
  vpc_cidr    = "10.60.0.0/20"
  admin_cidrs = ["203.0.113.0/24"]
}
