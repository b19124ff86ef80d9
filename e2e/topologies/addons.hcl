# One node with metrics-server, which verifies its kubelet, two ways of scheduling in kubeadm's scheduler, and a scheduler beside it.
variable "ssh_key" {
  description = "The lab's private key, which opens every node to root."
}

variable "checksums" {
  description = "Digests of the lab's own builds, as JSON, where k8splan knows upstream's."
  default     = "{}"
}

cluster "addons" {
  type = "all-in-one"
  kubelet {
    server_tls_bootstrap = true
  }
  scheduler {
    profile "bin-packing" {
      scoring_strategy = "most-allocated"
    }
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

node "addons-1" {
  address = "10.77.0.73"
}

addon "metrics-server" {}

# A manifest of one's own (lab/extras.go); the image in it is to come from the lab's registry.
addon "own" {
  after  = ["metrics-server"]
  images = ["quay.io/example/probe:1"]
  manifest "http://10.77.0.1:8000/own.yaml" {
    checksum = "sha256:f1c2abc339d711d04199ad2b4784750b46c5a0334dd459bec67229ba39095efb"
  }
}

scheduler "batch" {}
