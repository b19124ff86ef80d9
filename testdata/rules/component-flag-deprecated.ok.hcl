cluster "dev" {
  type = "all-in-one"
  api_server {
    extra_args = {
      "endpoint-reconciler-type" = "lease"
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
