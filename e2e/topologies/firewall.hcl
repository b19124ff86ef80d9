# Hosts that let in the ports of the design and nothing else.
variable "ssh_key" {
  description = "The lab's private key, which opens every node to root."
}

variable "checksums" {
  description = "Digests of the lab's own builds, as JSON, where k8splan knows upstream's."
  default     = "{}"
}

cluster "closed" {
  type = "multi-etcd-multi-master"
}

# Ansible and kubectl run on the machine that has the bridge.
hosts {
  firewall    = "managed"
  admin_cidrs = ["10.77.0.1/32"]
  open_ports  = ["9999/tcp"]
}

network {
  cni "flannel" {}
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
