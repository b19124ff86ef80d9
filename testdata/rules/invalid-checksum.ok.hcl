cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

artifacts {
  source    = "binaries"
  checksums = { "dl.k8s.io/release/v1.37.2/bin/linux/amd64/kubelet" = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" }
}
