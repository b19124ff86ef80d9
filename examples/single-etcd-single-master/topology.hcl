# A small site: one control plane with the only etcd member, and four workers.

variable "subnet" {
  default     = "10.20.0.0/24"
  description = "Where the machines live; -var subnet=… for another site"
}

cluster "branch" {
  type               = "single-etcd-single-master"
  kubernetes_version = "1.37.2"

  # A name, so that a load balancer can replace the control plane behind it when the site grows.
  control_plane_endpoint = "api.branch.internal:6443"
}

network {
  node_subnets    = [var.subnet] # one network segment
  pod_subnets     = ["10.244.0.0/16"]
  service_subnets = ["10.96.0.0/16"]
}

etcd {
  data_dir = "/var/lib/etcd" # mount a separate disk here
}

ssh {
  user = "ubuntu"
}

node "cp-1" {
  roles   = ["control-plane"]
  address = cidrhost(var.subnet, 31)
  cpus    = 2
  memory  = "4Gi"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 4
  first_address = cidrhost(var.subnet, 41)
  cpus          = 4
  memory        = "16Gi"
}
