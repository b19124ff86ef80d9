cluster "dev" {
  type = "all-in-one"
  kubeadm_patch "kube-apiserver.yaml" {
    content = jsonencode({ spec = { containers = [{ name = "kube-apiserver", image = "mine" }] } }) # error: kubeadm-patch-owned: the image
  }
  kubeadm_patch "kube-scheduler+json.yaml" {
    content = jsonencode([{ op = "add", path = "/spec/containers/0/command/-", value = "--v=4" }]) # error: kubeadm-patch-owned: the command line
  }
  kubeadm_patch "etcd+merge.yaml" {
    content = jsonencode({ spec = { containers = [{ name = "etcd" }] } }) # error: kubeadm-patch-owned: replaces lists
  }
  kubeadm_patch "kubeletconfiguration+merge.yaml" {
    content = jsonencode({ clusterDomain = null }) # error: kubeadm-patch-owned: removes clusterDomain
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
