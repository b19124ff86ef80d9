cluster "prod" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.example.com:6443"
}

node "cp-1" {
  roles   = ["control-plane"]
  address = "10.0.0.11"
}

node "w-1" {
  roles   = ["worker"]
  address = "10.0.0.21"
}

artifacts {
  mirror_url = "http://10.0.0.2:8000" # warning: artifact-mirror-plain-http: anyone who intercepts the connection can replace both
}
