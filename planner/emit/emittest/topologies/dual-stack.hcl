# Both families, Calico, somebody else's balancer.
cluster "dual" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.dual.example.com:443"
}

network {
  pod_subnets     = ["10.244.0.0/16", "fd00:10:244::/48"]
  service_subnets = ["10.96.0.0/16", "fd00:10:96::/112"]
  cni "calico" {
    encapsulation = "ipip"
  }
  kube_proxy {
    mode       = "ipvs"
    strict_arp = true
    config = {
      metricsBindAddress = "0.0.0.0:10249"
      nodePortAddresses  = ["10.5.0.0/24", "fd00:5::/64"]
      ipvs               = { scheduler = "lc" }
      conntrack          = { maxPerCore = 0, tcpEstablishedTimeout = "24h0m0s" }
    }
  }
}

load_balancer "external" {}

artifacts {
  image_repository = "registry.example.com/k8s"
}

node_pool "cp" {
  roles                   = ["control-plane"]
  count                   = 3
  first_address           = "10.5.0.11"
  first_secondary_address = "fd00:5::11"
}

node_pool "worker" {
  roles                   = ["worker"]
  count                   = 2
  first_address           = "10.5.0.21"
  first_secondary_address = "fd00:5::21"
}
