cluster "prod" {
  type = "multi-etcd-multi-master"

  # The default is the newest version that the target supports. `k8splan plan`
  # shows every default.
  # kubernetes_version = "1.35.0"
}

network {
  node_subnets    = [local.subnet]    # one network segment
  pod_subnets     = ["10.128.0.0/16"] # nothing else may use these two
  service_subnets = ["172.30.0.0/16"]
}

# Each host finds its name, role, and address by the MAC address of its network
# card: write those of your machines.
node "cp-1" {
  roles          = ["control-plane"]
  address        = cidrhost(local.subnet, 31)
  mac            = "52:54:00:00:00:31"
  failure_domain = "rack-a"
  cpus           = 4
  memory         = "16Gi"
  disk           = "100Gi"
}

node "cp-2" {
  roles          = ["control-plane"]
  address        = cidrhost(local.subnet, 32)
  mac            = "52:54:00:00:00:32"
  failure_domain = "rack-b"
  cpus           = 4
  memory         = "16Gi"
  disk           = "100Gi"
}

node "cp-3" {
  roles          = ["control-plane"]
  address        = cidrhost(local.subnet, 33)
  mac            = "52:54:00:00:00:33"
  failure_domain = "rack-c"
  cpus           = 4
  memory         = "16Gi"
  disk           = "100Gi"
}

node "worker-1" {
  roles          = ["worker"]
  address        = cidrhost(local.subnet, 41)
  mac            = "52:54:00:00:00:41"
  failure_domain = "rack-a"
  cpus           = 4
  memory         = "16Gi"
  disk           = "100Gi"
}

node "worker-2" {
  roles          = ["worker"]
  address        = cidrhost(local.subnet, 42)
  mac            = "52:54:00:00:00:42"
  failure_domain = "rack-b"
  cpus           = 4
  memory         = "16Gi"
  disk           = "100Gi"
}

target "openshift" {
  # The cluster has the names api.prod.example.com and *.apps.prod.example.com.
  base_domain = "example.com"
  subnets     = [local.subnet]
  # The control planes have both virtual IPs themselves.
  api_vips     = [cidrhost(local.subnet, 5)]
  ingress_vips = [cidrhost(local.subnet, 6)]
}
