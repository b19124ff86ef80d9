cluster "dev" {
  type = "all-in-one"
  api_server {
    extra_args = {
      "oidc-issuer-url" = "https://sso.example.com"
      "oidc-client-id"  = "kubernetes"
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
