cluster "c" {
  type = "multi-etcd-multi-master"
}

etcd {
  external_endpoints = ["https://10.0.9.21:2379", "https://10.0.9.22:2379", "https://10.0.9.23:2379"] # error: etcd-endpoints-target
  ca_file            = "/secure/etcd/ca.crt"
  cert_file          = "/secure/etcd/client.crt"
  key_file           = "/secure/etcd/client.key"
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
