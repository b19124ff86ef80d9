# Three control planes with stacked etcd and two workers, each of which reaches the API servers by its own proxy.
variable "ssh_key" {
  description = "The lab's private key, which opens every node to root."
}

variable "checksums" {
  description = "Digests of the lab's own builds, as JSON, where k8splan knows upstream's."
  default     = "{}"
}

cluster "local" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.local.example.com:6443"
}

network {
  cni "flannel" {}
}

load_balancer "local" {}

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

node_pool "cp" {
  roles         = ["control-plane"]
  count         = 3
  first_address = "10.77.0.31"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 2
  first_address = "10.77.0.41"
}
