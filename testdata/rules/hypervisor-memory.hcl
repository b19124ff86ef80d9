cluster "prod" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.prod.example.com:6443"
}

load_balancer "kube-vip" {
  virtual_ip = "10.0.0.10"
}

hypervisor "hv-1" {
  memory = "39Gi"
}

hypervisor "hv-2" {
  cpus   = 64
  memory = "256Gi"
  disk   = "4Ti"
}

hypervisor "hv-3" {
  memory = "64Gi"
}

node_pool "cp" {
  roles         = ["control-plane"]
  count         = 3
  first_address = "10.0.0.41"
  hosts         = ["hv-1", "hv-2", "hv-3"]
  cpus          = 4
  memory        = "8Gi"
  disk          = "50Gi"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 4
  first_address = "10.0.0.51"
  hosts         = ["hv-1", "hv-2"] # error: hypervisor-memory: hv-1 has 39Gi of memory for machines (line 11), and those on it need 40Gi: cp-1 8Gi, worker-1 16Gi, and worker-3 16Gi.
  cpus          = 8
  memory        = "16Gi"
  disk          = "100Gi"
}
