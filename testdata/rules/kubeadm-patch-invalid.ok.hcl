cluster "dev" {
  type = "all-in-one"
  kubeadm_patch "kube-apiserver+json.yaml" {
    content = jsonencode([{ op = "add", path = "/spec/priority", value = 1 }])
  }
  kubeadm_patch "kube-controller-manager.yaml" {
    content = <<-EOT
      spec:
        containers:
          - name: kube-controller-manager
            resources:
              requests:
                cpu: 250m
    EOT
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
