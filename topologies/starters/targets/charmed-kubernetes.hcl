# shape: units
# A Juju bundle, for LXD on this machine or another cloud that Juju supports.
target "charmed-kubernetes" {}
