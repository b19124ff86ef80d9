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
  address = "10.0.1.51"
}

addon "metallb" { # warning: addon-announces-segment: cp (10.0.0.41) and worker (10.0.1.51)
  manifest "https://raw.githubusercontent.com/metallb/metallb/v0.15.2/config/manifests/metallb-native.yaml" {
    checksum = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  }
}
