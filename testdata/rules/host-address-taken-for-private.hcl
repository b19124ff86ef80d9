cluster "prod" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.example.com:6443"
}

node "cp-1" {
  roles   = ["control-plane"]
  address = "172.16.42.11"
}

node "w-1" {
  roles   = ["worker"]
  address = "172.42.42.21" # warning: host-address-taken-for-private: The private range is 172.16.0.0/12 (172.16.0.0 to 172.31.255.255)
}
