cluster "prod" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.prod.internal:6443"
}

ssh {
  user = "ops"
}

etcd {
  topology = "external"
}

load_balancer "haproxy" {
  virtual_ip = "10.0.0.10"
}

node_pool "lb" {
  roles           = ["load-balancer"]
  count           = 2
  first_address   = "10.0.0.11"
  failure_domains = ["rack-a", "site-b"]
}

node_pool "etcd" {
  roles           = ["etcd"]
  count           = 3
  first_address   = "10.0.0.21"
  failure_domains = ["rack-a", "rack-b", "site-b"]
  disk            = "20Gi"
}

node_pool "cp" {
  roles           = ["control-plane"]
  count           = 3
  first_address   = "10.0.0.31"
  failure_domains = ["rack-a", "rack-b", "site-b"]
  cpus            = 4
  memory          = "8Gi"
}

node "w-1" {
  roles          = ["worker"]
  address        = "10.0.0.41"
  failure_domain = "rack-b"
  host           = "esx-b2.example.com"
  mac            = "00:50:56:00:00:41"
  os             = "rocky-9"
}

node "w-2" {
  roles   = ["worker"]
  address = "10.0.0.42"
}

target "vsphere" {
  datacenter          = "dc ${"$"}{x} \"one\""
  compute_cluster     = "cluster-1"
  datastore           = "vsan-1"
  network             = "VM Network"
  nsx                 = false
  folder              = "kubernetes/prod"
  ssh_public_key_file = "~/.ssh/ops.pub"
  templates = {
    "ubuntu-24.04" = "templates/ubuntu {{ it is }}"
    "rocky-9"      = "templates/rocky-9"
  }
  subnets     = ["10.0.0.0/24"]
  nameservers = ["10.0.0.2", "10.0.0.3"]

  failure_domain "rack-a" {
    hosts = ["esx-a1.example.com"]
  }
  failure_domain "rack-b" {
    hosts         = ["esx-b1.example.com", "esx-b2.example.com"]
    resource_pool = "kubernetes"
  }
  failure_domain "site-b" {
    compute_cluster = "cluster-2"
    datastore       = "vsan-2"
    network         = "k8s: \"it's\""
  }
}
