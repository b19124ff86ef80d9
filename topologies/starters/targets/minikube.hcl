# shape: local
# Nodes are containers or virtual machines of minikube on this machine.
target "minikube" {
  driver = "docker" # docker | podman | kvm2 | qemu2 | virtualbox | vmware | hyperv | vfkit | …
  # addons = ["metrics-server"]
}
