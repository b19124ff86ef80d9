# valid: talconfig with addresses and cards of its machines
# fact: pods = 10.69.0.0/16
# fact: services = 10.96.0.0/16
# fact: endpoint = 10.1.0.20:6443
# fact: nodes = pi0 talos-worker1
cluster "talos" {
  type                   = "single-etcd-single-master"
  kubernetes_version     = "1.31.2"
  control_plane_endpoint = "10.1.0.20:6443"
  cert_sans              = ["10.1.0.20", "127.0.0.1", "talos.example.com"]
}

network {
  pod_subnets     = ["10.69.0.0/16"]
  service_subnets = ["10.96.0.0/16"]
  mtu             = 1500
}

target "proxmox" {
  host     = "pve"
  subnets  = ["10.1.0.0/24"]
  gateways = ["10.1.0.1"]
}

node "pi0" {
  roles   = ["control-plane", "worker"]
  address = "10.1.0.20"
  mac     = "02:77:90:32:b3:e7"
  labels  = { role = "master" }
}

node "talos-worker1" {
  roles   = ["worker"]
  address = "10.1.0.30"
  mac     = "02:24:11:1a:f9:59"
  labels  = { role = "worker" }
}
