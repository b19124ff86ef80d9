# Jumbo frames, and the pods told to use all of them.
cluster "x" {
  type                   = "single-etcd-multi-master"
  control_plane_endpoint = "api.example.com:6443"
  cert_sans              = ["api.example.com"]
  feature_gates          = { GracefulNodeShutdwon = true } # error: version-feature-gate-unknown
}
network {
  node_port_range = "30000-32767"
  mtu             = 9000
  cni "calico" {
    mtu = 9000 # error: network-mtu-encapsulation
  }
  http_proxy {
    http = "http://proxy.example.com:3128"
  }
}
container_runtime "docker" {} # warning: artifact-unverified
load_balancer "haproxy" {}
node "lb" {
  roles   = ["load-balancer"] # warning: availability-single-balancer
  address = "10.0.0.2"
}
node "m1" {
  roles   = ["control-plane"]
  address = "10.0.0.11"
}
node "m2" {
  roles   = ["control-plane"]
  address = "10.0.0.12"
}
node "etcd" {
  roles   = ["etcd"]
  address = "10.0.0.13"
}
node "w" {
  roles   = ["worker"] # warning: availability-single-worker
  address = "10.0.0.14"
}
