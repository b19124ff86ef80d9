cluster "c" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.c.example.com:6443"
}

hosts {
  selinux = "enforcing"
}

load_balancer "haproxy" {}

# Hosts without a kubelet keep what they have.
node "lb" {
  roles   = ["load-balancer"]
  address = "10.0.0.10"
  os      = "ubuntu-24.04"
}

node "cp-1" {
  roles   = ["control-plane"]
  address = "10.0.0.11"
  os      = "amazon-linux-2023"
}

# The playbook looks at a system that nobody named.
node_pool "worker" {
  roles         = ["worker"]
  count         = 2
  first_address = "10.0.0.21"
}
