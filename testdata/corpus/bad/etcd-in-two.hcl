# External etcd on two hosts, beside workers, in /tmp.
cluster "x" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.example.com:6443"
}
load_balancer "external" {}
etcd {
  topology           = "external"
  version            = "3.4.0"     # error: etcd-version-old
  data_dir           = "/tmp/etcd" # error: etcd-data-dir-volatile
  quota              = "100G"      # warning: etcd-quota-large
  heartbeat_interval = "100ms"
}
ssh {
  user             = "ubuntu"
  port             = "22"
  private_key_file = "~/.ssh/id_rsa.pub" # error: ssh-public-key
}
node_pool "cp" {
  roles         = ["control-plane"]
  count         = 3
  first_address = "192.168.56.11"
}
node_pool "etcd" {
  roles         = ["etcd", "worker"] # error: topology-few-etcd + # warning: etcd-on-worker
  count         = 2
  first_address = "192.168.56.21"
}
