cluster "dev" {
  type = "all-in-one"
  kubernetes_version = "1.32.13" # note: version-end-of-life
  feature_gates      = { JobManagedBy = true }
}

node "dev-1" {
  address = "192.168.56.10"
}

waive "version-end-of-life" {
  reason = "upgraded with the next maintenance window"
}
