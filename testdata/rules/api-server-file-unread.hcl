cluster "dev" {
  type = "all-in-one"
  api_server {
    host_file "admission.yaml" { # warning: api-server-file-unread
      content = "a"
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
