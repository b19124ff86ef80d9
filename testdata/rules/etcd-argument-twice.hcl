cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

etcd {
  extra_args = { "quota-backend-bytes" = "8589934592" } # warning: etcd-argument-twice: quota = 
}
