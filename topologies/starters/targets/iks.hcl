# shape: hosted
locals {
  # Zones of one region. The workers of a pool are spread evenly over them.
  zones = ["eu-de-1", "eu-de-2", "eu-de-3"]
}

# IBM Cloud Kubernetes Service: IBM runs the control plane. The API key comes
# from IC_API_KEY.
target "iks" {
  region = "eu-de"
  subnets = {
    "eu-de-1" = "10.70.0.0/24"
    "eu-de-2" = "10.70.1.0/24"
    "eu-de-3" = "10.70.2.0/24"
  }
}
