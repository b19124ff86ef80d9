# valid: k0sctl's file with a dotted name, charts and MetalLB
cluster "ch1.example-1" {
  type               = "all-in-one"
  kubernetes_version = "1.23.5"
}

network {
  cni "calico" {
    encapsulation = "vxlan"
  }
}

node "ch1" {
  address = "10.10.2.16"
}

addon "metallb" {
  pool "main" {
    addresses = ["10.10.2.100-10.10.2.110"]
  }
}

addon "cert-manager" {
  chart "cert-manager" {
    repository = "https://charts.jetstack.io"
    version    = "1.8.2"
    digest     = "sha256:0000000000000000000000000000000000000000000000000000000000000000"
  }
}

addon "traefik" {
  after = ["cert-manager"]
  chart "traefik" {
    repository = "oci://ghcr.io/traefik/helm"
    version    = "10.3.2"
    digest     = "sha256:0000000000000000000000000000000000000000000000000000000000000000"
    namespace  = "ingress"
  }
}
