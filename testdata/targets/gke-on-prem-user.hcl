# A user cluster, which an admin cluster makes.

cluster "shop" {
  type               = "multi-etcd-multi-master"
  kubernetes_version = "1.35.0"
}

network {
  http_proxy {
    https    = "http://10.0.0.2:3128"
    no_proxy = [".example.com"]
  }
}

ssh {
  user = "ops"
}

node_pool "cp" {
  roles           = ["control-plane"]
  count           = 3
  first_address   = "10.0.0.31"
  failure_domains = ["a", "b", "c"]
}

node_pool "worker" {
  roles           = ["worker"]
  count           = 3
  first_address   = "10.0.0.41"
  failure_domains = ["a", "b", "c"]
}

node "gpu-1" {
  roles          = ["worker"]
  address        = "10.0.0.51"
  failure_domain = "a"
  labels         = { "example.com/gpu" = "true" }
  taint {
    key    = "example.com/gpu"
    value  = "true"
    effect = "NoSchedule"
  }
}

target "gke-on-prem" {
  project                  = "my-project-123"
  location                 = "europe-west4"
  cluster_type             = "user"
  admin_cluster_membership = "projects/my-project-123/locations/global/memberships/admin"
  control_plane_vip        = "10.0.0.5"
  ingress_vip              = "10.0.0.200"
  address_pools            = ["10.0.0.200-10.0.0.220", "10.0.1.0/28"]
}
