cluster "prod" {
  type = "all-in-one"
  kubelet {}
  kubelet {} # error: duplicate-block: The block kubelet stands already on line 3, and may stand once.
}

cluster "dev" { # error: duplicate-block: The block cluster stands already on line 1
  type = "all-in-one"
}

container_runtime "containerd" {
  registry "docker.io" {}
  registry "docker.io" {} # error: duplicate-block: The block registry "docker.io" stands already on line 12.
}

target "bare-metal" {}

target "vagrant" {} # error: duplicate-block: The block target stands already on line 16
