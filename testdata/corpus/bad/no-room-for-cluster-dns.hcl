# What kubeadm starts fits, and CoreDNS does not.
cluster "dev" {
  type = "all-in-one"

  kubelet {
    max_pods = 7 # error: capacity-system-pods: room for 1 of the 2 CoreDNS pods. Leave max_pods out
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
