# No IPv4 anywhere inside.
cluster "six" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.six.example.com:6443"
}

network {
  pod_subnets     = ["fd00:244::/56"]
  service_subnets = ["fd00:96::/112"]
}

node "six-cp" {
  roles   = ["control-plane"]
  address = "2001:db8:42::11"
}

node_pool "six-w" {
  roles         = ["worker"]
  count         = 4
  first_address = "2001:db8:42::21"
}
