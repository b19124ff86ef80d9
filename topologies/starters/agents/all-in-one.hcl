cluster "edge" {
  type = "all-in-one"

  # The default is the newest version that the target supports. `k8splan plan`
  # shows every default.
  # kubernetes_version = "1.35.0"
}

network {
  node_subnets    = [local.subnet]    # one network segment
  pod_subnets     = ["10.128.0.0/16"] # nothing else may use these two
  service_subnets = ["172.30.0.0/16"]
}

# The host finds its name and its address by the MAC address of its network
# card: write that of your machine.
node "edge-1" {
  address = cidrhost(local.subnet, 31)
  mac     = "52:54:00:00:00:31"
  cpus    = 8
  memory  = "16Gi"
  disk    = "120Gi"
}

target "openshift" {
  # api.edge.example.com and *.apps.edge.example.com must resolve to the node.
  base_domain = "example.com"
  subnets     = [local.subnet]
}
