# valid: kubeadm's file of one machine with fields of the kubelet that have no flag
# fact: pods = 10.244.0.0/16
# fact: services = 10.96.0.0/12
# fact: endpoint = 172.31.32.97:6443
# fact: pods-per-node = 250
# fact: kubelet maxParallelImagePulls = 5
# fact: kubelet podPidsLimit = 16384
# fact: data = /var/lib/etcd
cluster "llm" {
  type                   = "all-in-one"
  kubernetes_version     = "1.36.4"
  control_plane_endpoint = "172.31.32.97:6443"
  cert_sans              = ["203.0.113.155", "ip-172-31-32-97", "127.0.0.1", "localhost"]
  kubelet {
    max_pods      = 250
    cgroup_driver = "systemd"
    config = {
      serializeImagePulls         = false
      maxParallelImagePulls       = 5
      imageGCHighThresholdPercent = 90
      imageGCLowThresholdPercent  = 80
      imageMinimumGCAge           = "12h"
      evictionHard                = { "memory.available" = "2Gi", "nodefs.available" = "8%", "imagefs.available" = "8%" }
      podPidsLimit                = 16384
    }
  }
}

network {
  pod_subnets     = ["10.244.0.0/16"]
  service_subnets = ["10.96.0.0/12"]
  cni "flannel" {}
}

etcd { data_dir = "/var/lib/etcd" }

container_runtime "containerd" {}

target "bare-metal" {}

ssh { user = "ubuntu" }

node "ip-172-31-32-97" {
  roles          = ["control-plane", "worker"]
  address        = "172.31.32.97"
  public_address = "203.0.113.155"
}
