cluster "c" {
  type = "multi-etcd-multi-master"
}

node_pool "cp" {
  roles = ["control-plane"]
  count = 3
}

node "w" {
  roles = ["worker"]
}

target "kind" {}
