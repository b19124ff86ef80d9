# valid: RKE's file: a proxy on every node, canal, other numbers, kubelet's fields
cluster "virgo" {
  type                   = "multi-etcd-multi-master"
  kubernetes_version     = "1.20.6"
  control_plane_endpoint = "api.virgo.example.com:6443"
  kubelet {
    max_pods = 250
    config   = { maxParallelImagePulls = 5 }
  }
}

network {
  pod_subnets         = ["10.64.0.0/14"]
  service_subnets     = ["10.96.0.0/16"]
  node_cidr_mask_size = 22
  cni "other" {
    plugin        = "canal"
    encapsulation = "vxlan"
  }
}

load_balancer "local" {}

node_pool "master" {
  roles         = ["control-plane", "worker"]
  count         = 3
  name_pattern  = "k8s-master%02d"
  first_number  = 10
  first_address = "192.168.4.10"
}

node_pool "worker" {
  roles             = ["worker"]
  names             = ["k8s-a", "k8s-b", "k8s-c"]
  addresses         = ["192.168.4.20", "192.168.4.27", "192.168.4.31"]
  failure_domains   = ["rack-a", "rack-b"]
  failure_domain_of = { "k8s-c" = "rack-b" }
}
