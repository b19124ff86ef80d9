
locals {
  # Locations that share a private network and fail on their own, and where the machines live. Every address below is
  # counted from here: cidrhost(local.subnet, 31) is 10.90.0.31.
  zones  = ["fsn1", "nbg1", "hel1"]
  subnet = "10.90.0.0/24"
}

target "hetzner" {
  subnet      = local.subnet
  admin_cidrs = ["203.0.113.0/24"] # who may reach the bastion: put your own range here
  # ssh_key   = "ops"              # the key's name, where the project has your public key already
}

ssh {
  user = "ops" # made on every machine at its first boot, with the key of ssh_public_key_file
}

cluster "dev" {
  type = "all-in-one"

  # Left out, the planner takes the newest Kubernetes that it knows; `k8splan plan` shows every value decided for you.
  # kubernetes_version = "1.37.2"
}

network {
  pod_subnets     = ["10.244.0.0/16"] # nothing else may use these two
  service_subnets = ["10.96.0.0/16"]
}

node "dev-1" {
  address        = cidrhost(local.subnet, 11)
  failure_domain = local.zones[0]
  cpus           = 2
  memory         = "8Gi"
}

cloud_provider "hetzner" {
  manifest "~/secrets/hcloud.yaml" {}
}
