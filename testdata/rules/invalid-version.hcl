cluster "dev" {
  type = "all-in-one"
  kubernetes_version = "1.36.x" # error: invalid-version: kubernetes_version is "1.36.x". Write a release such as "1.
}

etcd {
  version = 3.6 # error: invalid-version: three numbers
}

node "dev-1" {
  address = "192.168.56.10"
}
