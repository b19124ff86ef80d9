cluster "dev" {
  type = "all-in-one"
  api_server {
    extra_args = {
      "audit-log-path" = "-" # warning: component-audit-nothing: audit-policy-file
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
