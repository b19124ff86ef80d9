cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

scheduler "a" {
  image          = "registry.example.com/scheduler-plugins/kube-scheduler:v0.33.5"
  enable_plugins = ["Coscheduling"]
}
