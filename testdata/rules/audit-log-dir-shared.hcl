cluster "dev" {
  type = "all-in-one"
  audit {
    log_dir = "/var/lib/etcd/audit" # error: audit-log-dir-shared: /var/lib/etcd
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
