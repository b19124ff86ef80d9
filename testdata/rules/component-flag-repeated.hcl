cluster "dev" {
  type = "all-in-one"

  api_server {
    extra_args = {
      "service-account-issuer" = ["https://new.example.com", "https://old.example.com"]
      "max-requests-inflight"  = [400, 800] # error: component-flag-repeated: takes one value
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
