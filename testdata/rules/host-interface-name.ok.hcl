cluster "dev" {
  type = "all-in-one"
}

network {
  cni "flannel" {
    interface = "enp134s0f1np1.4"
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
