# valid: kubeadm's file with CRI-O and without kube-proxy
# fact: pods = 10.11.0.0/16
# fact: services = 10.10.0.0/16
# fact: endpoint = 10.0.0.1:6443
# fact: proxy = none
# fact: runtime = cri-o
cluster "crio" {
  type                   = "single-etcd-single-master"
  kubernetes_version     = "1.34.4"
  control_plane_endpoint = "10.0.0.1:6443"
  encryption_algorithm   = "ECDSA-P256"
}

network {
  pod_subnets     = ["10.11.0.0/16"]
  service_subnets = ["10.10.0.0/16"]
  cni "cilium" { kube_proxy_replacement = true }
}

container_runtime "cri-o" {}

target "bare-metal" {}

node "cp" {
  roles   = ["control-plane"]
  address = "10.0.0.1"
}

node "w1" {
  roles   = ["worker"]
  address = "10.0.0.2"
}
