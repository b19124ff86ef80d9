cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

artifacts {
  source     = "binaries"
  mirror_url = "https://10.0.0.2:8000/?a=b" # error: invalid-url: query
}
