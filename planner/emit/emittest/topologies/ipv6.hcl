# IPv6 alone, a stacked quorum, one balancer.
cluster "six" {
  type = "multi-etcd-multi-master"
}

network {
  pod_subnets     = ["fd00:10:244::/48"]
  service_subnets = ["fd00:10:96::/112"]
}

load_balancer "haproxy" {}

node "lb" {
  roles   = ["load-balancer"]
  address = "fd00:6::10"
}

node_pool "cp" {
  roles         = ["control-plane", "worker"]
  count         = 3
  first_address = "fd00:6::11"
}
