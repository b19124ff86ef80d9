cluster "dev" {
  type = "all-in-one"
  api_server {
    extra_args = { "admission-control-config-file" = "/etc/kubernetes/api-server/admission.yaml" }
    host_file "admission.yaml" {
      content = "Admission.yaml"
    }
    host_file "admission.yaml" { # error: api-server-file-twice
      content = "b"
    }
    host_file "Admission.yaml" { # error: api-server-file-twice: On file systems that ignore case
      content = "c"
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
