# shape: local
# Nodes are containers or virtual machines of minikube on this machine.
target "minikube" {
  # Also podman, kvm2, qemu2, virtualbox, vmware, hyperv, or vfkit.
  driver = "docker"
  # addons = ["metrics-server"]
}
