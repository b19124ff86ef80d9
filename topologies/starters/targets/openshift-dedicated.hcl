# shape: zoneless
# Red Hat runs the control plane in your own cloud account. The account's keys
# come from the environment.
target "openshift-dedicated" {
  provider     = "aws"
  region       = "eu-central-1"
  machine_cidr = "10.0.0.0/16"
}
