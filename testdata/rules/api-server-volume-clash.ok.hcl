cluster "dev" {
  type = "all-in-one"
  api_server {
    extra_volume "one" {
      host_path  = "/srv/a"
      mount_path = "/srv/own"
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
