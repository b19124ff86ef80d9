# Everything behind one NAT address.
cluster "corp" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "k8s.corp.example.com:6443"
}

network {
  reserved_subnets = ["10.0.0.0/16", "10.64.0.0/11"]

  http_proxy {
    http     = "http://proxy.corp.example.com:3128"
    https    = "http://proxy.corp.example.com:3128"
    no_proxy = [".corp.example.com", "10.0.0.0/8"]
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
  address     = "10.14.0.11"
  ssh_address = "203.0.113.1"
}

node_pool "corp-w" {
  roles         = ["worker"]
  count         = 8
  first_address = "10.14.0.21"
}

node "corp-x" {
  roles       = ["worker"]
  address     = "10.14.0.50"
  ssh_address = "203.0.113.1" # error: host-duplicate-ssh-address: corp-cp
}
