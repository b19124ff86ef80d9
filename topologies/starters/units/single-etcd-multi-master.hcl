cluster "shared-etcd" {
  type = "single-etcd-multi-master"

  # The default is the newest version that the target supports. `k8splan plan`
  # shows every default.
  # kubernetes_version = "1.35.4"
}

# Your own balancer in front of the API servers. To have the target create one,
# replace this block with node "lb-1" that has the role load-balancer. While
# that machine is down, the API cannot be reached.
load_balancer "external" {
  virtual_ip = "10.0.0.10"
}

# The target creates the machines and assigns their addresses. While the only
# etcd member is down, the cluster cannot change.
node "etcd-1" {
  roles = ["etcd"]
}

node_pool "cp" {
  roles = ["control-plane"]
  count = 3
}

node_pool "worker" {
  roles = ["worker"]
  count = 2
}
