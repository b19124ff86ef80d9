# shape: local
# The nodes are containers or virtual machines on this machine, run by minikube.
target "minikube" {
  # Also podman, kvm2, qemu2, virtualbox, vmware, hyperv, or vfkit.
  driver = "docker"
  # addons = ["metrics-server"]
}
