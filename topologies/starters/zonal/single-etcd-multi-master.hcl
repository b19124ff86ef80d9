cluster "shared-etcd" {
  type = "single-etcd-multi-master"

  # The default is the newest version that k8splan knows. `k8splan plan` shows
  # every default.
  # kubernetes_version = "1.37.2"

  # The name that every kubelet and client connects to. It resolves to the
  # cloud's balancer.
  control_plane_endpoint = "api.shared-etcd.internal:6443"
}

network {
  # Each zone is one network segment.
  node_subnets = [for zone in local.zones : local.subnets[zone]]
  # No other network may use the next two ranges.
  pod_subnets     = ["10.244.0.0/16"]
  service_subnets = ["10.96.0.0/16"]
}

# The cloud's own balancer, which the generated Terraform creates.
load_balancer "external" {}

# The only etcd member, a service on its own machine. Back it up: while it is
# down, the cluster cannot change. To remove this weakness later, use three
# members and the type multi-etcd-multi-master.
node "etcd-1" {
  roles          = ["etcd"]
  address        = cidrhost(local.subnets[local.zones[0]], 21)
  failure_domain = local.zones[0]
  cpus           = 2
  memory         = "8Gi"
}

# All are in the zone of the etcd member, because control planes in other zones
# would not work without it.
node_pool "cp" {
  roles           = ["control-plane"]
  count           = 3
  first_address   = cidrhost(local.subnets[local.zones[0]], 31)
  failure_domains = [local.zones[0]]
  cpus            = 2
  memory          = "8Gi"
}

node_pool "worker" {
  roles           = ["worker"]
  count           = 3
  first_address   = cidrhost(local.subnets[local.zones[0]], 41)
  failure_domains = [local.zones[0]]
  cpus            = 2
  memory          = "8Gi"
}
