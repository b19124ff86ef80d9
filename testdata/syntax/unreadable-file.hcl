cluster "prod" {
  type               = "all-in-one"
  kubernetes_version = file("VERSION") # error: invalid-expression: "VERSION" cannot be read: this topology has no folder

  api_server {
    host_file "admission.yaml" {
      source = "files/admission.yaml" # error: unreadable-file: "files/admission.yaml" cannot be read: this topology has no folder
    }
  }

  audit {
    policy = "files/audit.yaml" # error: unreadable-file: "files/audit.yaml" cannot be read: this topology has no folder
  }
}
