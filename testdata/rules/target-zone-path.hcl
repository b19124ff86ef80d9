cluster "prod" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.prod.example.com:6443"
}

load_balancer "external" {}

node "cp-1" {
  roles          = ["control-plane"]
  address        = "10.0.0.31"
  failure_domain = "europe-west1-b/row-1" # error: target-zone-path
}

node "cp-2" {
  roles          = ["control-plane"]
  address        = "10.0.0.32"
  failure_domain = "europe-west1-c"
}

node "cp-3" {
  roles          = ["control-plane"]
  address        = "10.0.0.33"
  failure_domain = "europe-west1-d"
}

node "w-1" {
  roles          = ["worker"]
  address        = "10.0.0.41"
  failure_domain = "europe-west1-b"
}

node "w-2" {
  roles          = ["worker"]
  address        = "10.0.0.42"
  failure_domain = "europe-west1-c"
}

target "gcp" {
  project = "example"
}
