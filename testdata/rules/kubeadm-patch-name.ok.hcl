cluster "dev" {
  type = "all-in-one"
  kubeadm_patch "kube-apiserver0+merge.yaml" {
    content = "spec:\n  priority: 1\n"
  }
  kubeadm_patch "etcd.json" {
    content = jsonencode({ spec = { priority = 1 } })
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
