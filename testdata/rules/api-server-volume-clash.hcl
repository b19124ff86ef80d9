cluster "dev" {
  type = "all-in-one"
  api_server {
    extra_volume "one" {
      host_path  = "/srv/a"
      mount_path = "/etc/kubernetes/pki/own" # error: api-server-volume-clash
    }
    extra_volume "two" {
      host_path  = "/srv/a"
      mount_path = "/srv/a"
    }
    extra_volume "zone" {
      host_path  = "/srv/a"
      mount_path = "/srv/a/b" # error: api-server-volume-clash
    }
    extra_volume "k8s-certs" { # error: api-server-volume-clash
      host_path  = "/srv/a"
      mount_path = "/srv/c"
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
