# Everything that can be stated: Cilium in kube-proxy's place, kube-vip on a stated interface, every argument that reaches these files.
cluster "options" {
  type                    = "multi-etcd-multi-master"
  api_server_port         = 7443
  encryption_algorithm    = "ECDSA-P256"
  certificate_validity    = "4380h"
  ca_certificate_validity = "43800h"
  feature_gates = {
    InPlacePodVerticalScalingExclusiveCPUs = true
    AllAlpha                               = false
  }
  api_server {
    extra_args = {
      audit-log-path    = "-"
      anonymous-auth    = "true"
      oidc-issuer-url   = "https://id.example.com/?a=1&b={{ c }}"
      oidc-groups-claim = "it's \"groups\""
    }
  }
  controller_manager {
    extra_args = { terminated-pod-gc-threshold = "500" }
  }
  scheduler {
    extra_args = { v = "2" }
  }
  kubelet {
    max_pods      = 64
    cgroup_driver = "cgroupfs"
    fail_swap_on  = false
    extra_args    = { v = "2", node-status-update-frequency = "5s" }
    config = {
      maxParallelImagePulls = 5
      evictionHard          = { "memory.available" = "5%", "nodefs.available" = "2Gi" }
      reservedMemory        = [{ numaNode = 0, limits = { memory = "100Mi" } }]
      systemReservedCgroup  = "/it's \"$${odd}\": {{ x }} # é"
      memorySwap            = { swapBehavior = "LimitedSwap" }
      shutdownGracePeriod   = "1m30s"
    }
  }
}

network {
  pod_subnets         = ["10.128.0.0/14"]
  service_subnets     = ["172.30.0.0/16"]
  dns_domain          = "k8s.example.com"
  node_cidr_mask_size = 25
  node_port_range     = "31000-31999"
  cni "cilium" {
    kube_proxy_replacement = true
    encapsulation          = "host-gw"
    interface              = "eth1"
    mtu                    = 8950
  }
  kube_proxy {
    mode = "none"
  }
}

container_runtime "cri-o" {
  credentials_file = "~/secrets/registries.json"
}

etcd {
  topology           = "stacked"
  data_dir           = "/srv/etcd"
  quota              = "4Gi"
  heartbeat_interval = "250ms"
  election_timeout   = "2500ms"
  extra_args         = { max-request-bytes = "3145728", quota-backend-bytes = "5368709120" }
}

load_balancer "kube-vip" {
  virtual_ip = "10.7.0.10"
  interface  = "eth1"
  port       = 7443
}

node_pool "cp" {
  roles         = ["control-plane"]
  count         = 3
  first_address = "10.7.0.11"
}

node "worker-1" {
  roles              = ["worker"]
  address            = "10.7.0.21"
  failure_domain     = "room-1"
  kubelet_extra_args = { v = "4" }
  labels = {
    "example.com/tier"                    = "general"
    "node-role.kubernetes.io/worker"      = ""
    "node.kubernetes.io/instance-type"    = "big"
    "node-restriction.kubernetes.io/team" = "red"
  }
  taint {
    key    = "example.com/only"
    value  = "batch"
    effect = "NoExecute"
  }
}

hosts {
  selinux = "enforcing"
}
