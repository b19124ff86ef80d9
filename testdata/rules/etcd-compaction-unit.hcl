cluster "prod" {
  type = "all-in-one"
}

etcd {
  extra_args = {
    "auto-compaction-mode"      = "revision"
    "auto-compaction-retention" = "8h" # warning: etcd-compaction-unit: nothing is ever compacted
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
