cluster "prod" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.prod.internal:6443"
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

load_balancer "kube-vip" {
  virtual_ip = "10.0.0.10"
}

node_pool "cp" {
  roles                   = ["control-plane"]
  count                   = 3
  first_address           = "10.0.0.31"
  first_secondary_address = "fd00::31"
  hosts                   = ["hv-1", "hv-2", "hv-3"]
  failure_domains         = ["room-a", "room-b", "room-c"]
  cpus                    = 4
  memory                  = "8Gi"
}

node "w-1" {
  roles             = ["worker"]
  address           = "10.0.0.41"
  secondary_address = "fd00::41"
  host              = "hv-2"
  os                = "debian-13"
  mac               = "52:54:00:00:00:41"
  interface         = "lan0"
  disk              = "80Gi"
}

node "w-2" {
  roles             = ["worker"]
  address           = "10.0.0.42"
  secondary_address = "fd00::42"
  host              = "hv-3"
  arch              = "arm64"
  os                = "flatcar-stable"
}

target "libvirt" {
  hypervisors = {
    "hv-1" = "qemu+ssh://root@hv-1.example.com/system?keyfile=/it's;$(id)"
    "hv-2" = "qemu+ssh://root@hv-2.example.com/system"
    "hv-3" = "qemu+ssh://root@hv-3.example.com/system"
  }
  bridge      = "br-k8s"
  pool        = "fast"
  pool_path   = "/srv/fast"
  subnets     = ["10.0.0.0/24", "fd00::/64"]
  gateways    = ["10.0.0.1", "fd00::1"]
  nameservers = ["10.0.0.2"]
  images      = { "flatcar-stable" = "http://10.0.0.2:8000/flatcar.img" }
}
