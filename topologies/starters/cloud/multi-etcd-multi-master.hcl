cluster "prod" {
  type = "multi-etcd-multi-master"

  # The default is the newest version that k8splan knows. `k8splan plan` shows
  # every default.
  # kubernetes_version = "1.37.2"

  # The name that every kubelet and client connects to. It resolves to the
  # cloud's balancer.
  control_plane_endpoint = "api.prod.internal:6443"

  # max_nodes = 200 # growth that the address ranges must have room for
}

network {
  node_subnets    = [local.subnet]    # one network segment
  pod_subnets     = ["10.244.0.0/16"] # nothing else may use these two
  service_subnets = ["10.96.0.0/16"]
}

# A member on each control plane. "external" puts them on their own machines,
# with the role etcd.
etcd {
  topology = "stacked"
}

# The cloud's own balancer, which the generated Terraform creates.
load_balancer "external" {
  virtual_ip = cidrhost(local.subnet, 10)
}

# One control plane in each zone: the loss of a zone leaves a majority of etcd.
node_pool "cp" {
  roles           = ["control-plane"]
  count           = 3
  first_address   = cidrhost(local.subnet, 31)
  failure_domains = local.zones
  cpus            = 2
  memory          = "8Gi"
}

node_pool "worker" {
  roles           = ["worker"]
  count           = 3
  first_address   = cidrhost(local.subnet, 41)
  failure_domains = local.zones
  cpus            = 2
  memory          = "8Gi"
}
