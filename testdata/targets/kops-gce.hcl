cluster "small" {
  type = "single-etcd-single-master"
}

node "cp" {
  roles          = ["control-plane"]
  failure_domain = "europe-west4-a"
}

node_pool "worker" {
  roles           = ["worker"]
  count           = 2
  failure_domains = ["europe-west4-a", "europe-west4-b"]
}

target "kops" {
  cloud       = "gce"
  state       = "gs://example-kops-state"
  project     = "example-project"
  admin_cidrs = ["203.0.113.0/24"]
}
