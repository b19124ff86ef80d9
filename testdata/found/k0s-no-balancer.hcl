# refused topology-no-load-balancer: three controllers, and every client dials one of them
cluster "coresvc" {
  type               = "multi-etcd-multi-master"
  kubernetes_version = "1.27.5"
}

network {
  cni "other" {
    plugin = "kube-router"
  }
}

node_pool "n" {
  roles         = ["control-plane", "worker"]
  count         = 3
  first_address = "10.1.1.31"
}
