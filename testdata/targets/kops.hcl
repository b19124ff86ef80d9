cluster "prod" {
  type               = "multi-etcd-multi-master"
  kubernetes_version = "1.36.2"
  cert_sans          = ["api.example.com"]
  feature_gates      = { NodeSwap = true }
  kubelet {
    max_pods = 100
  }
}

network {
  pod_subnets     = ["100.96.0.0/11"]
  service_subnets = ["100.64.0.0/13"]
  cni "calico" {
    encapsulation = "vxlan"
    mtu           = 8900
  }
}

container_runtime "containerd" {
  registry "docker.io" {
    mirrors = ["https://mirror.example.com"]
  }
}

etcd {
  quota              = "4Gi"
  heartbeat_interval = "200ms"
  election_timeout   = "2s"
  extra_args         = { "log-level" = "it's \"$(id)\"" }
}

node_pool "cp" {
  roles           = ["control-plane"]
  count           = 3
  failure_domains = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
  instance_type   = "m7i.large"
  disk            = "50Gi"
}

node_pool "worker" {
  roles           = ["worker"]
  count           = 4
  failure_domains = ["eu-central-1a", "eu-central-1b"]
  instance_type   = "m7i.xlarge"
  cpus            = 4
  memory          = "16Gi"
  labels          = { "example.com/tier" = "general" }
  taint {
    key    = "example.com/tier"
    value  = "general"
    effect = "PreferNoSchedule"
  }
}

target "kops" {
  cloud        = "aws"
  state        = "s3://example-kops-state/clusters"
  domain       = "k8s.example.com"
  dns          = "private"
  admin_cidrs  = ["203.0.113.0/24"]
  network_cidr = "10.20.0.0/16"
  internal_api = true
}
