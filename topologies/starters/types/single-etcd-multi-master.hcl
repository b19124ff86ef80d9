cluster "shared-etcd" {
  type = "single-etcd-multi-master"

  # The default is the newest version that k8splan knows. `k8splan plan` shows
  # every default.
  # kubernetes_version = "1.37.2"

  # The name that every kubelet and client connects to. The playbook writes it
  # into /etc/hosts of each node, so no DNS is needed to start.
  control_plane_endpoint = "api.shared-etcd.internal:6443"
}

network {
  node_subnets    = [local.subnet]    # one network segment
  pod_subnets     = ["10.244.0.0/16"] # nothing else may use these two
  service_subnets = ["10.96.0.0/16"]
}

# Two balancers share one address. keepalived moves it when the active balancer
# fails. Both must be on one network segment.
load_balancer "haproxy" {
  virtual_ip = cidrhost(local.subnet, 10)
}

node_pool "lb" {
  roles         = ["load-balancer"]
  count         = 2
  first_address = cidrhost(local.subnet, 11)
  cpus          = 1
  memory        = "1Gi"
}

# The only etcd member, a service on its own host. Back it up: while it is down,
# the cluster cannot change. To remove this weakness later, use three members
# and the type multi-etcd-multi-master.
node "etcd-1" {
  roles   = ["etcd"]
  address = cidrhost(local.subnet, 21)
  cpus    = 2
  memory  = "8Gi"
}

node_pool "cp" {
  roles         = ["control-plane"]
  count         = 3
  first_address = cidrhost(local.subnet, 31)
  cpus          = 2
  memory        = "4Gi"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 2
  first_address = cidrhost(local.subnet, 41)
  cpus          = 2
  memory        = "4Gi"
}
