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
  node_subnets    = [local.subnet]    # one network segment
  pod_subnets     = ["10.244.0.0/16"] # nothing else may use these two
  service_subnets = ["10.96.0.0/16"]
}

# The control plane, which also runs the only etcd member as a static pod. While
# it is down, the cluster cannot change. If it is lost, the state of the cluster
# is lost too, unless a snapshot is kept elsewhere.
node "cp-1" {
  roles   = ["control-plane"]
  address = cidrhost(local.subnet, 31)
  cpus    = 2
  memory  = "4Gi"
}

# worker-1 and worker-2, with consecutive addresses.
node_pool "worker" {
  roles         = ["worker"]
  count         = 2
  first_address = cidrhost(local.subnet, 41)
  cpus          = 2
  memory        = "4Gi"
}
