cluster "prod" {
  type = "multi-etcd-multi-master"

  # Left out, the planner takes the newest Kubernetes that it knows; `k8splan
  # plan` shows every value decided for you.
  # kubernetes_version = "1.37.2"

  # What every kubelet and client dials; the cloud's balancer answers to it.
  control_plane_endpoint = "api.prod.internal:6443"

  # max_nodes = 200 # growth that the address ranges must have room for
}

network {
  node_subnets    = [for zone in local.zones : local.subnets[zone]] # a network segment each
  pod_subnets     = ["10.244.0.0/16"]                               # nothing else may use these two
  service_subnets = ["10.96.0.0/16"]
}

# A member on each control plane. "external" puts them on their own machines,
# with the role etcd.
etcd {
  topology = "stacked"
}

# The cloud's own balancer, which the generated Terraform makes.
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
