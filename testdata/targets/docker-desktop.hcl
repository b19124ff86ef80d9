cluster "desk" {
  type               = "single-etcd-single-master"
  kubernetes_version = "1.36.4"
}

node "cp" {
  roles = ["control-plane"]
}

node_pool "worker" {
  roles = ["worker"]
  count = 2
}

target "docker-desktop" {}
