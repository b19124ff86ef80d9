cluster "dev" {
  type = "all-in-one"
  kubelet {
    extra_args = { "cloud-provider" = "external" } # error: cloud-flag-twice: --cloud-provider of kubelet
  }
}

node "dev-1" {
  address = "192.168.56.10"
}

cloud_provider "aws" {}
