cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

network {
  cni "calico" {
    version = "3.31.3" # warning: version-cni-untested: 1.32 to 1.35
  }
}
