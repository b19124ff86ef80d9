cluster "dev" {
  type = "all-in-one"
  api_server {
    extra_args = { "audit-log-path" = "-", "audit-policy-file" = "/etc/kubernetes/audit.yaml" } # error: component-file-unmounted: "/etc/kubernetes/api-server/audit.yaml"
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
