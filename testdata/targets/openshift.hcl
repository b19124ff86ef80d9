cluster "prod" {
  type               = "multi-etcd-multi-master"
  kubernetes_version = "1.33.0"
}

network {
  pod_subnets         = ["10.128.0.0/14", "fd01::/48"]
  service_subnets     = ["172.30.0.0/16", "fd02::/112"]
  node_cidr_mask_size = 23
  http_proxy {
    https    = "http://10.0.0.2:3128"
    no_proxy = [".example.com"]
  }
}

node "cp-1" {
  roles             = ["control-plane", "worker"]
  address           = "10.0.0.31"
  secondary_address = "fd00::31"
  mac               = "52:54:00:00:00:31"
  interface         = "eno1"
  failure_domain    = "a"
}

node "cp-2" {
  roles             = ["control-plane", "worker"]
  address           = "10.0.0.32"
  secondary_address = "fd00::32"
  mac               = "52:54:00:00:00:32"
  failure_domain    = "b"
}

node "cp-3" {
  roles             = ["control-plane", "worker"]
  address           = "10.0.0.33"
  secondary_address = "fd00::33"
  mac               = "52:54:00:00:00:33"
  failure_domain    = "c"
}

node "w-1" {
  roles             = ["worker"]
  address           = "10.0.0.41"
  secondary_address = "fd00::41"
  mac               = "52:54:00:00:00:41"
  labels            = { "example.com/tier" = "general" }
  taint {
    key    = "example.com/edge"
    effect = "NoSchedule"
  }
}

target "openshift" {
  base_domain   = "example.com"
  api_vips      = ["10.0.0.5", "fd00::5"]
  ingress_vips  = ["10.0.0.6", "fd00::6"]
  install_disk  = "/dev/sda"
  install_disks = { "w-1" = "/dev/nvme0n1" }
  ntp_servers   = ["10.0.0.2", "ntp.example.com"]
  subnets       = ["10.0.0.0/24", "fd00::/64"]
  nameservers   = ["10.0.0.2"]
}
