cluster "dev" {
  type = "all-in-one"
  kubeadm_patch "kube-apiserver+json.yaml" {
    content = "spec:\n  priority: 1\n" # error: kubeadm-patch-invalid: list of operations
  }
  kubeadm_patch "kube-scheduler.yaml" {
    content = "spec: [" # error: kubeadm-patch-invalid: neither YAML nor JSON
  }
  kubeadm_patch "etcd+json.yaml" {
    content = jsonencode([{ op = "put", path = "/spec/priority" }]) # error: kubeadm-patch-invalid: has the op "put"
  }
  kubeadm_patch "kube-controller-manager.yaml" {
    content = jsonencode({ spec = { containers = [{ resources = {} }] } }) # error: kubeadm-patch-invalid: has no name
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
