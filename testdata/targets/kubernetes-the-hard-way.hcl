cluster "hard" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.hard.internal:6443"
  cert_sans              = ["api.example.com"]
  feature_gates          = { NodeSwap = true }

  api_server {
    extra_args = { "audit-log-path" = "/var/log/it's \"$(id)\" ; #.log" }
  }
}

network {
  pod_subnets     = ["10.200.0.0/16", "fd00:10:200::/56"]
  service_subnets = ["10.201.0.0/16", "fd00:10:201::/112"]
  mtu             = 1400
}

container_runtime "containerd" {
  registry "registry.example.com:5000" {
    plain_http = true
  }
}

node "server" {
  roles             = ["control-plane"]
  address           = "10.0.0.31"
  secondary_address = "fd00::31"
}

node_pool "node" {
  roles                   = ["worker"]
  count                   = 2
  first_address           = "10.0.0.41"
  first_secondary_address = "fd00::41"
  failure_domains         = ["a", "b"]
  labels                  = { "node-role.kubernetes.io/worker" = "", "example.com/tier" = "x" }
}

node "edge" {
  roles             = ["worker"]
  address           = "10.0.0.9"
  secondary_address = "fd00::9"
  arch              = "arm64"
  taint {
    key    = "example.com/edge"
    effect = "NoSchedule"
  }
}

ssh {
  user             = "ubuntu"
  private_key_file = "~/.ssh/id_ed25519"
  jump_host        = "admin@bastion.example.com:2222"
}

target "kubernetes-the-hard-way" {}
