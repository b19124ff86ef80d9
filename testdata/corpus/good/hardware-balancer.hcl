# The data center's own balancer, routed nodes in three subnets.
cluster "dc" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "k8s-api.dc.example.com:443"
}

network {
  node_subnets     = ["10.11.1.0/24", "10.11.2.0/24", "10.11.3.0/24"]
  reserved_subnets = ["10.12.0.0/14"]
}

load_balancer "external" {
  port = 443
}

node "cp-a" {
  roles          = ["control-plane"]
  address        = "10.11.1.11"
  failure_domain = "room-a"
}

node "cp-b" {
  roles          = ["control-plane"]
  address        = "10.11.2.11"
  failure_domain = "room-b"
}

node "cp-c" {
  roles          = ["control-plane"]
  address        = "10.11.3.11"
  failure_domain = "room-c"
  bootstrap      = true
}

node_pool "a" {
  roles           = ["worker"]
  count           = 20
  first_address   = "10.11.1.21"
  failure_domains = ["room-a"]
}

node_pool "b" {
  roles           = ["worker"]
  count           = 20
  first_address   = "10.11.2.21"
  failure_domains = ["room-b"]
}

node_pool "c" {
  roles           = ["worker"]
  count           = 20
  first_address   = "10.11.3.21"
  failure_domains = ["room-c"]
}
