cluster "c" {
  type = "single-etcd-single-master"
  kubelet {
    server_tls_bootstrap = true # warning: addon-not-applied: approves
  }
}

addon "metrics-server" {} # warning: addon-not-applied: nothing in this tree applies

node "cp" {
  roles = ["control-plane"]
}

node "w" {
  roles = ["worker"]
}

target "kind" {}
