cluster "dev" {
  type = "all-in-one"

  api_server {
    extra_args = {
      "service-account-issuer" = ["https://new.example.com", "https://old.example.com"]
      "max-requests-inflight"  = [400]
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
