cluster "dev" {
  type = "all-in-one"
}

network {
  dns {
    upstream = ["192.168.56.1"]
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
