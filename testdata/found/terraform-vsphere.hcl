# valid: Terraform's variables for vSphere, with MetalLB's range
# fact: pods = 10.244.0.0/16
# fact: services = 10.96.0.0/12
# fact: nodes = k8master-1 k8node-1 k8node-2 k8node-3
# fact: addons = metallb
cluster "k8" {
  type               = "single-etcd-single-master"
  kubernetes_version = "1.34.4"
}

network {
  pod_subnets     = ["10.244.0.0/16"]
  service_subnets = ["10.96.0.0/12"]
}

target "vsphere" {
  datacenter      = "dc"
  compute_cluster = "CLS"
  datastore       = "vsanDatastore"
  network         = "VM Network"
  resource_pool   = "k8cluster"
  folder          = "folder"
  templates       = { "ubuntu-24.04" = "UbuntuTemplate" }
  subnets         = ["192.168.1.0/24"]
  gateways        = ["192.168.1.1"]
  nameservers     = ["8.8.8.8", "8.8.4.4"]
}

ssh { user = "ubuntu" }

addon "metallb" {
  pool "default" {
    addresses = ["192.168.1.230-192.168.1.239"]
  }
}

node "k8master-1" {
  roles   = ["control-plane"]
  address = "192.168.1.210"
  cpus    = 2
  memory  = "4Gi"
  disk    = "100Gi"
}

node_pool "k8node" {
  roles         = ["worker"]
  count         = 3
  first_address = "192.168.1.211"
  cpus          = 2
  memory        = "4Gi"
  disk          = "100Gi"
}
