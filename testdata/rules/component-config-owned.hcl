cluster "dev" {
  type = "all-in-one"
  kubelet {
    config = {
      maxPods    = 200            # error: component-config-owned: cluster.kubelet.max_pods
      clusterDNS = ["10.96.0.10"] # error: component-config-owned: network.service_subnets
      authentication = {
        x509 = { clientCAFile = "/a.crt" } # error: component-config-owned: Remove it
      }
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
