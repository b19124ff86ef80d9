cluster "prod" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.prod.example.com:6443"
}

load_balancer "haproxy" {
  virtual_ip = "10.0.0.10"
}

node_pool "lb" { # warning: availability-domain-unstated: 3 of 5 hosts of the control plane have a failure domain, and lb-1 and lb-2 have none
  roles         = ["load-balancer"]
  count         = 2
  first_address = "10.0.0.11"
}

node_pool "cp" {
  roles         = ["control-plane"]
  count         = 3
  first_address = "10.0.0.41"
  failure_domains = ["rack-a", "rack-b", "rack-c"]
}

node_pool "worker" { # warning: availability-domain-unstated: worker-1 and worker-2
  roles         = ["worker"]
  count         = 2
  first_address = "10.0.0.51"
}

node "worker-9" {
  roles          = ["worker"]
  address        = "10.0.0.90"
  failure_domain = "rack-a"
}
