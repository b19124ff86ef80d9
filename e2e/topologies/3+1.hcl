# Three control planes with stacked etcd behind one balancer, one worker; routes instead of an overlay.
variable "ssh_key" {
  description = "The lab's private key, which opens every node to root."
}

variable "checksums" {
  description = "Digests of the lab's own builds, as JSON, where k8splan knows upstream's."
  default     = "{}"
}

cluster "stacked" {
  type = "multi-etcd-multi-master"

  # What secures a cluster is carried out, and stays when hosts are replaced.
  audit {}
  encryption_at_rest {}
  api_server {
    extra_args = { "admission-control-config-file" = "/etc/kubernetes/api-server/admission.yaml" }
    host_file "admission.yaml" {
      content = "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins: []\n"
    }
  }
  kubelet {
    config = { maxParallelImagePulls = 2, serializeImagePulls = false }
  }
}

network {
  cni "static-routes" {}
}

etcd {
  topology = "stacked"
}

load_balancer "haproxy" {}

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

node "lb-1" {
  roles   = ["load-balancer"]
  address = "10.77.0.11"
}

node_pool "cp" {
  roles         = ["control-plane"]
  count         = 3
  first_address = "10.77.0.31"
}

node "worker-1" {
  roles   = ["worker"]
  address = "10.77.0.41"
}
