# shape: local
# Docker Desktop's own Kubernetes. One node runs in its mode kubeadm, several
# in its mode kind.
target "docker-desktop" {}
