cluster "prod" {
  type = "multi-etcd-multi-master"

  # The default is the newest version that the target supports. `k8splan plan`
  # shows every default.
  # kubernetes_version = "1.36.4"
}

# Three control planes, each with an etcd member: the loss of one leaves a
# majority. The target creates them, gives them their addresses, and places
# something in front of their API servers. They take ordinary pods too.
node_pool "cp" {
  roles = ["control-plane", "worker"]
  count = 3
}

node_pool "worker" {
  roles = ["worker"]
  count = 2
}
