cluster "dev" {
  type = "all-in-one"
  api_server {
    extra_args = {
      "profiling" = "true" # warning: component-profiling: memory
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
