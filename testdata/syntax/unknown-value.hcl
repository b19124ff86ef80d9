cluster "prod" {
  type                 = "all-in-on" # error: unknown-value: Did you mean "all-in-one"? It must be one of "all-in-one", "single-etcd-single-master",
  encryption_algorithm = "RSA-1024"  # error: unknown-value: It must be one of "RSA-2048", "RSA-3072", "RSA-4096", "ECDSA-P256", or "ECDSA-P384".
}

network {
  cni "weave" { # error: unknown-value: The name of cni is "weave", which is unknown. It must be one of "flannel", "calico", "cilium", "static-routes", "other", or "none".
  }
  kube_proxy {
    mode = "IPVS" # error: unknown-value: Did you mean "ipvs"?
  }
}

container_runtime "crio" { # error: unknown-value: Did you mean "cri-o"?
}

load_balancer "kubevip" { # error: unknown-value: Did you mean "kube-vip"?
}

node "n-1" {
  roles = [
    "control-plane",
    "workers", # error: unknown-value: Did you mean "worker"?
    "master",  # error: unknown-value: It must be one of "control-plane", "etcd", "worker", or "load-balancer".
  ]
  taint {
    key    = "a"
    effect = "NoScheduling" # error: unknown-value: Did you mean "NoSchedule"?
  }
}
