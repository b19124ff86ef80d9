cluster "dev" {
  type = "all-in-one"
  api_server {
    extra_args = {
      "apiserver-count" = "1" # warning: component-flag-deprecated: will be removed in a future version
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
