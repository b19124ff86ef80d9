cluster "dev" {
  type = "all-in-one"
  api_server {
    extra_args = { "anonymous-auth" = "false" } # error: component-anonymous-off: 401
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
