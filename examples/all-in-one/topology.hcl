# The smallest possible topology. k8splan chooses all other settings: `k8splan plan` shows each with its reason.

cluster "dev" { type = "all-in-one" }

node "dev-1" {
  address = "192.168.56.10"
}
