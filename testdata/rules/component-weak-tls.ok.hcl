cluster "dev" {
  type = "all-in-one"
  api_server {
    extra_args = {
      "tls-min-version"   = "VersionTLS12"
      "tls-cipher-suites" = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
