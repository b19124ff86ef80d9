# valid: KubeOne's file with charts and manifests of its addons
# fact: pods = 10.244.0.0/16
# fact: services = 10.96.0.0/12
# fact: endpoint = 198.51.100.10:6443
# fact: proxy = none
# fact: addons = cluster-autoscaler storage
cluster "kubeone" {
  type                   = "multi-etcd-multi-master"
  kubernetes_version     = "1.26.4"
  control_plane_endpoint = "198.51.100.10:6443"
}

network {
  pod_subnets     = ["10.244.0.0/16"]
  service_subnets = ["10.96.0.0/12"]
  cni "cilium" { kube_proxy_replacement = true }
  kube_proxy { mode = "none" }
}

load_balancer "external" { virtual_ip = "198.51.100.10" }

container_runtime "containerd" {}

target "bare-metal" {}


addon "cluster-autoscaler" {
  images = []
  chart "cluster-autoscaler" {
    repository = "https://charts.example.com"
    version    = "9.29.0"
    digest     = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  }
}


addon "storage" {
  images = []
  manifest "~/addons/storage.yaml" {}
}

node_pool "control-plane" {
  roles         = ["control-plane"]
  count         = 3
  first_address = "192.168.1.10"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 3
  first_address = "192.168.1.20"
}
