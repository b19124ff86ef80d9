# rancher#30352: 3 + 2 over two sites; lose A, lose all.
cluster "metro" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.metro.example.net:443"
}

etcd {
  topology           = "external"
  heartbeat_interval = "150ms" # the sites are 8 ms apart
  election_timeout   = "2s"
}

load_balancer "external" {
  port = 443
}

node_pool "etcd" {
  roles           = ["etcd"]
  count           = 5
  first_address   = "10.5.0.11"
  failure_domains = ["north", "south"] # warning: availability-two-domains: losing north leaves 2
  cpus            = 4
  memory          = "16Gi"
}

node_pool "cp" {
  roles           = ["control-plane"]
  count           = 3
  first_address   = "10.5.0.21"
  failure_domains = ["north", "south", "east"]
}

node_pool "worker" {
  roles           = ["worker"]
  count           = 30
  first_address   = "10.5.1.1"
  failure_domains = ["north", "south", "east"]
}
