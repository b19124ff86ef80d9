cluster "c" {
  type = "multi-etcd-multi-master"
}

node_pool "etcd" {
  roles = ["etcd"] # error: target-etcd: kind runs a member on every control plane
  count = 3
}

node_pool "cp" {
  roles = ["control-plane"]
  count = 3
}

node "w" {
  roles = ["worker"]
}

target "kind" {}
