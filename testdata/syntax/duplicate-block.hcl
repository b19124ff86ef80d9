cluster "prod" {
  type = "all-in-one"
  kubelet {}
  kubelet {} # error: duplicate-block: The block kubelet is already defined on line 3; only one is allowed.
}

cluster "dev" { # error: duplicate-block: The block cluster is already defined on line 1
  type = "all-in-one"
}

container_runtime "containerd" {
  registry "docker.io" {}
  registry "docker.io" {} # error: duplicate-block: The block registry "docker.io" is already defined on line 12.
}

target "bare-metal" {}

target "vagrant" {} # error: duplicate-block: The block target is already defined on line 16
