# The one external etcd shares its host with a control plane; kube-vip moves the address.
cluster "api" {
  type = "single-etcd-multi-master"
}

network {
  cni "flannel" {
    encapsulation = "host-gw"
  }
}

load_balancer "kube-vip" {
  virtual_ip = "10.2.0.10"
}

node "cp-1" {
  roles   = ["control-plane", "etcd"]
  address = "10.2.0.11"
}

node "cp-2" {
  roles   = ["control-plane"]
  address = "10.2.0.12"
}

node "worker-1" {
  roles   = ["worker"]
  address = "10.2.0.21"
}
