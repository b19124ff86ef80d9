cluster "prod" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.prod.internal:6443"
}

network {
  mtu             = 9000
  pod_subnets     = ["10.244.0.0/16", "fd00:10:244::/56"]
  service_subnets = ["10.96.0.0/16", "fd00:10:96::/112"]
}

etcd {
  topology = "stacked"
}

load_balancer "haproxy" {
  virtual_ip = "10.0.0.10"
}

node_pool "cp" {
  roles                   = ["control-plane"]
  count                   = 3
  first_address           = "10.0.0.31"
  first_secondary_address = "fd00::31"
  failure_domains         = ["rack-a", "rack-b", "rack-c"]
  cpus                    = 4
  memory                  = "8Gi"
}

node_pool "lb" {
  roles                   = ["load-balancer"]
  count                   = 2
  first_address           = "10.0.0.11"
  first_secondary_address = "fd00::11"
  hosts                   = ["pve-1", "pve-2"]
}

node "w-1" {
  roles             = ["worker"]
  address           = "10.0.0.41"
  secondary_address = "fd00::41"
  failure_domain    = "rack-b"
  host              = "pve-9"
  mac               = "bc:24:11:00:00:41"
  os                = "rocky-9"
}

node "w-2" {
  roles             = ["worker"]
  address           = "10.0.0.42"
  secondary_address = "fd00::42"
  failure_domain    = "rack-c"
  os                = "fedora-44"
  disk              = "100Gi"
}

target "proxmox" {
  hosts               = { "rack-a" = "pve-1", "rack-b" = "pve-2", "rack-c" = "pve-3" }
  datastore           = "ceph-vm"
  image_datastore     = "nfs.images"
  bridge              = "vmbr1"
  vlan                = 30
  cpu_type            = "x86-64-v3"
  images              = { "fedora-44" = "http://10.0.0.2/it's-$${x}/fedora-44.qcow2" }
  ssh_public_key_file = "~/.ssh/ops.pub"
  subnets             = ["10.0.0.0/24", "fd00::/64"]
  nameservers         = ["10.0.0.2", "10.0.0.3"]
}
