# A control plane and a worker as containers of one machine, whose kernel they share: nothing to load modules from, no configuration of the
# kernel, a table of connections that is the machine's.
variable "ssh_key" {
  description = "The lab's private key, which opens every node to root."
}

variable "checksums" {
  description = "Digests of the lab's own builds, as JSON, where k8splan knows upstream's."
  default     = "{}"
}

cluster "containers" {
  type = "single-etcd-single-master"
}

target "lxd" {
  instances = "container"
  subnets   = ["10.77.0.0/24"]
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

node "worker-1" {
  roles   = ["worker"]
  address = "10.77.0.41"
}
