cluster "prod" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.prod.internal:6443"
}
network {
  node_subnets = ["10.1.0.0/24", "10.2.0.0/24", "10.3.0.0/24"]
  cni "calico" {
    encapsulation = "bgp"
    failure_domain "rack-a" { # error: network-bgp-as
      bgp_peers = ["10.1.0.1:65001", "10.1.0.2:65001"]
    }
    failure_domain "rack-b" {
      bgp_peers = ["10.2.0.1:65002"]
    }
    failure_domain "rack-c" {
      bgp_peers = ["10.3.0.1:65003"]
    }
  }
}
load_balancer "external" {}
node "cp-1" {
  roles          = ["control-plane"]
  address        = "10.1.0.31"
  failure_domain = "rack-a"
}
node "cp-2" {
  roles          = ["control-plane"]
  address        = "10.2.0.31"
  failure_domain = "rack-b"
}
node "cp-3" {
  roles          = ["control-plane"]
  address        = "10.3.0.31"
  failure_domain = "rack-c"
}
node "w-1" {
  roles          = ["worker"]
  address        = "10.1.0.41"
  failure_domain = "rack-a"
}
node "w-2" {
  roles          = ["worker"]
  address        = "10.3.0.41"
  failure_domain = "rack-c"
}
