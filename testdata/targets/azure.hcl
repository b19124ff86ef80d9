# Three zones of one region: stacked etcd, an internal standard balancer before the API.

cluster "prod" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.prod.internal:6443"
  max_nodes              = 100
}

etcd {
  topology = "stacked"
}

load_balancer "external" {
  virtual_ip = "10.30.0.5"
}

ssh {
  user = "ops"
}

node_pool "cp" {
  roles           = ["control-plane"]
  count           = 3
  first_address   = "10.30.0.11"
  failure_domains = ["westeurope-1", "westeurope-2", "westeurope-3"]
  cpus            = 4
  memory          = "16Gi"
}

node_pool "worker" {
  roles           = ["worker"]
  count           = 6
  first_address   = "10.30.0.21"
  failure_domains = ["westeurope-1", "westeurope-2", "westeurope-3"]
}

target "azure" {
  location       = "westeurope"
  vnet_cidr      = "10.30.0.0/16"
  subnet         = "10.30.0.0/24"
  bastion_subnet = "10.30.255.0/28"
  admin_cidrs    = ["203.0.113.0/24"]
}
