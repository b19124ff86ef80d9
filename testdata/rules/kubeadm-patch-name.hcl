cluster "dev" {
  type = "all-in-one"
  kubeadm_patch "apiserver.yaml" { # error: kubeadm-patch-name: begins with none of the targets
    content = "spec:\n  priority: 1\n"
  }
  kubeadm_patch "etcd+jsn.yaml" { # error: kubeadm-patch-name: "jsn" follows the plus
    content = "spec:\n  priority: 1\n"
  }
  kubeadm_patch "kube-scheduler.yml" { # error: kubeadm-patch-name: end with .yaml or .json
    content = "spec:\n  priority: 1\n"
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
