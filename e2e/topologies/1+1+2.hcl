# One control plane with the one etcd, two workers; routes instead of an overlay, iptables.
variable "ssh_key" {
  description = "The lab's private key, which opens every node to root."
}

variable "checksums" {
  description = "Digests of the lab's own builds, as JSON, where k8splan knows upstream's."
  default     = "{}"
}

cluster "small" {
  type = "single-etcd-single-master"
}

network {
  cni "static-routes" {}
  kube_proxy {
    mode = "iptables"
  }
}

container_runtime "containerd" {
  registry "10.77.0.1:5000" {
    plain_http = true
  }
}

ssh {
  user             = "root"
  private_key_file = var.ssh_key
}

# The nodes reach nothing but the lab: a mirror of upstream and a registry on their bridge.
artifacts {
  source           = "binaries"
  mirror_url       = "http://10.77.0.1:8000/mirror"
  checksums        = jsondecode(var.checksums)
  image_repository = "10.77.0.1:5000"
}

node "cp-1" {
  roles   = ["control-plane"]
  address = "10.77.0.31"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 2
  first_address = "10.77.0.41"
  labels        = { "example.com/tier" = "general" }
}
