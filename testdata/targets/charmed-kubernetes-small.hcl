cluster "small" {
  type = "single-etcd-single-master"
}

node "cp-1" {
  roles = ["control-plane"]
}

node_pool "worker" {
  roles = ["worker"]
  count = 2
}

target "charmed-kubernetes" {
  base = "ubuntu@22.04"
}
