# Two rooms of two racks each, and a third room with one rack for etcd's majority. Power feeds cross the racks.
cluster "campus" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.campus.example.com:6443"
}

network {
  node_subnets = ["10.20.0.0/24"]
}

load_balancer "haproxy" {
  virtual_ip = "10.20.0.10"
}

node "lb-1" {
  roles          = ["load-balancer"]
  address        = "10.20.0.11"
  failure_domain = "north/rack-1"
  power          = "feed-a"
}

node "lb-2" {
  roles          = ["load-balancer"]
  address        = "10.20.0.12"
  failure_domain = "south/rack-1"
  power          = "feed-b"
}

node "etcd-1" {
  roles          = ["etcd"]
  address        = "10.20.0.21"
  failure_domain = "north/rack-1"
  power          = "feed-a"
}

node "etcd-2" {
  roles          = ["etcd"]
  address        = "10.20.0.22"
  failure_domain = "south/rack-1"
  power          = "feed-b"
}

node "etcd-3" {
  roles          = ["etcd"]
  address        = "10.20.0.23"
  failure_domain = "tower/rack-1"
  power          = "feed-c"
}

node "cp-1" {
  roles          = ["control-plane"]
  address        = "10.20.0.31"
  failure_domain = "north/rack-2"
  power          = "feed-b"
}

node "cp-2" {
  roles          = ["control-plane"]
  address        = "10.20.0.32"
  failure_domain = "south/rack-2"
  power          = "feed-a"
}

node "cp-3" {
  roles          = ["control-plane"]
  address        = "10.20.0.33"
  failure_domain = "tower/rack-1"
  power          = "feed-c"
}

node_pool "worker" {
  roles           = ["worker"]
  count           = 8
  first_address   = "10.20.0.101"
  failure_domains = ["north/rack-1", "south/rack-1", "north/rack-2", "south/rack-2"]
  powers          = ["feed-a", "feed-b"]
}
