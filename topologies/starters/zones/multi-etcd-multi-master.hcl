cluster "prod" {
  type = "multi-etcd-multi-master"

  # Left out, the planner takes the newest Kubernetes that the target takes;
  # `k8splan plan` shows every value decided for you.
  # kubernetes_version = "1.36.2"
}

# A control plane in each zone, each with an etcd member: the loss of a zone
# leaves a majority. The target makes the machines, gives them their addresses,
# and places a balancer before the API servers.
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
