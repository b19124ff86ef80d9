cluster "shared-etcd" {
  type = "single-etcd-multi-master"

  # Left out, the planner takes the newest Kubernetes that the target takes;
  # `k8splan plan` shows every value decided for you.
  # kubernetes_version = "1.35.4"
}

# A balancer of your own before the API servers. The target makes one too, in
# place of this block: node "lb-1" with the role load-balancer. While that one
# machine is down nobody reaches the API.
load_balancer "external" {
  virtual_ip = "10.0.0.10"
}

# The target makes the machines and gives them their addresses. While the one
# etcd member is down nothing can be changed.
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
