# kubespray#6250: an entry that matches nothing.
cluster "corp" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "k8s.corp.example.com:6443"
}

network {
  reserved_subnets = ["10.0.0.0/16", "10.64.0.0/11"]

  http_proxy {
    http     = "http://proxy.corp.example.com:3128"
    https    = "http://proxy.corp.example.com:3128"
    no_proxy = ["https://registry.corp.example.com"] # error: invalid-host
  }
}

ssh {
  user             = "deploy"
  port             = 2222
  private_key_file = "~/.ssh/deploy_ed25519"
  jump_host        = "deploy@bastion.corp.example.com"
}

container_runtime "containerd" {
  registry "registry.corp.example.com" {
    ca_file = "/etc/pki/corp-root.crt"
  }
}

node "corp-cp" {
  roles   = ["control-plane"]
  address = "10.14.0.11"
}

node_pool "corp-w" {
  roles         = ["worker"]
  count         = 8
  first_address = "10.14.0.21"
}
