# valid: kubeadm's file with repositories of its own for CoreDNS and etcd
# fact: pods = 172.16.0.0/16
# fact: services = 10.96.0.0/12
# fact: endpoint = 10.0.1.4:6443
# fact: registry = registry.example.com:8122
# fact: dns-registry = registry.example.com:8122/coredns
# fact: etcd-registry = registry.example.com:8122/etcd-io
cluster "kubernetes" {
  type                   = "single-etcd-single-master"
  kubernetes_version     = "1.34.4"
  control_plane_endpoint = "10.0.1.4:6443"
}

network {
  pod_subnets     = ["172.16.0.0/16"]
  service_subnets = ["10.96.0.0/12"]
}

artifacts {
  image_repository = "registry.example.com:8122"
  images {
    dns  = "registry.example.com:8122/coredns"
    etcd = "registry.example.com:8122/etcd-io"
  }
}

target "bare-metal" {}

node "cp" {
  roles   = ["control-plane"]
  address = "10.0.1.4"
}

node "w1" {
  roles   = ["worker"]
  address = "10.0.1.5"
}
