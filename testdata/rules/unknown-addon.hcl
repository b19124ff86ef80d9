cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

addon "metric-server" {} # error: unknown-addon: Did you mean "metrics-server"?
addon "dashboard" {} # error: unknown-addon: write "headlamp"
