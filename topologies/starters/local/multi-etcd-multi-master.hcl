cluster "prod" {
  type = "multi-etcd-multi-master"

  # Left out, the planner takes the newest Kubernetes that the target takes;
  # `k8splan plan` shows every value decided for you.
  # kubernetes_version = "1.36.4"
}

# Three control planes, each with an etcd member: the loss of one leaves a
# majority. The target makes them, gives them their addresses, and places
# something before their API servers. They take ordinary pods too.
node_pool "cp" {
  roles = ["control-plane", "worker"]
  count = 3
}

node_pool "worker" {
  roles = ["worker"]
  count = 2
}
