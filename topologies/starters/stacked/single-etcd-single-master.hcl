cluster "site" {
  type = "single-etcd-single-master"

  # The default is the newest version that the target supports. `k8splan plan`
  # shows every default.
  # kubernetes_version = "1.35.0"
}

network {
  node_subnets    = [local.subnet]    # one network segment
  pod_subnets     = ["10.244.0.0/16"] # nothing else may use these two
  service_subnets = ["10.96.0.0/16"]
}

node "cp-1" {
  roles   = ["control-plane"]
  address = cidrhost(local.subnet, 31)
  cpus    = 4
  memory  = "32Gi"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 2
  first_address = cidrhost(local.subnet, 41)
  cpus          = 4
  memory        = "32Gi"
}
