cluster "moved" {
  type                   = "multi-etcd-multi-master"
  kubernetes_version     = "1.36.3"
  control_plane_endpoint = "api.moved.example:6443"
  cert_sans              = ["api.example.com"]
  feature_gates          = { NodeSwap = true }

  api_server {
    extra_args = { "audit-log-path" = "{{ lookup('pipe', 'id') }}", "v" = "2" }
  }
  kubelet {
    max_pods   = 120
    extra_args = { "v" = "3" }
  }
}

network {
  pod_subnets     = ["10.200.0.0/16", "fd00:10:200::/56"]
  service_subnets = ["10.201.0.0/16", "fd00:10:201::/112"]
  mtu             = 9000
  cni "calico" {
    encapsulation = "vxlan"
  }
  http_proxy {
    http  = "http://proxy.example.com:3128"
    https = "http://proxy.example.com:3128"
  }
}

container_runtime "containerd" {
  registry "docker.io" {
    mirrors = ["https://mirror.example.com:5000"]
  }
}

etcd {
  topology   = "external"
  extra_args = { "log-level" = "warn" }
}

load_balancer "kube-vip" {
  virtual_ip = "10.0.0.10"
}

artifacts {
  mirror_url       = "https://mirror.example.com/files"
  image_repository = "mirror.example.com:5000"
}

ssh {
  user      = "ubuntu"
  jump_host = "admin@bastion.example.com:2222"
}

node_pool "etcd" {
  roles                   = ["etcd"]
  count                   = 3
  first_address           = "10.0.0.21"
  first_secondary_address = "fd00::21"
}

node "cp-1" {
  roles             = ["control-plane"]
  address           = "10.0.0.31"
  secondary_address = "fd00::31"
}

node "cp-2" {
  roles             = ["control-plane"]
  address           = "10.0.0.32"
  secondary_address = "fd00::32"
  bootstrap         = true
}

node "cp-3" {
  roles             = ["control-plane"]
  address           = "10.0.0.33"
  secondary_address = "fd00::33"
}

node_pool "worker" {
  roles                   = ["worker"]
  count                   = 2
  first_address           = "10.0.0.41"
  first_secondary_address = "fd00::41"
  failure_domains         = ["rack-a", "rack-b"]
  labels                  = { "example.com/tier" = "general" }
}

node "edge" {
  roles              = ["worker"]
  address            = "10.0.0.51"
  secondary_address  = "fd00::51"
  kubelet_extra_args = { "v" = "5" }
  taint {
    key    = "example.com/edge"
    effect = "NoSchedule"
  }
}

target "kubespray" {}
