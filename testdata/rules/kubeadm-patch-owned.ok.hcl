cluster "dev" {
  type = "all-in-one"
  kubeadm_patch "kube-apiserver.yaml" {
    content = jsonencode({ spec = { containers = [{ name = "sidecar", image = "registry.example.com/sidecar:v1" }] } })
  }
  kubeadm_patch "kube-scheduler+json.yaml" {
    content = jsonencode([{ op = "add", path = "/metadata/annotations", value = { "example.com/team" = "a" } }])
  }
  kubeadm_patch "kubeletconfiguration+merge.yaml" {
    content = jsonencode({ maxParallelImagePulls = 5, serializeImagePulls = false })
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
