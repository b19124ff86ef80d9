cluster "prod" {
  type               = "multi-etcd-multi-master"
  kubernetes_version = "1.35.0"
}

network {
  pod_subnets     = ["10.128.0.0/14"]
  service_subnets = ["172.30.0.0/16"]
}

node_pool "general" {
  count  = 6
  cpus   = 8
  memory = "32Gi"
  labels = { "example.com/tier" = "general" }
}

node_pool "gpu" {
  count         = 3
  instance_type = "p3.8xlarge"
  labels        = { "example.com/gpu" = "true" }
  taint {
    key    = "example.com/gpu"
    value  = "true"
    effect = "NoSchedule"
  }
}

target "openshift-dedicated" {
  provider     = "aws"
  region       = "eu-central-1"
  machine_cidr = "10.0.0.0/16"
  private      = true
}
