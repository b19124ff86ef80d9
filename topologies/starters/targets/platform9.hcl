# shape: stacked
locals {
  # The subnet of the machines. Every address below is counted from it:
  # cidrhost(local.subnet, 31) is 10.0.0.31.
  subnet = "10.0.0.0/24"
}

# Existing machines under Platform9's management plane. Only pf9ctl has the
# account's name and password.
target "platform9" {
  virtual_ip        = cidrhost(local.subnet, 5)
  virtual_interface = "eth0"
}

ssh {
  user             = "ubuntu"
  private_key_file = "~/.ssh/id_ed25519" # a path, never a key
}
