# The recommended setup: three etcd members, three control planes, two balancers that share an address, two workers, in three racks.
variable "ssh_key" {
  description = "The lab's private key, which opens every node to root."
}

variable "checksums" {
  description = "Digests of the lab's own builds, as JSON, where k8splan knows upstream's."
  default     = "{}"
}

locals {
  racks = ["rack-a", "rack-b", "rack-c"]
}

cluster "ha" {
  type = "multi-etcd-multi-master"
}

network {
  cni "flannel" {}
  kube_proxy {
    mode = "nftables"
  }
}

etcd {
  topology = "external"
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

node "lb-1" {
  roles          = ["load-balancer"]
  address        = "10.77.0.11"
  failure_domain = local.racks[0]
}

node "lb-2" {
  roles          = ["load-balancer"]
  address        = "10.77.0.12"
  failure_domain = local.racks[1]
}

node_pool "etcd" {
  roles           = ["etcd"]
  count           = 3
  first_address   = "10.77.0.21"
  failure_domains = local.racks
}

node_pool "cp" {
  roles           = ["control-plane"]
  count           = 3
  first_address   = "10.77.0.31"
  failure_domains = local.racks
}

node_pool "worker" {
  roles           = ["worker"]
  count           = 2
  first_address   = "10.77.0.41"
  failure_domains = local.racks
}
