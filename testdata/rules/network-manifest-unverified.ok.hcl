cluster "dev" {
  type = "all-in-one"
}

network {
  cni "calico" {
    version = "v3.33.0"
  }
}

artifacts {
  checksums = {
    "raw.githubusercontent.com/projectcalico/calico/v3.33.0/manifests/operator-crds.yaml"   = "sha256:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a"
    "raw.githubusercontent.com/projectcalico/calico/v3.33.0/manifests/tigera-operator.yaml" = "sha256:0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
