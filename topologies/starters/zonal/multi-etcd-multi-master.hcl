cluster "prod" {
  type = "multi-etcd-multi-master"

  # The default is the newest version that k8splan knows. `k8splan plan` shows
  # every default.
  # kubernetes_version = "1.37.2"

  # The name that every kubelet and client connects to. It resolves to the
  # cloud's balancer.
  control_plane_endpoint = "api.prod.internal:6443"

  # max_nodes = 200 # growth that the address ranges must have room for
}

network {
  # Each zone is one network segment.
  node_subnets = [for zone in local.zones : local.subnets[zone]]
  # No other network may use the next two ranges.
  pod_subnets     = ["10.244.0.0/16"]
  service_subnets = ["10.96.0.0/16"]
}

# A member on each control plane. "external" puts them on their own machines,
# with the role etcd.
etcd {
  topology = "stacked"
}

# The cloud's own balancer, which the generated Terraform creates.
load_balancer "external" {}

# One control plane in each zone: the loss of a zone leaves a majority of etcd.
node "cp-1" {
  roles          = ["control-plane"]
  address        = cidrhost(local.subnets[local.zones[0]], 31)
  failure_domain = local.zones[0]
  cpus           = 2
  memory         = "8Gi"
}

node "cp-2" {
  roles          = ["control-plane"]
  address        = cidrhost(local.subnets[local.zones[1]], 31)
  failure_domain = local.zones[1]
  cpus           = 2
  memory         = "8Gi"
}

node "cp-3" {
  roles          = ["control-plane"]
  address        = cidrhost(local.subnets[local.zones[2]], 31)
  failure_domain = local.zones[2]
  cpus           = 2
  memory         = "8Gi"
}

node_pool "worker-a" {
  roles           = ["worker"]
  count           = 1
  first_address   = cidrhost(local.subnets[local.zones[0]], 41)
  failure_domains = [local.zones[0]]
  cpus            = 2
  memory          = "8Gi"
}

node_pool "worker-b" {
  roles           = ["worker"]
  count           = 1
  first_address   = cidrhost(local.subnets[local.zones[1]], 41)
  failure_domains = [local.zones[1]]
  cpus            = 2
  memory          = "8Gi"
}

node_pool "worker-c" {
  roles           = ["worker"]
  count           = 1
  first_address   = cidrhost(local.subnets[local.zones[2]], 41)
  failure_domains = [local.zones[2]]
  cpus            = 2
  memory          = "8Gi"
}
