cluster "dev" {
  type = "all-in-one"
  api_server {
    extra_args = {
      "profiling" = "false"
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
