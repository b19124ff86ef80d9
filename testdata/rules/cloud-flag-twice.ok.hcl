cluster "dev" {
  type = "all-in-one"
  kubelet {
    extra_args = { "v" = "2" }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}

cloud_provider "aws" {}
