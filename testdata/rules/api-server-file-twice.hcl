cluster "dev" {
  type = "all-in-one"
  api_server {
    extra_args = { "admission-control-config-file" = "/etc/kubernetes/api-server/admission.yaml" }
    host_file "admission.yaml" {
      content = "a"
    }
    host_file "admission.yaml" { # error: api-server-file-twice
      content = "b"
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
