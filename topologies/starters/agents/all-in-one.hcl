cluster "edge" {
  type = "all-in-one"

  # Left out, the planner takes the newest Kubernetes that the target takes;
  # `k8splan plan` shows every value decided for you.
  # kubernetes_version = "1.35.0"
}

network {
  node_subnets    = [local.subnet]    # one network segment
  pod_subnets     = ["10.128.0.0/16"] # nothing else may use these two
  service_subnets = ["172.30.0.0/16"]
}

# The host finds its name and its address by the hardware address of its card:
# write that of your machine.
node "edge-1" {
  address = cidrhost(local.subnet, 31)
  mac     = "52:54:00:00:00:31"
  cpus    = 8
  memory  = "16Gi"
  disk    = "120Gi"
}

target "openshift" {
  base_domain = "example.com" # api.edge.example.com and *.apps.edge.example.com lead to the one node
  subnets     = [local.subnet]
}
