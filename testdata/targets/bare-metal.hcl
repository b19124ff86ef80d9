cluster "prod" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.prod.internal:6443"
}

network {
  pod_subnets     = ["10.244.0.0/16", "fd00:10:244::/56"]
  service_subnets = ["10.96.0.0/16", "fd00:10:96::/112"]
  node_subnets    = ["10.0.0.0/24", "fd00::/64"]
  mtu             = 9000
}

ssh {
  user = "ops"
}

load_balancer "haproxy" {
  virtual_ip = "10.0.0.10"
}

node "lb-1" {
  roles             = ["load-balancer"]
  address           = "10.0.0.11"
  secondary_address = "fd00::11"
  mac               = "52:54:00:00:00:11"
  os                = "debian-13"
}

node "cp-1" {
  roles             = ["control-plane"]
  address           = "10.0.0.31"
  secondary_address = "fd00::31"
  mac               = "52:54:00:00:00:31"
  interface         = "lan0"
  os                = "ubuntu-24.04"
  failure_domain    = "a"
}

node_pool "cp-b" {
  roles                   = ["control-plane"]
  count                   = 1
  first_address           = "10.0.0.32"
  first_secondary_address = "fd00::32"
  interface               = "eno1"
  os                      = "rocky-9"
  failure_domains         = ["b"]
}

node "cp-3" {
  roles             = ["control-plane"]
  address           = "10.0.0.33"
  secondary_address = "fd00::33"
  mac               = "52:54:00:00:00:33"
  interface         = "lan0"
  os                = "rhel-10"
  failure_domain    = "c"
}

node "w-1" {
  roles             = ["worker"]
  address           = "10.0.0.41"
  secondary_address = "fd00::41"
  mac               = "52:54:00:00:00:41"
  os                = "fedora-coreos"
}

node "w-2" {
  roles             = ["worker"]
  address           = "10.0.0.42"
  secondary_address = "fd00::42"
  interface         = "eno2"
  os                = "flatcar-stable"
}

node "w-3" {
  roles             = ["worker"]
  address           = "10.0.0.43"
  secondary_address = "fd00::43"
  mac               = "52:54:00:00:00:43"
  os                = "fedora-44"
}

target "bare-metal" {
  provision           = true
  url                 = "http://10.0.0.2:8000"
  ssh_authorized_keys = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIpq9rygU8tMVVEi6HDcrp0B/Z7SqVrSKNw2wTN+rMVO ops@example.com", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIpq9rygU8tMVVEi6HDcrp0B/Z7SqVrSKNw2wTN+rMVO"]
  install_disk        = "/dev/disk/by-id/wwn-0x5000c500"
  install_disks       = { "cp-b" = "/dev/nvme0n1", "cp-1" = "/dev/disk/by-id/ata-Samsung_SSD_870_S5Y1", "lb-1" = "/dev/disk/by-path/pci-0000:00:17.0-ata-1" }
  gateways            = ["10.0.0.1", "fd00::1"]
  nameservers         = ["10.0.0.2", "fd00::2"]
  timezone            = "Europe/Berlin"
}
