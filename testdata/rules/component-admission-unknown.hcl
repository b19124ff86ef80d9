cluster "dev" {
  type = "all-in-one"
  api_server {
    extra_args = { "enable-admission-plugins" = "NodeRestriction,PodSecurityPolicy" } # error: component-admission-unknown: PodSecurity replaced it
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
