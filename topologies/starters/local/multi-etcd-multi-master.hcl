cluster "prod" {
  type = "multi-etcd-multi-master"

  # The default is the newest version that the target supports. `k8splan plan`
  # shows every default.
  # kubernetes_version = "1.36.4"
}

# Three control planes, each with an etcd member: the loss of one leaves a
# majority. The target creates them, assigns their addresses, and creates a load
# balancer or a virtual IP for their API servers. They run ordinary pods too.
node_pool "cp" {
  roles = ["control-plane", "worker"]
  count = 3
}

node_pool "worker" {
  roles = ["worker"]
  count = 2
}
