# Three availability zones: stacked etcd, Octavia before the API, flavors of this cloud.

cluster "prod" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.prod.internal:6443"
  max_nodes              = 100
}

etcd {
  topology = "stacked"
}

load_balancer "external" {
  virtual_ip = "10.80.0.5"
}

ssh {
  user = "ops"
}

node_pool "cp" {
  roles           = ["control-plane"]
  count           = 3
  first_address   = "10.80.0.11"
  failure_domains = ["az1", "az2", "az3"]
  cpus            = 4
  memory          = "16Gi"
}

node_pool "worker" {
  roles           = ["worker"]
  count           = 6
  first_address   = "10.80.0.21"
  failure_domains = ["az1", "az2", "az3"]
}

target "openstack" {
  external_network = "public"
  subnet           = "10.80.0.0/24"
  images           = { "ubuntu-24.04" = "Ubuntu 24.04 LTS" }
  dns_servers      = ["10.0.0.53"]
  admin_cidrs      = ["203.0.113.0/24"]

  flavor "c4.8g" {
    cpus       = 4
    memory_gib = 8
  }
  flavor "c2.8g" {
    cpus       = 2
    memory_gib = 8
  }
  flavor "c4.16g" {
    cpus       = 4
    memory_gib = 16
  }
}
