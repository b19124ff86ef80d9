# refused load-balancer-no-virtual-ip: kube-vip has no address to announce
cluster "sample" {
  type               = "multi-etcd-multi-master"
  kubernetes_version = "1.34.3"
  kubelet {
    extra_args = {
      "system-reserved" = "cpu=500m,memory=1Gi"
      "kube-reserved"   = "cpu=300m,memory=500Mi"
      "eviction-hard"   = "memory.available<500Mi,nodefs.available<10%"
    }
  }
}

network {
  pod_subnets     = ["10.233.64.0/18"]
  service_subnets = ["10.233.0.0/18"]
  dns {
    node_local_cache = true
  }
  cni "cilium" {
    version = "1.19.1"
  }
}

etcd {
  topology = "external"
  version  = "3.6.5"
}

load_balancer "kube-vip" { version = "v0.7.2" }

container_runtime "containerd" {}

target "bare-metal" {}

ssh {
  user             = "admin"
  private_key_file = "~/.ssh/id_rsa"
}

node "w1" {
  roles   = ["worker"]
  address = "10.148.0.9"
}

node_pool "master" {
  roles         = ["control-plane", "etcd"]
  count         = 3
  first_address = "10.148.0.3"
}
