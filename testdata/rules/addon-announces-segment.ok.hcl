cluster "prod" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.prod.example.com:6443"
}

node "cp" {
  roles   = ["control-plane"]
  address = "10.0.0.41"
}

node "worker" {
  roles   = ["worker"]
  address = "10.0.0.51"
}

addon "metallb" {
  manifest "https://raw.githubusercontent.com/metallb/metallb/v0.15.2/config/manifests/metallb-native.yaml" {
    checksum = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  }
}
