# kubespray#7934: "exec format error" on some nodes.
cluster "ml" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.ml.example.com:6443"
  feature_gates          = { APIResponseCompression = false }
}

load_balancer "kube-vip" {
  virtual_ip = "10.13.0.10"
}

node_pool "cp" {
  roles         = ["control-plane"]
  count         = 3
  first_address = "10.13.0.11"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 6
  first_address = "10.13.0.21"
  labels        = { "node-role.kubernetes.io/worker" = "" }
}

node_pool "gpu" {
  roles              = ["worker"]
  count              = 4
  first_address      = "10.13.0.41"
  memory             = "256Gi"
  labels             = { "example.com/gpu" = "a100" }
  kubelet_extra_args = { "system-reserved" = "cpu=1,memory=4Gi" }

  taint {
    key    = "example.com/gpu"
    value  = "true"
    effect = "NoSchedule"
  }
}

node_pool "arm" {
  roles         = ["worker"]
  count         = 3
  first_address = "10.13.0.61"
  arch          = "arm64" # warning: host-mixed-architectures
}
