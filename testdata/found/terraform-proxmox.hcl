# valid: machines that join no cluster are made like all others
cluster "zone-test" {
  type               = "single-etcd-single-master"
  kubernetes_version = "1.34.4"
}

network {
  pod_subnets     = ["10.244.0.0/16"]
  service_subnets = ["10.96.0.0/12"]
}

load_balancer "haproxy" {}

target "proxmox" {
  host      = "pve"
  datastore = "local-lvm"
  bridge    = "vmbr1"
  subnets   = ["10.0.0.0/24"]
  gateways  = ["10.0.0.1"]
}

ssh { user = "ubuntu" }

node "master-1" {
  roles   = ["control-plane"]
  address = "10.0.0.10"
  cpus    = 2
  memory  = "2Gi"
  disk    = "20Gi"
}

node "worker-1" {
  roles   = ["worker"]
  address = "10.0.0.20"
  cpus    = 1
  memory  = "2Gi"
  disk    = "30Gi"
}

node "nfs" {
  roles   = []
  address = "10.0.0.30"
}


node "harbor" {
  roles   = []
  address = "10.0.0.40"
}

node "haproxy" {
  roles   = ["load-balancer"]
  address = "10.0.0.88"
  cpus    = 4
  memory  = "8Gi"
  disk    = "50Gi"
}
