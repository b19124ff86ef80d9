cluster "dev" {
  type = "all-in-one"
  kubernetes_version = "1.33.13" # warning: version-end-of-life: 2026-06-28
}

node "dev-1" {
  address = "192.168.56.10"
}
