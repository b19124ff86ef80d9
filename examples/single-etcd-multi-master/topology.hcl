# Three API servers behind two balancers share one etcd: for API load, or as a step toward clustered etcd.

cluster "stage" {
  type                   = "single-etcd-multi-master"
  kubernetes_version     = "1.37.2"
  control_plane_endpoint = "api.stage.internal:6443"
}

network {
  node_subnets    = ["10.30.0.0/24"] # one network segment
  pod_subnets     = ["10.244.0.0/16"]
  service_subnets = ["10.96.0.0/16"]
}

load_balancer "haproxy" {
  virtual_ip = "10.30.0.10"
}

ssh {
  user = "rocky"
}

node_pool "lb" {
  roles         = ["load-balancer"]
  count         = 2
  first_address = "10.30.0.11"
  os            = "rocky-9"
}

node "etcd-1" {
  roles   = ["etcd"]
  address = "10.30.0.21"
  os      = "rocky-9"
  cpus    = 2
  memory  = "8Gi"
}

node_pool "cp" {
  roles         = ["control-plane"]
  count         = 3
  first_address = "10.30.0.31"
  os            = "rocky-9"
  cpus          = 2
  memory        = "4Gi"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 3
  first_address = "10.30.0.41"
  os            = "rocky-9"
  labels        = { "example.com/tier" = "general" }
}

waive "host-selinux-permissive" {
  reason = "Nothing but the cluster runs on these hosts."
}
