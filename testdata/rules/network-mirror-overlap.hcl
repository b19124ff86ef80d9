cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

artifacts {
  mirror_url = "https://10.96.0.2:8000" # error: network-mirror-overlap: the service range
}
