# cloud-provider-openstack#2200: a taint that nobody removes.
cluster "bank" {
  type                    = "multi-etcd-multi-master"
  control_plane_endpoint  = "api.bank.example.com:6443"
  encryption_algorithm    = "ECDSA-P384"
  certificate_validity    = "2160h"
  ca_certificate_validity = "43800h"

  api_server {
    extra_args = {
      "audit-log-path"           = "-"
      "audit-policy-file"        = "/etc/kubernetes/pki/audit-policy.yaml"
      "audit-log-maxage"         = "30"
      "enable-admission-plugins" = "NodeRestriction,AlwaysPullImages"
      "tls-min-version"          = "VersionTLS13"
    }
  }

  kubelet {
    extra_args = { "cloud-provider" = "external" } # warning: component-cloud-provider
  }
}

load_balancer "kube-vip" {
  virtual_ip = "10.16.0.10"
}

node_pool "cp" {
  roles         = ["control-plane"]
  count         = 3
  first_address = "10.16.0.11"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 9
  first_address = "10.16.0.21"
}
