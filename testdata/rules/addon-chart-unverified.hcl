cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

addon "traefik" {
  chart "traefik" { # error: addon-chart-unverified
    repository = "https://traefik.github.io/charts"
    version    = "37.1.0"
  }
}
