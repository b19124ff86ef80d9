cluster "small" {
  type = "single-etcd-single-master"

  # Left out, the planner takes the newest Kubernetes that it knows; `k8splan
  # plan` shows every value decided for you.
  # kubernetes_version = "1.37.2"

  # A name for the API that you can later move to a load balancer. Without it
  # the clients dial cp-1 itself, and a second control plane would mean new
  # certificates and kubeconfigs everywhere.
  control_plane_endpoint = "api.small.internal:6443"
}

network {
  node_subnets    = [for zone in local.zones : local.subnets[zone]] # a network segment each
  pod_subnets     = ["10.244.0.0/16"]                               # nothing else may use these two
  service_subnets = ["10.96.0.0/16"]
}

# The control plane, with the one etcd member as a static pod beside it. Its
# loss stops every change to the cluster, and without a snapshot kept elsewhere
# it loses the cluster's state.
node "cp-1" {
  roles          = ["control-plane"]
  address        = cidrhost(local.subnets[local.zones[0]], 31)
  failure_domain = local.zones[0]
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
