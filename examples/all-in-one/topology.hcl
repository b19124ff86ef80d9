# The smallest topology there is. Everything that it does not say, the planner decides: `k8splan plan` shows what, and why.

cluster "dev" { type = "all-in-one" }

node "dev-1" {
  address = "192.168.56.10"
}
