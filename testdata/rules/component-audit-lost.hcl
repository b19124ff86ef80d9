cluster "dev" {
  type = "all-in-one"
  api_server {
    extra_args = {
      "audit-log-path"    = "/var/log/kubernetes/audit.log" # warning: component-audit-lost: container
      "audit-policy-file" = "/etc/kubernetes/pki/audit.yaml"
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
