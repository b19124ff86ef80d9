cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

network {
  dns_domain = "cluster" # note: network-dns-domain-top-level
}

waive "network-dns-domain-top-level" {
  reason = "history"
}
