# today: 2026-11-29
cluster "prod" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.example.com:6443"
  kubernetes_version     = "1.35.10"
}

node "cp-1" {
  roles   = ["control-plane"]
  address = "10.0.0.11"
}

node "w-1" {
  roles   = ["worker"]
  address = "10.0.0.21"
}
