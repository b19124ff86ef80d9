# A number that is no version.
cluster "bee" {
  type                   = "multi-etcd-multi-master"
  kubernetes_version     = 137 # error: wrong-type
  control_plane_endpoint = "api.bee.example.com:6443"

  kubelet {
    max_pods = 250
  }
}

network {
  pod_subnets         = ["10.128.0.0/14"]
  service_subnets     = ["10.96.0.0/18"]
  node_cidr_mask_size = 23
  mtu                 = 9000

  cni "cilium" {
    encapsulation          = "geneve"
    kube_proxy_replacement = true
  }

  kube_proxy {
    mode = "none"
  }
}

load_balancer "kube-vip" {
  virtual_ip = "10.7.0.10"
}

node_pool "cp" {
  roles         = ["control-plane"]
  count         = 3
  first_address = "10.7.0.11"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 40
  first_address = "10.7.0.51"
  os            = "ubuntu-24.04"
}
