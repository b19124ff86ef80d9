locals {
  # Racks, rooms, or zones that fail independently. Control planes, with an etcd
  # member each, are assigned to them round-robin.
  racks = ["rack-a", "rack-b", "rack-c"]
}

cluster "prod" {
  type = "multi-etcd-multi-master"

  # The default is the newest version that the target supports. `k8splan plan`
  # shows every default.
  # kubernetes_version = "1.35.0"
}

network {
  node_subnets    = [local.subnet]    # one network segment
  pod_subnets     = ["10.244.0.0/16"] # nothing else may use these two
  service_subnets = ["10.96.0.0/16"]
}

node_pool "cp" {
  roles           = ["control-plane"]
  count           = 3
  first_address   = cidrhost(local.subnet, 31)
  failure_domains = local.racks
  cpus            = 4
  memory          = "32Gi"
}

node_pool "worker" {
  roles           = ["worker"]
  count           = 3
  first_address   = cidrhost(local.subnet, 41)
  failure_domains = local.racks
  cpus            = 4
  memory          = "32Gi"
}
