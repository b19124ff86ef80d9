# Hosts that are not as a cluster needs them: two balancers, one control plane, six workers, and an endpoint with a name.
variable "ssh_key" {
  description = "The lab's private key, which opens every node to root."
}

variable "checksums" {
  description = "Digests of the lab's own builds, as JSON, where k8splan knows upstream's."
  default     = "{}"
}

cluster "unfriendly" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.lab.internal:6443"
}

network {
  cni "flannel" {}
  node_subnets = ["10.77.0.0/24"]
}

load_balancer "haproxy" {
  virtual_ip = "10.77.0.10"
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

node_pool "lb" {
  roles         = ["load-balancer"]
  count         = 2
  first_address = "10.77.0.11"
}

node "cp-1" {
  roles   = ["control-plane"]
  address = "10.77.0.31"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 6
  first_address = "10.77.0.41"
}
