cluster "c" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.c.example.com:6443"
}

network {
  cni "calico" {
    encapsulation = "bgp"
    bgp_as        = 64512
    bgp_peers     = ["10.0.0.1:65001", "10.0.0.2:2147483647"]
    failure_domain "a" {
      bgp_peers = ["10.0.0.3:65002"]
    }
  }
}

node "cp-1" {
  roles          = ["control-plane"]
  address        = "10.0.0.11"
  failure_domain = "a"
}

node "w-1" {
  roles          = ["worker"]
  address        = "10.0.0.21"
  failure_domain = "a"
}
