# Routes in place of a pod network, as in Kubernetes The Hard Way.
cluster "hard" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "server.kubernetes.internal:6443"
}

network {
  pod_subnets  = ["10.200.0.0/16"]
  node_subnets = ["10.240.0.0/24"]

  cni "static-routes" {}
}

node "server" {
  roles   = ["control-plane"]
  address = "10.240.0.10"
}

node_pool "node" {
  roles         = ["worker"]
  count         = 2
  first_address = "10.240.0.20"
}
