# One node whose containers Docker Engine runs, through cri-dockerd.
variable "ssh_key" {
  description = "The lab's private key, which opens every node to root."
}

variable "checksums" {
  description = "Digests of the lab's own builds, as JSON, where k8splan knows upstream's."
  default     = "{}"
}

cluster "docker" {
  type = "all-in-one"
}

container_runtime "docker" {
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

node "docker-1" {
  address = "10.77.0.72"
}
