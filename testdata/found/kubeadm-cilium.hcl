# valid: kubeadm's file with an endpoint without a port
# fact: pods = 10.244.0.0/24
# fact: services = 10.96.0.0/16
# fact: endpoint = cloud.example.com:6443
# fact: pods-per-node = 250
# fact: proxy = none
cluster "test" {
  type                   = "all-in-one"
  kubernetes_version     = "1.27.7"
  control_plane_endpoint = "cloud.example.com"
  kubelet {
    max_pods      = 250
    cgroup_driver = "systemd"
  }
}

network {
  pod_subnets     = ["10.244.0.0/24"]
  service_subnets = ["10.96.0.0/16"]
  kube_proxy { mode = "none" }
  cni "cilium" { kube_proxy_replacement = true }
}

container_runtime "containerd" {}

target "bare-metal" {}

node "test" {
  roles   = ["control-plane", "worker"]
  address = "192.168.178.10"
}
