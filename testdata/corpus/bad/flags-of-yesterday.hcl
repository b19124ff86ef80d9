# The kubelet exits at a flag that it does not know.
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
    extra_args = { "pod-infra-container-image" = "registry.k8s.io/pause:3.9", "network-plugin" = "cni" } # error: version-removed-flag: 1.35 + # error: version-removed-flag
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
