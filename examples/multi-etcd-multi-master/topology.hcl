# The recommended production setup over three racks: three etcd members, three control planes, and two balancers that share one
# address. `make demo` generates it.

variable "domain" {
  default     = "example.com"
  description = "-var domain=… for your own"
}

locals {
  racks = ["rack-a", "rack-b", "rack-c"]
}

cluster "prod" {
  type                   = "multi-etcd-multi-master"
  kubernetes_version     = "1.37.2"
  control_plane_endpoint = "api.${var.domain}:6443"
  cert_sans              = ["api-internal.${var.domain}"]
  max_nodes              = 200 # expected growth, for which the ranges must have room
}

network {
  node_subnets     = ["10.0.0.0/24"] # one network segment
  pod_subnets      = ["10.244.0.0/16"]
  service_subnets  = ["10.96.0.0/16"]
  reserved_subnets = ["172.31.0.0/16"] # the office and its VPN

  cni "flannel" {}
}

etcd {
  topology = "external"
}

load_balancer "haproxy" {
  virtual_ip = "10.0.0.10"
}

ssh {
  user = "ubuntu"
}

node_pool "lb" {
  roles           = ["load-balancer"]
  count           = 2
  first_address   = "10.0.0.11"
  failure_domains = local.racks
}

node_pool "etcd" {
  roles           = ["etcd"]
  count           = 3
  first_address   = "10.0.0.21"
  failure_domains = local.racks
  cpus            = 4
  memory          = "16Gi"
}

node_pool "cp" {
  roles           = ["control-plane"]
  count           = 3
  first_address   = "10.0.0.31"
  failure_domains = local.racks
  cpus            = 8
  memory          = "16Gi"
}

node_pool "worker" {
  roles           = ["worker"]
  count           = 20
  first_address   = "10.0.0.41"
  failure_domains = local.racks
  labels          = { "example.com/tier" = "general" }
}

node "gpu-1" {
  roles          = ["worker"]
  address        = "10.0.0.99"
  failure_domain = "rack-a"
  labels         = { "example.com/gpu" = "true" }

  taint {
    key    = "example.com/gpu"
    value  = "true"
    effect = "NoSchedule"
  }
}
