locals {
  # Racks, rooms, or zones that fail independently. Members and control planes
  # are assigned to them round-robin, so the loss of one leaves a majority of
  # etcd.
  racks = ["rack-a", "rack-b", "rack-c"]
}

cluster "prod" {
  type = "multi-etcd-multi-master"

  # The default is the newest version that the target supports. `k8splan plan`
  # shows every default.
  # kubernetes_version = "1.36.3"

  # max_nodes = 200 # growth that the address ranges must have room for
}

network {
  node_subnets    = [local.subnet]    # one network segment
  pod_subnets     = ["10.244.0.0/16"] # nothing else may use these two
  service_subnets = ["10.96.0.0/16"]

  # reserved_subnets = ["172.31.0.0/16"] # office, VPN: nothing may overlap them
}

# Dedicated members: load on the API does not slow etcd's disks. "stacked" puts
# a member on each control plane instead. In that case, delete the pool "etcd".
etcd {
  topology = "external"
}

# An odd number: a fourth member would tolerate no more failures than three.
node_pool "etcd" {
  roles           = ["etcd"]
  count           = 3
  first_address   = cidrhost(local.subnet, 21)
  failure_domains = local.racks
  cpus            = 2
  memory          = "8Gi"
}

node_pool "cp" {
  roles           = ["control-plane"]
  count           = 3
  first_address   = cidrhost(local.subnet, 31)
  failure_domains = local.racks
  cpus            = 2
  memory          = "4Gi"
}

node_pool "worker" {
  roles           = ["worker"]
  count           = 2
  first_address   = cidrhost(local.subnet, 41)
  failure_domains = local.racks
  cpus            = 2
  memory          = "4Gi"
}
