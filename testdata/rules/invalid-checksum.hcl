cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

artifacts {
  source    = "binaries"
  checksums = { "dl.k8s.io/release/v1.37.2/bin/linux/amd64/kubelet" = "sha256:abc" } # error: invalid-checksum: 64
}
