cluster "prod" {
  type = "multi-etcd-multi-master"

  # The default is the newest version that the target supports. `k8splan plan`
  # shows every default.
  # kubernetes_version = "1.36.2"
}

# A control plane in each zone, each with an etcd member: the loss of a zone
# leaves a majority. The target creates the machines, assigns their addresses,
# and places a balancer in front of the API servers.
node_pool "cp" {
  roles           = ["control-plane"]
  count           = 3
  failure_domains = local.zones
}

node_pool "worker" {
  roles           = ["worker"]
  count           = 3
  failure_domains = local.zones
}
