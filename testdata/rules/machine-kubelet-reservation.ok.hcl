cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
  memory             = "8Gi"
  kubelet_extra_args = { "system-reserved" = "cpu=500m,memory=5Gi" }
}
