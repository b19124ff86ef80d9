cluster "dev" {
  type = "all-in-one"
  kubelet {
    extra_args = { "seccomp-default" = "true always" } # error: component-kubelet-value: blank
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
