# Virtual machines on four hypervisors in two rooms; a third room has one small machine for etcd's majority.
cluster "virt" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.virt.example.com:6443"
}

load_balancer "haproxy" {
  virtual_ip = "10.15.0.10"
}

hypervisor "kvm-1" {
  cpus   = 32
  memory = "128Gi"
}

hypervisor "kvm-2" {
  cpus   = 32
  memory = "128Gi"
}

hypervisor "kvm-3" {
  cpus   = 32
  memory = "128Gi"
}

hypervisor "kvm-4" {
  cpus   = 32
  memory = "128Gi"
}

hypervisor "arbiter" {
  cpus   = 4
  memory = "16Gi"
}

node "lb-1" {
  roles          = ["load-balancer"]
  address        = "10.15.0.11"
  host           = "kvm-1"
  failure_domain = "room-1"
}

node "lb-2" {
  roles          = ["load-balancer"]
  address        = "10.15.0.12"
  host           = "kvm-3"
  failure_domain = "room-2"
}

node "etcd-1" {
  roles          = ["etcd"]
  address        = "10.15.0.21"
  host           = "kvm-1"
  failure_domain = "room-1"
}

node "etcd-2" {
  roles          = ["etcd"]
  address        = "10.15.0.22"
  host           = "kvm-3"
  failure_domain = "room-2"
}

node "etcd-3" {
  roles          = ["etcd"]
  address        = "10.15.0.23"
  host           = "arbiter"
  failure_domain = "room-3"
}

node_pool "cp-a" {
  roles           = ["control-plane"]
  count           = 1
  first_address   = "10.15.0.31"
  hosts           = ["kvm-2"]
  failure_domains = ["room-1"]
}

node_pool "cp-b" {
  roles           = ["control-plane"]
  count           = 1
  first_address   = "10.15.0.32"
  hosts           = ["kvm-4"]
  failure_domains = ["room-2"]
}

node_pool "worker-a" {
  roles           = ["worker"]
  count           = 6
  cpus            = 8
  memory          = "32Gi"
  first_address   = "10.15.0.41"
  hosts           = ["kvm-1", "kvm-2"]
  failure_domains = ["room-1"]
}

node_pool "worker-b" {
  roles           = ["worker"]
  count           = 6
  cpus            = 8
  memory          = "32Gi"
  first_address   = "10.15.0.51"
  hosts           = ["kvm-3", "kvm-4"]
  failure_domains = ["room-2"]
}
