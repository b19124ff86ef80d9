cluster "small" {
  type = "single-etcd-single-master"

  # The default is the newest version that the target supports. `k8splan plan`
  # shows every default.
  # kubernetes_version = "1.36.3"
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
