cluster "laptop" {
  type          = "multi-etcd-multi-master"
  cert_sans     = ["api.laptop.test", "192.0.2.10"]
  feature_gates = { NodeSwap = true }

  api_server {
    extra_args = { "audit-log-path" = "it's: \"$(id)\" `id` ; & # \\", "v" = "2" }
  }
  kubelet {
    max_pods = 100
  }
}

network {
  service_subnets = ["10.96.0.0/16"]
  node_port_range = "30000-31000"
  cni "calico" {}
  kube_proxy {
    mode = "nftables"
  }
}

etcd {
  quota = "4Gi"
}

node_pool "cp" {
  roles  = ["control-plane", "worker"]
  count  = 3
  cpus   = 2
  memory = "4Gi"
}

node "edge" {
  roles  = ["worker"]
  cpus   = 2
  memory = "4Gi"
  labels = { "example.com/tier" = "edge" }
  taint {
    key    = "example.com/edge"
    effect = "NoSchedule"
  }
}

target "minikube" {
  driver = "kvm2"
  addons = ["metrics-server"]
}
