# shape: cloud
locals {
  # Availability zones of the cloud, and where the machines live. Every address
  # below is counted from here: cidrhost(local.subnet, 31) is 10.80.0.31.
  zones  = ["az1", "az2", "az3"]
  subnet = "10.80.0.0/24"
}

# Machines that Terraform makes, in the folder terraform of the generated tree.
# Credentials come from OS_CLOUD and clouds.yaml.
target "openstack" {
  external_network = "public"
  subnet           = local.subnet
  images           = { "ubuntu-24.04" = "Ubuntu 24.04 LTS" } # what this cloud calls it
  admin_cidrs      = ["203.0.113.0/24"]                      # who may reach the bastion: put your own range here

  flavor "m1.large" { # as this cloud has them
    cpus       = 4
    memory_gib = 8
  }
}

ssh {
  user = "ops" # made on every machine at its first boot, with the key of ssh_public_key_file
}
