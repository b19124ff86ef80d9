cluster "lab" {
  type               = "multi-etcd-multi-master"
  kubernetes_version = "1.36.4"
  cert_sans          = ["api.lab.test"]
  feature_gates      = { NodeSwap = true }

  api_server {
    extra_args = { "v" = "2", "audit-log-path" = "it's: {{ .Name }} \"$(id)\" # no" }
  }
  kubelet {
    max_pods   = 200
    extra_args = { "v" = "3" }
  }
}

network {
  pod_subnets         = ["10.244.0.0/16", "fd00:10:244::/56"]
  service_subnets     = ["10.96.0.0/16", "fd00:10:96::/112"]
  dns_domain          = "lab.internal"
  node_cidr_mask_size = 23
  node_port_range     = "30000-31000"
  cni "calico" {}
  kube_proxy {
    mode = "nftables"
  }
}

etcd {
  quota      = "4Gi"
  extra_args = { "log-level" = "warn" }
}

node_pool "cp" {
  roles           = ["control-plane", "worker"]
  count           = 3
  failure_domains = ["a", "b", "c"]
}

node "edge" {
  roles              = ["worker"]
  labels             = { "node-role.kubernetes.io/edge" = "", "example.com/tier" = "edge" }
  kubelet_extra_args = { "v" = "4" }
  taint {
    key    = "example.com/edge"
    value  = "yes"
    effect = "NoSchedule"
  }
}

target "kind" {
  image              = "registry.example.com/kindest/node:v1.36.4"
  api_server_address = "127.0.0.1"
  api_server_port    = 16443
  port_mapping {
    node           = "edge"
    container_port = 80
    host_port      = 8080
    listen_address = "127.0.0.1"
  }
  port_mapping {
    node           = "edge"
    container_port = 53
    host_port      = 8080
    protocol       = "UDP"
  }
  mount {
    node           = "edge"
    host_path      = "/srv/data: \"x\""
    container_path = "/data"
    read_only      = true
  }
}
