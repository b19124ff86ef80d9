cluster "dev" {
  type = "all-in-one"
  kubeadm_patch "kubeproxydaemonset.yaml" { # warning: kubeadm-patch-unread
    content = "metadata:\n  labels:\n    team: a\n"
  }
}

network {
  cni "cilium" {
    kube_proxy_replacement = true
  }
  kube_proxy {
    mode = "none"
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
