cluster "prod" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.example.com:6443"
}

node "cp-1" {
  roles   = ["control-plane"]
  address = "10.0.0.11"

  taint {
    key    = "node-role.kubernetes.io/master" # warning: node-taint-deprecated: kubeadm sets on cp-1 itself
    effect = "NoSchedule"
  }
}

node "w-1" {
  roles   = ["worker"]
  address = "10.0.0.21"
}
