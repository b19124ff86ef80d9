cluster "dev" {
  type = "all-in-one"
  api_server {
    extra_args = { "authorization-mode" = "AlwaysAllow" } # error: component-insecure-flag: authorizes every request
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
