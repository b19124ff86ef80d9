# A /16 of the LAN for the pods, and its first /24 for the Services.
cluster "prod" {
  type                   = "multi-etcd-multi-master"
  kubernetes_version     = "1.33.0" # warning: version-end-of-life
  control_plane_endpoint = "api.example.com:6443"
}
network {
  pod_subnets     = ["10.0.0.0/16"] # error: network-pods-hold-host + # error: network-pods-overlap-services
  service_subnets = ["10.0.0.0/24"] # error: network-services-hold-host
}
load_balancer "haproxy" {
  virtual_ip = "10.0.0.11" # error: host-address-is-virtual-ip
}
node_pool "cp" {
  roles         = ["control-plane"]
  count         = 3
  first_address = "10.0.0.11"
}
node_pool "lb" {
  roles         = ["load-balancer"]
  count         = 2
  first_address = "10.0.0.13" # error: host-duplicate-address
}
node_pool "w" {
  roles         = ["worker"]
  count         = 3
  first_address = "10.0.0.21"
}
