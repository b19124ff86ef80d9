# shape: units
# A bundle of Juju, for LXD on this machine or any other cloud of Juju's.
target "charmed-kubernetes" {}
