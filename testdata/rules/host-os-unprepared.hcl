cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
  os      = "windows-2022" # error: host-os-unprepared: such as "ubuntu-24.04"
}
