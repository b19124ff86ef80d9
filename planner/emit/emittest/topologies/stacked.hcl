# Stacked etcd, two balancers with an address and a stated interface, an older Kubernetes.
cluster "shop" {
  type                   = "multi-etcd-multi-master"
  kubernetes_version     = "1.32.13"
  control_plane_endpoint = "api.shop.example.com:6443"
  api_server {
    extra_args = { "admission-control-config-file" = "/etc/kubernetes/api-server/admission.yaml" }
    host_file "admission.yaml" {
      content = "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins: [] # {{ x }} it's\n"
    }
    extra_volume "oidc" {
      host_path  = "/srv/oidc"
      mount_path = "/etc/oidc"
      read_only  = true
    }
  }
  audit {}
  encryption_at_rest {}
}

load_balancer "haproxy" {
  virtual_ip        = "10.3.0.10"
  virtual_router_id = 77
  interface         = "bond0.30"
}

node_pool "lb" {
  roles         = ["load-balancer"]
  count         = 2
  first_address = "10.3.0.11"
}

node_pool "cp" {
  roles           = ["control-plane"]
  count           = 3
  first_address   = "10.3.0.21"
  failure_domains = ["a", "b", "c"]
}

node_pool "worker" {
  roles           = ["worker"]
  count           = 3
  first_address   = "10.3.0.31"
  failure_domains = ["a", "b", "c"]
}
