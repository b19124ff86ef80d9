cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

cloud_provider "vsphere" {} # error: cloud-manifest-missing: accept no pods until then
