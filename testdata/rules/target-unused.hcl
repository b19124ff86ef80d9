cluster "c" {
  type            = "single-etcd-single-master"
  api_server_port = 8443 # warning: target-unused
}

network {
  mtu = 1400 # warning: target-unused
  http_proxy { # warning: target-unused
    http = "http://proxy.example.com:3128"
  }
}

ssh { # warning: target-unused
  user = "ubuntu"
}

node "cp" {
  roles = ["control-plane"]
}

node "w" {
  roles   = ["worker"]
  address = "10.0.0.9" # warning: target-unused
}

hypervisor "kvm-1" { # warning: target-unused
  memory = "64Gi"
}

target "kind" {}
