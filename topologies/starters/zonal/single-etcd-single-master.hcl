cluster "small" {
  type = "single-etcd-single-master"

  # The default is the newest version that k8splan knows. `k8splan plan` shows
  # every default.
  # kubernetes_version = "1.37.2"

  # A name for the API that you can later move to a load balancer. Without it,
  # clients connect to cp-1 itself, and a second control plane would require new
  # certificates and kubeconfigs everywhere.
  control_plane_endpoint = "api.small.internal:6443"
}

network {
  # Each zone is one network segment.
  node_subnets = [for zone in local.zones : local.subnets[zone]]
  # No other network may use the next two ranges.
  pod_subnets     = ["10.244.0.0/16"]
  service_subnets = ["10.96.0.0/16"]
}

# The control plane, which also runs the only etcd member as a static pod. While
# it is down, the cluster cannot change. If it is lost, the state of the cluster
# is lost too, unless a snapshot is kept elsewhere.
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
