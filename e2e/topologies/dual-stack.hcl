# Pods, Services and hosts with addresses of both families.
variable "ssh_key" {
  description = "The lab's private key, which opens every node to root."
}

variable "checksums" {
  description = "Digests of the lab's own builds, as JSON, where k8splan knows upstream's."
  default     = "{}"
}

cluster "dual" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.dual.internal:6443"
}

network {
  pod_subnets     = ["10.244.0.0/16", "fd10:244::/56"]
  service_subnets = ["10.96.0.0/16", "fd10:96::/112"]
  node_subnets    = ["10.77.0.0/24", "fd77::/64"]

  cni "flannel" {}
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
  roles             = ["control-plane"]
  address           = "10.77.0.31"
  secondary_address = "fd77::31"
}

node_pool "worker" {
  roles                   = ["worker"]
  count                   = 2
  first_address           = "10.77.0.41"
  first_secondary_address = "fd77::41"
}
