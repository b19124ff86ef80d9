cluster "dev" {
  type = "all-in-one"
  audit {
    log_dir = "/var/log/audit-k8s"
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
