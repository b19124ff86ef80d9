cluster "dev" {
  type = "all-in-one"
}

network {
  cni "calico" {
    version = "v3.33.0" # warning: network-manifest-unverified: raw.githubusercontent.com/projectcalico/calico/v3.33.0/manifests/operator-crds.yaml
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
