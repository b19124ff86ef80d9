# valid: kubeadm's file with an etcd that others run
cluster "ext" {
  type                   = "multi-etcd-multi-master"
  kubernetes_version     = "1.17.4"
  control_plane_endpoint = "apiserver.example.com:6443"
}

network {
  pod_subnets     = ["192.160.0.0/12"]
  service_subnets = ["10.96.0.0/16"]
  cni "flannel" {}
  kube_proxy {
    mode = "ipvs"
  }
}

etcd {
  external_endpoints = ["https://172.16.10.89:2379", "https://172.16.10.90:2379", "https://172.16.10.91:2379"]
  ca_file            = "/etc/etcd/ca.pem"
  cert_file          = "/etc/etcd/client.pem"
  key_file           = "/etc/etcd/client.key"
}

load_balancer "external" {
  virtual_ip = "172.16.1.185"
}

artifacts {
  image_repository = "registry.example.com/google-containers"
}

node_pool "cp" {
  roles         = ["control-plane"]
  count         = 3
  first_address = "172.16.10.89"
}

node_pool "w" {
  roles         = ["worker"]
  count         = 2
  first_address = "172.16.10.95"
}
