cluster "prod" {
  type = "all-in-one"
}

etcd {
  extra_args = {
    "auto-compaction-mode"      = "periodic"
    "auto-compaction-retention" = "8h"
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
