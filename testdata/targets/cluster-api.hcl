cluster "fleet" {
  type                    = "multi-etcd-multi-master"
  kubernetes_version      = "1.37.2"
  cert_sans               = ["api.fleet.example"]
  feature_gates           = { NodeSwap = true }
  encryption_algorithm    = "ECDSA-P256"
  certificate_validity    = "4320h"
  ca_certificate_validity = "87600h"

  api_server {
    extra_args = { "audit-log-path" = "it's: \"$(id)\" # ${"$"}{X}" }
  }
  kubelet {
    max_pods = 120
  }
}

network {
  pod_subnets     = ["10.244.0.0/16"]
  service_subnets = ["10.96.0.0/16"]
}

etcd {
  quota = "4Gi"
}

node_pool "cp" {
  roles           = ["control-plane"]
  count           = 3
  failure_domains = ["fd-1", "fd-2", "fd-3"]
}

node_pool "worker" {
  roles           = ["worker"]
  count           = 5
  failure_domains = ["fd-1", "fd-2"]
  labels          = { "example.com/tier" = "general", "node-role.kubernetes.io/worker" = "" }
}

node "gpu" {
  roles              = ["worker"]
  kubelet_extra_args = { "v" = "4" }
  taint {
    key    = "example.com/gpu"
    effect = "NoSchedule"
  }
}

target "cluster-api" {
  namespace = "fleets"
}
