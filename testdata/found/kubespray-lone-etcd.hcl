# valid: kubespray's inventory with etcd as a service of the one control plane, and a login for each host
# fact: pods = 10.233.64.0/18
# fact: services = 10.233.0.0/18
# fact: nodes = homelab masternode storagenode
# fact: members = etcd1
# fact: etcd = external
# fact: groups = monitoring_nodes storage_nodes
cluster "station" {
  type               = "single-etcd-single-master"
  kubernetes_version = "1.34.4"
}

network {
  pod_subnets     = ["10.233.64.0/18"]
  service_subnets = ["10.233.0.0/18"]
  cni "calico" {}
}

etcd { topology = "external" }

target "kubespray" {}

ssh {
  user             = "admin"
  private_key_file = "~/.ssh/id_ed25519"
}

node "masternode" {
  etcd_name = "etcd1"
  groups    = ["monitoring_nodes"]
  ssh {
    connection = "local"
  }
  roles   = ["control-plane", "etcd"]
  address = "192.168.4.63"
  mac     = "02:e0:4c:00:00:01"
}

node "storagenode" {
  groups = ["storage_nodes"]
  ssh {
    user = "root"
  }
  roles   = ["worker"]
  address = "192.168.4.61"
  mac     = "02:ac:6f:00:00:02"
}

node "homelab" {
  roles   = ["worker"]
  address = "192.168.4.62"
  mac     = "02:94:66:00:00:03"
  os      = "rhel-10"
}
