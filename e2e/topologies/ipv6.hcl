# No IPv4 anywhere: etcd, balancers and their address, control planes, pods and Services. Hosts find the lab by its name.
variable "ssh_key" {
  description = "The lab's private key, which opens every node to root."
}

variable "checksums" {
  description = "Digests of the lab's own builds, as JSON, where k8splan knows upstream's."
  default     = "{}"
}

cluster "six" {
  type = "multi-etcd-multi-master"
}

network {
  pod_subnets     = ["fd10:244::/56"]
  service_subnets = ["fd10:96::/112"]

  cni "static-routes" {}
}

etcd {
  topology = "external"
}

load_balancer "haproxy" {
  virtual_ip = "fd77::10"
}

container_runtime "containerd" {
  registry "lab.internal:5000" {
    plain_http = true
  }
}

ssh {
  user             = "root"
  private_key_file = var.ssh_key
}

artifacts {
  source           = "binaries"
  mirror_url       = "http://lab.internal:8000/mirror"
  checksums        = jsondecode(var.checksums)
  image_repository = "lab.internal:5000"
}

node_pool "lb" {
  roles         = ["load-balancer"]
  count         = 2
  first_address = "fd77::11"
}

node_pool "etcd" {
  roles         = ["etcd"]
  count         = 3
  first_address = "fd77::21"
}

node_pool "cp" {
  roles         = ["control-plane"]
  count         = 2
  first_address = "fd77::31"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 2
  first_address = "fd77::41"
}
