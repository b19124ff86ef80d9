cluster "prod" {
  type               = "all-in-one"
  kubernetesVersion  = "1.37.2"        # error: unknown-argument: Did you mean "kubernetes_version"?
  version            = "1.37.2"        # error: unknown-argument: Did you mean "kubernetes_version"?
  cert_san           = ["api"]         # error: unknown-argument: Did you mean "cert_sans"?
  pod_subnets        = ["10.0.0.0/16"] # error: unknown-argument: It belongs in network.
  kubelet            = { max_pods = 3 } # error: unknown-argument: It is a block: write kubelet { … }.
  pod_subnet         = "10.0.0.0/16"   # error: unknown-argument: Did you mean "pod_subnets", which belongs in network?
  cni                = "flannel"       # error: unknown-argument: It is a block, and belongs in network.
  frobnicate         = true            # error: unknown-argument: It has type, kubernetes_version, control_plane_endpoint,
}

peaches = 3 # error: unknown-argument: Arguments belong inside blocks

node "n-1" {
  ip      = "10.0.0.1" # error: unknown-argument: Did you mean "address"?
  adress  = "10.0.0.1" # error: unknown-argument: Did you mean "address"?
  mtu     = 1500       # error: unknown-argument: It belongs in network or network.cni.
  taints  = []         # error: unknown-argument: Did you mean the block taint { … }?
  count   = 3          # error: unknown-argument: It belongs in node_pool.
}
