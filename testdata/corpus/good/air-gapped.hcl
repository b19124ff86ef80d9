# No way out: binaries from a mirror, images from a registry, both on one host of the site.
variable "mirror" {
  default = "10.6.0.2"
}

cluster "vault" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.vault.example.org:6443"
}

artifacts {
  source           = "binaries"
  mirror_url       = "https://${var.mirror}:8000"
  image_repository = "${var.mirror}:5000"
}

container_runtime "containerd" {
  registry "10.6.0.2:5000" {
    plain_http = true
  }

  registry "docker.io" {
    mirrors = ["http://10.6.0.2:5000"]
  }
}

load_balancer "haproxy" {
  virtual_ip = "10.6.0.10"
}

node_pool "lb" {
  roles         = ["load-balancer"]
  count         = 2
  first_address = "10.6.0.11"
}

node_pool "cp" {
  roles         = ["control-plane"]
  count         = 3
  first_address = "10.6.0.21"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 10
  first_address = "10.6.0.41"
}
