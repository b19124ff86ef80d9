# One small server in each shop; the shop's tills and cameras have 10.20.0.0/16.
variable "shop" {
  default = 17
}

cluster "shop-17" {
  type                   = "all-in-one"
  control_plane_endpoint = "api.shop-${var.shop}.example.com:6443"
}

node "shop-17-1" {
  address = cidrhost("10.30.${var.shop}.0/24", 10)
  os      = "rocky-9.5" # note: host-selinux-permissive
  cpus    = 2
  memory  = "4Gi"
  disk    = "64Gi"
}

network {
  pod_subnets      = ["100.64.0.0/20"]
  service_subnets  = ["100.65.0.0/22"]
  reserved_subnets = ["10.20.0.0/16"]
}

waive "host-selinux-permissive" {
  reason = "The shops' servers run nothing else."
}
