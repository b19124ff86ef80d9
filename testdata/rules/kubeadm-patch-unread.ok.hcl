cluster "dev" {
  type = "all-in-one"
  kubeadm_patch "kubeproxydaemonset.yaml" {
    content = "metadata:\n  labels:\n    team: a\n"
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
