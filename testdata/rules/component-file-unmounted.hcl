cluster "dev" {
  type = "all-in-one"
  api_server {
    extra_args = {
      "audit-log-path"             = "-"
      "audit-policy-file"          = "/etc/kubernetes/audit.yaml" # error: component-file-unmounted: audit { policy = "files/audit.yaml" } instead
      "encryption-provider-config" = "/etc/kubernetes/enc.yaml"   # error: component-file-unmounted: encryption_at_rest { } instead
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
