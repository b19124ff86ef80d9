# today: 2026-11-30
cluster "prod" {
  type               = "multi-etcd-multi-master"
  kubernetes_version = "1.34.13" # warning: target-version-ends-soon: on eks ends on 2026-12-02
}

node_pool "worker" {
  roles = ["worker"]
  count = 3
}

target "eks" {
  admin_cidrs = ["203.0.113.0/24"]
}
