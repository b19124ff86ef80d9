cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

waive "etcd-quota-small" { # error: waiver-without-reason
  reason = ""
}
