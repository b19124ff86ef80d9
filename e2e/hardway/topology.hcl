# Kubernetes The Hard Way: no kubeadm, every component a service.
variable "ssh_key" {
  description = "The lab's private key, which opens every node to root."
}

variable "checksums" {
  description = "Digests of the lab's own builds, as JSON, where k8splan knows upstream's."
  default     = "{}"
}

cluster "hard" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.hard.internal:6443"

  # A flag that a careless script would take apart.
  scheduler {
    extra_args = { "v" = "1", "kube-api-content-type" = "application/vnd.kubernetes.protobuf" }
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
  mirror_url       = "http://10.77.0.1:8001/mirror"
  checksums        = jsondecode(var.checksums)
  image_repository = "10.77.0.1:5000"
}

node "server" {
  roles   = ["control-plane"]
  address = "10.77.0.31"
}

node_pool "node" {
  roles         = ["worker"]
  count         = 2
  first_address = "10.77.0.41"
  labels        = { "node-role.kubernetes.io/worker" = "" }
}

target "kubernetes-the-hard-way" {}
