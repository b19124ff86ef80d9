cluster "c" {
  type = "single-etcd-single-master"
}

network {
  pod_subnets = ["10.200.0.0/16"]
}

node "cp" {
  roles = ["control-plane"]
}

node "w" {
  roles          = ["worker"]
  failure_domain = "a"
}

target "kind" {}
