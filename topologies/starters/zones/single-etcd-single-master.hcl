cluster "small" {
  type = "single-etcd-single-master"

  # The default is the newest version that the target supports. `k8splan plan`
  # shows every default.
  # kubernetes_version = "1.36.2"
}

# The target creates the machines and assigns their addresses. The control plane
# runs the only etcd member.
node "cp-1" {
  roles          = ["control-plane"]
  failure_domain = local.zones[0]
}

# worker-1 and worker-2, spread over the zones.
node_pool "worker" {
  roles           = ["worker"]
  count           = 2
  failure_domains = local.zones
}
