cluster "juju" {
  type          = "multi-etcd-multi-master"
  cert_sans     = ["api.example.com", "192.0.2.1"]
  feature_gates = { NodeSwap = true }
  api_server {
    extra_args = { "audit-log-maxage" = "7" }
  }
}

network {
  pod_subnets     = ["10.200.0.0/16"]
  service_subnets = ["10.201.0.0/16"]
  node_port_range = "30000-31000"
  cni "calico" {
    encapsulation = "ipip"
    mtu           = 1400
  }
}

etcd {
  topology = "external"
}

node "lb" {
  roles = ["load-balancer"]
}

node_pool "etcd" {
  roles           = ["etcd"]
  count           = 3
  cpus            = 2
  memory          = "8Gi"
  disk            = "16Gi"
  failure_domains = ["a", "b", "c"]
}

node_pool "cp" {
  roles = ["control-plane"]
  count = 2
}

node_pool "worker" {
  roles = ["worker"]
  count = 2
}

node "gpu-1" {
  roles              = ["worker"]
  labels             = { "example.com/gpu" = "true" }
  kubelet_extra_args = { "v" = "3" }
}

target "charmed-kubernetes" {}
