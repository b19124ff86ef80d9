cluster "prod" {
  type                   = "multi-etcd-multi-master"
  kubernetes_version     = "1.37.2"
  control_plane_endpoint = "api.prod.example.com:6443"
}

etcd {
  external_endpoints = ["https://etcd-1.example.com:2379", "https://[fd00::9]:2379"]
  ca_file            = "/secure/etcd/ca.crt"
  cert_file          = "~/etcd/client.crt"
  key_file           = "~/etcd/client.key"
}

container_runtime "containerd" {
  credentials_file = "/secure/registries.json"
}

time {
  servers = ["ntp-1.example.com", "10.0.0.3", "fd00::3"]
}

load_balancer "haproxy" {
  virtual_ip = "10.0.0.10"
}

node_pool "lb" {
  roles         = ["load-balancer"]
  count         = 2
  first_address = "10.0.0.11"
}

node_pool "cp" {
  roles         = ["control-plane"]
  count         = 3
  first_address = "10.0.0.41"
}

node "w-1" {
  roles   = ["worker"]
  address = "10.0.0.51"
}

addon "traefik" {
  chart "traefik" {
    repository = "https://traefik.github.io/charts"
    version    = "37.1.0"
    digest     = "sha256:0000000000000000000000000000000000000000000000000000000000000000"
    namespace  = "ingress"
  }
}
