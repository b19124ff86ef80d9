cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

container_runtime "docker" {}

network {
  pod_subnets = ["172.20.0.0/14"]
}

artifacts {
  source = "packages"
}
