# shape: local
# Docker Desktop's own Kubernetes. One node runs in the mode kubeadm, several in
# the mode kind.
target "docker-desktop" {}
