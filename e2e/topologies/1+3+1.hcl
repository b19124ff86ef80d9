# Three control planes behind one balancer, one etcd member on its own host, and an endpoint that is a name no DNS server knows.
variable "ssh_key" {
  description = "The lab's private key, which opens every node to root."
}

variable "checksums" {
  description = "Digests of the lab's own builds, as JSON, where k8splan knows upstream's."
  default     = "{}"
}

cluster "lone-etcd" {
  type                   = "single-etcd-multi-master"
  control_plane_endpoint = "api.lab.test:6443"
}

network {
  pod_subnets     = ["10.100.0.0/16"]
  service_subnets = ["10.101.0.0/16"]
  dns_domain      = "lab.internal"
  cni "flannel" {
    encapsulation = "host-gw"
  }
  kube_proxy {
    mode = "iptables"
  }
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

node "etcd-1" {
  roles   = ["etcd"]
  address = "10.77.0.21"
}

node_pool "cp" {
  roles         = ["control-plane"]
  count         = 3
  first_address = "10.77.0.31"
}

node "worker-1" {
  roles   = ["worker"]
  address = "10.77.0.41"
  taint {
    key    = "example.com/dedicated"
    value  = "batch"
    effect = "PreferNoSchedule"
  }
}
