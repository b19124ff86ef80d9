cluster "c" {
  type = "multi-etcd-multi-master"
}

node_pool "cp" {
  roles = ["control-plane"]
  count = 3
}

node_pool "w" {
  roles = ["worker"]
  count = 2
}

target "kind" {}
