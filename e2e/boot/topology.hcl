# One machine with everything that its seed can say of it.
cluster "boot" {
  type = "all-in-one"
}

network {
  pod_subnets     = ["10.244.0.0/16", "fd00:10:244::/56"]
  service_subnets = ["10.96.0.0/16", "fd00:10:96::/112"]
  mtu             = 9000
}

ssh {
  user = "ops"
  port = 2222
}

node "box-1" {
  address           = "10.0.0.41"
  secondary_address = "fd00::41"
  os                = "debian-13"
  mac               = "52:54:00:00:00:41"
  interface         = "lan0"
  cpus              = 2
  memory            = "4Gi"
  disk              = "40Gi"
}

target "libvirt" {
  uri         = "qemu+ssh://root@hv-1.example.com/system"
  bridge      = "br-k8s"
  subnets     = ["10.0.0.0/24", "fd00::/64"]
  gateways    = ["10.0.0.1", "fd00::1"]
  nameservers = ["10.0.0.2", "fd00::2"]
}
