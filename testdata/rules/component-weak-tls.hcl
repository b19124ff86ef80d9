cluster "dev" {
  type = "all-in-one"
  api_server {
    extra_args = {
      "tls-min-version"   = "VersionTLS11"                 # warning: component-weak-tls: VersionTLS13
      "tls-cipher-suites" = "TLS_RSA_WITH_RC4_128_SHA"     # warning: component-weak-tls: insecure
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
