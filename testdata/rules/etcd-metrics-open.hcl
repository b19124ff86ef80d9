cluster "prod" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.prod.example.com:6443"
}

etcd {
  extra_args = { "listen-metrics-urls" = "http://127.0.0.1:2381,http://0.0.0.0:2381" } # warning: etcd-metrics-open: http://0.0.0.0:2381 serves
}

node "cp" {
  roles   = ["control-plane"]
  address = "10.0.0.41"
}

node "worker" {
  roles   = ["worker"]
  address = "10.0.0.51"
}
